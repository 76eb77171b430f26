"""Threads as a server of the API sends them, made of few words."""

from collections.abc import Sequence
from typing import Any

from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.transcript import Change, Transcript

Json = dict[str, Any]
THREAD, RUN = "thread_1", "run_1"


def text_part(text: str) -> Json:
    return {"type": "text", "text": {"value": text, "annotations": []}}


def message(identity: str, text: str | None, role: str = "assistant", **members: Any) -> Json:
    """A message; one without text is just begun."""
    return {
        "id": identity,
        "object": "thread.message",
        "created_at": 100,
        "thread_id": THREAD,
        "role": role,
        "run_id": RUN if role == "assistant" else None,
        "status": "in_progress" if text is None else "completed",
        "content": [] if text is None else [text_part(text)],
        **members,
    }


def run(status: str, **members: Any) -> Json:
    return {
        "id": RUN,
        "object": "thread.run",
        "created_at": 101,
        "thread_id": THREAD,
        "assistant_id": "asst_1",
        "status": status,
        "model": "gpt-4o",
        **members,
    }


def function(name: str, arguments: str = "{}", identity: str = "call_1", **inside: Any) -> Json:
    asked = {"name": name, "arguments": arguments, **inside}
    return {"id": identity, "type": "function", "function": asked}


def waiting_run(*calls: Json) -> Json:
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [*calls]}}
    return run("requires_action", required_action=action)


def step(identity: str, status: str, details: Json, **members: Any) -> Json:
    return {
        "id": identity,
        "object": "thread.run.step",
        "created_at": 102,
        "thread_id": THREAD,
        "run_id": RUN,
        "type": details["type"],
        "status": status,
        "step_details": details,
        **members,
    }


def calls_step(identity: str, status: str, *calls: Json) -> Json:
    return step(identity, status, {"type": "tool_calls", "tool_calls": [*calls]})


def message_step(identity: str, status: str, message_id: str) -> Json:
    details = {"type": "message_creation", "message_creation": {"message_id": message_id}}
    return step(identity, status, details)


def event(value: Json) -> ThreadEvent:
    """The event that brings an object or a delta."""
    kind = value["object"]
    return ThreadEvent(kind if kind.endswith(".delta") else f"{kind}.{value['status']}", value)


def delta(message_id: str, *content: Any, **members: Any) -> ThreadEvent:
    """A piece of a message; a text is a piece of its first part."""
    parts = [
        {"index": 0, "type": "text", "text": {"value": part}} if isinstance(part, str) else part
        for part in content
    ]
    inside = {"content": parts, **members} if parts else members
    value = {"id": message_id, "object": "thread.message.delta", "delta": inside}
    return ThreadEvent("thread.message.delta", value)


def call_delta(step_id: str, **call: Any) -> ThreadEvent:
    details = {"type": "tool_calls", "tool_calls": [call]}
    inside = {"id": step_id, "object": "thread.run.step.delta", "delta": {"step_details": details}}
    return ThreadEvent("thread.run.step.delta", inside)


def applied(*events: ThreadEvent, transcript: Transcript | None = None) -> Transcript:
    transcript = transcript or Transcript(THREAD)
    for each in events:
        transcript.apply(each)
    return transcript


def changes_of(transcript: Transcript, events: Sequence[ThreadEvent]) -> list[Change]:
    return [change for each in events for change in transcript.apply(each)]


def shown(transcript: Transcript) -> list[tuple[str, str]]:
    """The kinds and texts of all entries; of a call, its name and arguments."""
    return [
        (each.kind.name, f"{each.call.name}({each.text})" if each.call else each.text)
        for each in transcript.entries
    ]
