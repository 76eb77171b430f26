"""Makes the messages of a request from the history of a thread, as every chat template takes them.

Templates want one system message, at the beginning; user and assistant in turns; an answer behind
the outputs of calls; an output for each call; a message of the user first and, but for outputs,
last. A thread promises none of this: what is missing is put in, in brackets, since nobody has said
it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.server.runs.chat import ChatCall
from assistant_tui.server.runs.token_estimate import TokenEstimate
from assistant_tui.server.store.paging import Json

NO_OUTPUT = "(No output was given.)"
NO_ANSWER = "(No answer was given.)"
LEFT_OUT = "(Earlier messages are left out.)"
NO_MESSAGE = "(There is no message before.)"
GO_ON = "(Go on.)"
_ANSWER_SHARE = 4
"""Of the context of a model one part in so many is left for the answer, unless that has a limit."""


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image in a message of the user."""

    url: str
    """An address on the web, or a data URL."""
    detail: str = "auto"


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """A message of the thread."""

    role: Literal["user", "assistant"]
    parts: tuple[str | ImagePart, ...]


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A function call and its output; None where none was given, as in a run that was cancelled."""

    call: ChatCall
    output: str | None


@dataclass(frozen=True, slots=True)
class HistoryCalls:
    """The calls of one turn of the model, which stand behind the text of that turn."""

    calls: tuple[AnsweredCall, ...]
    reasoning: str = ""
    """What the model reasoned before them."""
    reasoning_details: tuple[Json, ...] = ()
    """See `ChatResult.reasoning_details`."""


HistoryItem = HistoryMessage | HistoryCalls


@dataclass(frozen=True, slots=True)
class PromptLimits:
    """How much of the history goes into a prompt; without any, all of it."""

    last_messages: int | None = None
    """So many messages of the thread exactly, with the calls among them."""
    max_prompt_tokens: int | None = None
    max_completion_tokens: int | None = None
    """What the answer may take of the context of the model, where that is known."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages of a request."""

    messages: list[Json]
    tokens: int
    """How many they have with the tools, by the estimate."""
    left_out: int
    """How many messages of the thread were left out."""
    fits: bool
    """False where even what must stay has more tokens than are allowed."""


def build_prompt(
    instructions: str,
    history: Sequence[HistoryItem],
    own: Sequence[HistoryItem],
    tools: Sequence[Json],
    limits: PromptLimits,
    estimate: TokenEstimate,
) -> Prompt:
    """Make the messages of a request.

    Where they would have too many tokens, whole turns are left out, the oldest first; in the turn
    that is being answered, the older calls. The instructions, the last message of the user and the
    calls behind everything else stay. `last_messages` leaves out of the thread what is older, and
    then nothing more is.

    Args:
        instructions: the system message; none where it is blank.
        history: the thread as the run has found it, oldest first; calls stand behind the text that
            they were made with.
        own: what the run has made since.
        tools: those of the request, which count as tokens.
        limits: those of the run.
        estimate: that of the model.
    """
    most = _most_tokens(limits, estimate)
    kept = [*history, *own]
    if limits.last_messages is not None:
        kept = [*_last_messages(list(history), limits.last_messages), *own]
    elif most is not None:
        system = [_system(instructions)] if instructions.strip() else []
        room = most - estimate.tokens(system, tools)
        kept = _newest(kept, room, estimate)
    left_out = _count_messages([*history, *own]) - _count_messages(kept)
    messages = _complete(instructions, kept, LEFT_OUT if left_out else NO_MESSAGE)
    tokens = estimate.tokens(messages, tools)
    return Prompt(messages, tokens, left_out, most is None or tokens <= most)


