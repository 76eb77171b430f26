"""Reads the answer of a chat-completions backend, a stream of chunks or one object, into events.

No backend sends exactly what the API says. What is read here beyond it: content in the chunk that
ends the answer, chunks without a delta or without choices, calls by the rules of `tool_calls`,
reasoning under each of its names or between tags, content as a list of parts, errors inside a
stream in each of their shapes, usage in any chunk, and endings that say less than they should.
"""

import re
from collections.abc import Iterator
from typing import Any

from assistant_tui.core.json_text import read_json
from assistant_tui.server.runs.chat import (
    ChatError,
    ChatEvent,
    ChatResult,
    FinishReason,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
)
from assistant_tui.server.runs.reasoning_details import ReasoningDetails
from assistant_tui.server.runs.think_tags import ThinkTagSplitter
from assistant_tui.server.runs.tool_calls import CallAssembler, is_whole
from assistant_tui.server.store.paging import Json

LONGEST_TEXT = 4_000_000
"""Characters of the text of one turn, and of its reasoning."""
REASONING_NAMES = ("reasoning_content", "reasoning")
"""The names of the reasoning in a delta; where both are there they say the same."""
FILTER_WITHHELD_ANSWER = "The backend's content filter withheld the answer."

_DONE = "[DONE]"
_REASONS: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
}
"""The reasons that mean more than `stop`, or calls if there are any."""
_FAILURES = ("error", "abort", "aborted")
_SURROGATE = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


