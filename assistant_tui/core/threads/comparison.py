"""Compares two answers to one message: their words, their calls, and what they took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from assistant_tui.core.raw_json import members_in, same_json
from assistant_tui.core.text_comparison import ComparedLine, aligned, compare_lines
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.core.threads.turns import Answer


class CallPair(NamedTuple):
    """One call of each answer that belong together, or one that the other lacks."""

    left: ToolCall | None
    right: ToolCall | None
    differing: tuple[str, ...] = ()
    """The arguments that are not the same; `arguments` where they are no JSON objects."""

    @property
    def same(self) -> bool:
        """Whether both call the same with the same arguments."""
        return self.left is not None and self.right is not None and not self.differing


@dataclass(frozen=True)
class AnswerComparison:
    """How two answers to the same message differ."""

    left: Answer
    right: Answer

    @cached_property
    def lines(self) -> tuple[ComparedLine, ...]:
        """The lines of both texts, those that belong together side by side."""
        return tuple(compare_lines(self.left.text, self.right.text))

    @cached_property
    def calls(self) -> tuple[CallPair, ...]:
        """The calls of both, those that belong together side by side."""
        return tuple(_paired(self.left.calls, self.right.calls))

    @property
    def same_text(self) -> bool:
        """Whether both say the same, word by word."""
        return self.left.text == self.right.text

    @property
    def same_calls(self) -> bool:
        """Whether both called the same with the same arguments, in the same order."""
        return all(pair.same for pair in self.calls)

    @property
    def more_tokens(self) -> int | None:
        """How many tokens the right one took more; None where one is not known."""
        one, other = self.left.usage, self.right.usage
        return None if one is None or other is None else other.total - one.total

    @property
    def more_seconds(self) -> float | None:
        """How many seconds the right one took longer; None where one is not known."""
        one, other = self.left.seconds, self.right.seconds
        return None if one is None or other is None else other - one

    @property
    def verdict(self) -> str:
        """The comparison in a few words."""
        return " · ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        if self.same_text:
            yield "same text"
        else:
            different = sum(not line.same for line in self.lines)
            yield f"{different:,} of {len(self.lines):,} lines differ"
        if self.calls:
            different = sum(not pair.same for pair in self.calls)
            yield f"{different} of {len(self.calls)} calls differ" if different else "same calls"
        if self.more_tokens:
            yield f"{self.more_tokens:+,} tokens"
        if self.more_seconds:
            yield f"{self.more_seconds:+.1f} s"


def _paired(left: Sequence[ToolCall], right: Sequence[ToolCall]) -> Iterator[CallPair]:
    """The calls in their order; of those in a row that belong to none, each stands alone."""
    names = [call.name for call in left], [call.name for call in right]
    for operation, first, last, start, end in aligned(*names):
        if operation == "equal":
            for one, other in zip(left[first:last], right[start:end], strict=True):
                yield CallPair(one, other, tuple(_differing(one.arguments, other.arguments)))
        else:
            yield from (CallPair(call, None) for call in left[first:last])
            yield from (CallPair(None, call) for call in right[start:end])


def _differing(left: str, right: str) -> Iterator[str]:
    if same_json(left, right):
        return
    one, other = members_in(left), members_in(right)
    named = [n for n in {**one, **other} if not same_json(one.get(n), other.get(n))]
    yield from named or ["arguments"]