def _most_tokens(limits: PromptLimits, estimate: TokenEstimate) -> int | None:
    most = [] if limits.max_prompt_tokens is None else [limits.max_prompt_tokens]
    if (size := estimate.context_size) is not None:
        answer = min(limits.max_completion_tokens or size, size // _ANSWER_SHARE)
        most.append(size - answer)
    return min(most, default=None)


def _count_messages(history: Iterable[HistoryItem]) -> int:
    return sum(isinstance(item, HistoryMessage) for item in history)


def _last_messages(history: list[HistoryItem], count: int) -> list[HistoryItem]:
    """The last messages, with the calls that stand behind the first of them."""
    places = [at for at, item in enumerate(history) if isinstance(item, HistoryMessage)]
    if count >= len(places):
        return history
    return history[places[-count] :] if count else []


def _newest(history: list[HistoryItem], room: int, estimate: TokenEstimate) -> list[HistoryItem]:
    """What fits into so many tokens of the end of a history, and what must stay in any case."""
    turns = _turns(history)
    if not turns:
        return []
    asked, answered, open_ = _split_turn(turns[-1])
    room -= _tokens(asked + open_, estimate)
    kept_turns: list[list[HistoryItem]] = []
    kept_answers: list[list[HistoryItem]] = []
    for units, kept in (
        ([[item] for item in answered], kept_answers),
        (turns[:-1], kept_turns),
    ):
        for unit in reversed(units):
            room -= _tokens(unit, estimate)
            if room < 0:
                break
            kept.insert(0, unit)
    return [*_flat(kept_turns), *asked, *_flat(kept_answers), *open_]


def _turns(history: Sequence[HistoryItem]) -> list[list[HistoryItem]]:
    """Messages of the user, one after the other, with all that follows up to the next."""
    turns: list[list[HistoryItem]] = []
    before: HistoryItem | None = None
    for item in history:
        if not turns or (_is_user(item) and not _is_user(before)):
            turns.append([])
        turns[-1].append(item)
        before = item
    return turns


def _split_turn(
    turn: list[HistoryItem],
) -> tuple[list[HistoryItem], list[HistoryItem], list[HistoryItem]]:
    """The messages of the user, what was answered so far, and the calls that are open."""
    asked = list(takewhile(_is_user, turn))
    rest = turn[len(asked) :]
    if rest and isinstance(rest[-1], HistoryCalls):
        return asked, rest[:-1], rest[-1:]
    return asked, rest, []


def _is_user(item: HistoryItem | None) -> bool:
    return isinstance(item, HistoryMessage) and item.role == "user"


def _flat(units: Iterable[list[HistoryItem]]) -> Iterator[HistoryItem]:
    for unit in units:
        yield from unit


def _tokens(items: Sequence[HistoryItem], estimate: TokenEstimate) -> int:
    return estimate.tokens(message for item in items for message in _messages(item))


def _complete(instructions: str, history: Iterable[HistoryItem], before: str) -> list[Json]:
    """The messages with all that templates want; `before` stands in for a first of the user."""
    messages: list[Json] = []
    for item in history:
        for message in _messages(item):
            _append(messages, message)
    if not messages or messages[0]["role"] != "user":
        messages.insert(0, _user(before))
    if messages[-1]["role"] == "assistant":
        messages.append(_user(GO_ON))
    return [_system(instructions), *messages] if instructions.strip() else messages


def _append(messages: list[Json], message: Json) -> None:
    """Put a message behind the others, or into the last one if that is of the same role."""
    last = messages[-1] if messages else {"role": ""}
    if last["role"] == "tool" and message["role"] == "user":
        messages.append({"role": "assistant", "content": NO_ANSWER})
    if last["role"] != message["role"] or message["role"] == "tool":
        messages.append(message)
        return
    merged = {**last, **message, "content": _joined(last["content"], message["content"])}
    messages[-1] = merged


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, str) and isinstance(second, str):
        return "\n\n".join(text for text in (first, second) if text)
    return [*_parts(first), *_parts(second)]


def _parts(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _messages(item: HistoryItem) -> list[Json]:
    if isinstance(item, HistoryCalls):
        return [_calls(item), *(_output(each) for each in item.calls)] if item.calls else []
    if any(isinstance(part, ImagePart) for part in item.parts):
        return [{"role": item.role, "content": [_part(part) for part in item.parts]}]
    text = "\n\n".join(part for part in item.parts if isinstance(part, str) and part)
    return [{"role": item.role, "content": text}] if text or item.role == "user" else []


def _part(part: str | ImagePart) -> Json:
    if isinstance(part, str):
        return {"type": "text", "text": part}
    return {"type": "image_url", "image_url": {"url": part.url, "detail": part.detail}}


def _calls(item: HistoryCalls) -> Json:
    message: Json = {"role": "assistant", "content": ""}
    message["tool_calls"] = [
        {
            **each.call.extra,
            "id": each.call.call_id,
            "type": "function",
            "function": {
                "name": each.call.name,
                "arguments": _valid_arguments(each.call.arguments),
            },
        }
        for each in item.calls
    ]
    if item.reasoning:
        message["reasoning"] = item.reasoning
    if item.reasoning_details:
        message["reasoning_details"] = [*item.reasoning_details]
    return message


def _valid_arguments(arguments: str) -> str:
    """The arguments as they are, if they are an object: backends fail for others in a history."""
    try:
        valid = isinstance(read_json(arguments), dict)
    except ValueError:
        valid = False
    return arguments if valid else write_json({"invalid": arguments})


def _output(answered: AnsweredCall) -> Json:
    output = NO_OUTPUT if answered.output is None else answered.output
    return {"role": "tool", "tool_call_id": answered.call.call_id, "content": output}


def _system(instructions: str) -> Json:
    return {"role": "system", "content": instructions}


def _user(text: str) -> Json:
    return {"role": "user", "content": text}
