"""What the calls of one thread were answered with, for the same calls in another."""

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from assistant_tui.core.json_text import read_json
from assistant_tui.core.threads.objects import ToolCall


def meaning_of(call: ToolCall) -> tuple[str, str]:
    """Function and arguments, so that neither spaces nor the order of names count."""
    arguments = call.arguments
    with suppress(ValueError, RecursionError):  # what is no JSON counts as it is written
        arguments = json.dumps(read_json(arguments), sort_keys=True)
    return call.name, arguments


class RecordedOutputs:
    """The outputs of a thread's calls, each given in the order in which they were recorded."""

    def __init__(self, calls: Iterable[ToolCall]) -> None:
        """`calls` are those of the original thread; those without an output are left out."""
        self._left: defaultdict[tuple[str, str], deque[str]] = defaultdict(deque)
        for call in calls:
            if call.kind == "function" and call.output is not None:
                self._left[meaning_of(call)].append(call.output)

    def take(self, call: ToolCall) -> str | None:
        """The output of the same call; the last one stays for all that follow.

        None where the original has no such call.
        """
        outputs = self._left.get(meaning_of(call))
        if outputs is None:
            return None
        return outputs.popleft() if len(outputs) > 1 else outputs[0]


@dataclass(frozen=True)
class SharedCall:
    """A call that two runs wait for, or one of them, to be answered once."""

    call: ToolCall
    """As the first of them asks for it."""
    keys: tuple[str | None, str | None]
    """The key of the call in each; None where that one does not ask for it."""


def shared_calls(left: Sequence[ToolCall], right: Sequence[ToolCall]) -> tuple[SharedCall, ...]:
    """The calls that two runs wait for; the same function with the same arguments counts as one.

    Calls to be approved are never shared: each is a decision of its own.
    """
    unpaired: defaultdict[tuple[str, str], deque[ToolCall]] = defaultdict(deque)
    for call in right:
        if call.kind == "function":
            unpaired[meaning_of(call)].append(call)
    shared, taken = [], set()
    for call in left:
        others = unpaired[meaning_of(call)] if call.kind == "function" else deque()
        other = others.popleft() if others else None
        shared.append(SharedCall(call, (call.key, None if other is None else other.key)))
        taken.add(None if other is None else other.key)
    shared += [SharedCall(call, (None, call.key)) for call in right if call.key not in taken]
    return tuple(shared)
