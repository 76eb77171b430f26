"""Streams of chat-completions backends as they look on the wire, and what is read of them."""

import json
from typing import Any

from assistant_tui.server.runs.chat import (
    CallDelta,
    ChatEvent,
    ChatResult,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
)
from assistant_tui.server.runs.chunks import ChunkAssembler
from assistant_tui.transport.sse import EventParser

Json = dict[str, Any]
DONE = b"data: [DONE]\n\n"


def chunk(delta: Json | None = None, reason: str | None = None, **members: Any) -> bytes:
    """One event with one choice."""
    choice: Json = {"index": 0, "finish_reason": reason}
    if delta is not None:
        choice["delta"] = delta
    return event({"object": "chat.completion.chunk", "choices": [choice], **members})


def event(value: Any) -> bytes:
    """One event with any JSON."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def say(*texts: str) -> bytes:
    """Deltas of content."""
    return b"".join(chunk({"content": text}) for text in texts)


def call(**part: Any) -> bytes:
    """A delta with one part of a call; `name` and `arguments` are those of its function."""
    function = {name: part.pop(name) for name in ("name", "arguments") if name in part}
    return chunk({"tool_calls": [{**part, "function": function}]})


def read(*chunks: bytes) -> list[ChatEvent]:
    """All events of a stream that arrives in these chunks."""
    parser, assembler = EventParser(), ChunkAssembler()
    events: list[ChatEvent] = []
    for part in chunks:
        for each in parser.feed(part):
            events += assembler.feed(each.data, each.event)
    for each in parser.close():
        events += assembler.feed(each.data, each.event)
    return [*events, *assembler.finish()]


def result_of(*chunks: bytes) -> ChatResult:
    """The result of a stream, which its deltas must add up to."""
    *deltas, result = read(*chunks)
    assert isinstance(result, ChatResult)
    for kind, whole in (
        (TextDelta, result.text),
        (ReasoningDelta, result.reasoning),
        (RefusalDelta, result.refusal),
    ):
        assert "".join(each.text for each in deltas if isinstance(each, kind)) == whole
    calls: list[list[str]] = []
    for delta in deltas:
        if isinstance(delta, CallDelta):
            if delta.index == len(calls):
                assert delta.call_id and delta.name
                calls.append([delta.call_id, delta.name, ""])
            else:
                assert not delta.call_id and not delta.name
            calls[delta.index][2] += delta.arguments
    assert calls == [[each.call_id, each.name, each.arguments] for each in result.calls]
    return result


def calls_of(*chunks: bytes) -> list[tuple[str, str]]:
    """The names and arguments of the calls of a stream that ends as it should."""
    result = result_of(*chunks, chunk({}, "tool_calls"), DONE)
    assert result.finish_reason == "tool_calls"
    return [(each.name, each.arguments) for each in result.calls]