class ErrorInStream(Exception):
    """The backend reports an error where a chunk should be."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        """The JSON of it, in whatever shape."""


class ChunkAssembler:
    """Takes the data of one event of a stream after the other, and gives the deltas in them."""

    def __init__(self) -> None:
        self.begun = False
        """Whether a delta was given."""
        self.done = False
        """Whether the stream said that nothing follows."""
        self.finish_reason = ""
        """What the backend gave as the reason of the end; empty before."""
        self.reasoning_name = ""
        """The name under which the reasoning came; empty where it stood in the text, or none."""
        self._answered = False
        """There was a choice, with or without anything in it."""
        self._tags = ThinkTagSplitter()
        self._calls = CallAssembler()
        self._details = ReasoningDetails()
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._reasoning: list[str] = []
        self._size = 0
        self._usage: Json | None = None

    @property
    def ended(self) -> bool:
        """Whether the answer is at its end, so that only its usage may follow."""
        return self.done or bool(self.finish_reason)

    def feed(self, data: str, event: str = "") -> Iterator[ChatEvent]:
        """Yield the deltas in the data of one server-sent event, or in the body of a whole answer.

        Raises:
            ErrorInStream: it is an error.
            ChatError: it cannot be read, or is larger than allowed.
        """
        for text in _split(data):
            self.done = self.done or text.startswith(_DONE)
            if self.done:
                return
            chunk = _read(text)
            if event == "error" or _is_error(chunk):
                raise ErrorInStream(text)
            if isinstance(chunk, dict):
                yield from self._recorded(self._chunk(chunk))

    def _recorded(self, events: Iterator[ChatEvent]) -> Iterator[ChatEvent]:
        """Count what goes out, and keep it for the result."""
        for event in events:
            if isinstance(event, TextDelta):
                self._keep(self._text, event.text)
            elif isinstance(event, ReasoningDelta):
                self._keep(self._reasoning, event.text)
            elif isinstance(event, RefusalDelta):
                self._keep(self._refusal, event.text)
            self.begun = True
            yield event

    def _keep(self, parts: list[str], text: str) -> None:
        self._size += len(text)
        if self._size > LONGEST_TEXT:
            raise ChatError(f"the answer is longer than {LONGEST_TEXT:,} characters")
        parts.append(text)

    def _chunk(self, chunk: Json) -> Iterator[ChatEvent]:
        self._read_usage(chunk, chunk.get("x_groq"))
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return
        self._answered = True
        delta = choice.get("delta")
        if not isinstance(delta, dict) and not self.begun:
            delta = choice.get("message")
        if isinstance(delta, dict):
            yield from self._delta(delta)
        self._read_usage(choice, delta)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.finish_reason = reason.lower()

    def _delta(self, delta: Json) -> Iterator[ChatEvent]:
        self._details.feed(delta.get("reasoning_details"))
        for name in REASONING_NAMES:
            if isinstance(thought := delta.get(name), str) and thought:
                self.reasoning_name = name
                yield ReasoningDelta(thought)
                break
        yield from self._content(delta.get("content"))
        if isinstance(refusal := delta.get("refusal"), str) and refusal:
            yield RefusalDelta(refusal)
        if delta.get("tool_calls"):
            yield from self._calls.feed(delta["tool_calls"])
        elif isinstance(function := delta.get("function_call"), dict):
            yield from self._calls.feed({"function": function})

    def _content(self, content: Any) -> Iterator[ChatEvent]:
        """The text of a delta, which may be a list of parts with reasoning among them."""
        if isinstance(content, str) and content:
            yield from self._tags.feed(content)
        for part in content if isinstance(content, list) else ():
            if not isinstance(part, dict):
                continue
            if part.get("type") == "thinking":
                yield from (ReasoningDelta(text) for text in _texts(part.get("thinking")))
            else:
                yield from (TextDelta(text) for text in _texts(part.get("text")))

    def _read_usage(self, *holders: Any) -> None:
        """Keep the last usage that counts anything; some send zeros before they have counted."""
        for holder in holders:
            usage = holder.get("usage") if isinstance(holder, dict) else None
            if not isinstance(usage, dict):
                continue
            prompt, answer, total = (_count(usage.get(name)) for name in _COUNTS)
            if prompt is None or answer is None:
                continue
            total = prompt + answer if total is None else total
            if total or self._usage is None:
                self._usage = dict(zip(_COUNTS, (prompt, answer, total), strict=True))

    def finish(self) -> Iterator[ChatEvent]:
        """Yield what is left at the end of the stream, and the result.

        Raises:
            ChatError: the answer was cut off, or the backend ended it as failed.
        """
        self._check_end()
        yield from self._recorded(self._tags.close())
        yield from self._recorded(self._calls.close())
        reason = self._reason()
        if reason == "content_filter" and not (self._text or self._refusal or self._calls.any):
            yield from self._recorded(iter([RefusalDelta(FILTER_WITHHELD_ANSWER)]))
        yield ChatResult(
            text="".join(self._text),
            refusal="".join(self._refusal),
            reasoning="".join(self._reasoning),
            reasoning_details=self._details.result(),
            calls=self._calls.result(),
            finish_reason=reason,
            usage=self._usage,
            notes=tuple(self._notes(reason)),
        )

    def _check_end(self) -> None:
        if self.finish_reason in _FAILURES:
            raise ChatError("the backend broke its answer off as failed")
        if not self.ended:
            raise ChatError("the backend's answer was cut off: it ends without a reason")
        if not self._answered:
            raise ChatError("the backend answered without a choice")

    def _reason(self) -> FinishReason:
        """Why the answer ended: calls make it one for the functions, whatever the backend says."""
        said = _REASONS.get(self.finish_reason, "stop")
        calls = self._calls.result()
        if not calls:
            return said
        cut = said != "stop" and not is_whole(calls[-1].arguments)
        return said if cut else "tool_calls"

    def _notes(self, reason: FinishReason) -> Iterator[str]:
        if self._calls.any:
            return
        if self.finish_reason in ("tool_calls", "function_call"):
            yield "The backend ended its answer for a function call, but sent none."
        elif not self._text and reason == "length":
            yield "The limit of the answer was reached before any text of it."
        elif not self._text and reason == "stop" and not self._refusal:
            yield "The backend answered with no text."


def _split(data: str) -> list[str]:
    """The texts in the data of one event: one, unless its lines are values of their own.

    Some backends leave out the blank line between events, which makes one event of them.
    """
    data = data.strip()
    if "\n" not in data or is_whole(data):
        return [data] if data else []
    return [line.strip() for line in data.splitlines() if line.strip()]


def _read(text: str) -> Any:
    try:
        return read_json(_without_half_characters(text))
    except ValueError:
        raise ChatError("the backend sent something that is not JSON") from None


def _without_half_characters(text: str) -> str:
    """Put U+FFFD in the place of escaped surrogates that stand alone: nothing can encode them."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _SURROGATE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)


def _is_error(chunk: Any) -> bool:
    if isinstance(chunk, list):
        return any(_is_error(each) for each in chunk)
    if not isinstance(chunk, dict):
        return False
    if chunk.get("error") or chunk.get("object") == "error":
        return True
    return "choices" not in chunk and bool(chunk.get("message") or chunk.get("detail"))


def _texts(value: Any) -> Iterator[str]:
    """The texts in a text, or in a list of parts that hold one."""
    if isinstance(value, str):
        yield from [value] if value else []
    for part in value if isinstance(value, list) else ():
        yield from _texts(part.get("text") if isinstance(part, dict) else part)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
