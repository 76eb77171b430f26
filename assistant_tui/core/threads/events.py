"""The events of a stream, from wherever a server writes their names."""

from dataclasses import dataclass
from typing import Any

from assistant_tui.core.json_text import read_json
from assistant_tui.core.list_decoder import has_too_many_parts
from assistant_tui.core.threads.reading import Json, message_of, object_in, text_in

DONE = "done"
ERROR = "error"


@dataclass(frozen=True)
class ThreadEvent:
    """One event of a run: `data` is the object that it is about, or a delta of it."""

    name: str
    """`thread.run.created`, `thread.message.delta`, …, `error` or `done`."""
    data: Json

    @property
    def message(self) -> str:
        """What an `error` says; empty where it says nothing."""
        return next(filter(None, message_of(self.data)), "")


def read_event(event: str, data: str) -> ThreadEvent | None:
    """Read one server-sent event; None if it says nothing.

    The name is that of the `event:` line, else `event` inside of the data, whose `data` is then
    the object (Astra), else it is made of the object and its status. One server has events of its
    own for pieces of text and errors, `{"c": …}` and `{"e": …}` (myla).
    """
    if event == DONE or data.strip() == "[DONE]":
        return ThreadEvent(DONE, {})
    value = _decoded(data)
    if not isinstance(value, dict):
        said = data if value is None else text_in(value)
        return ThreadEvent(ERROR, {"message": said}) if event == ERROR and said else None
    if isinstance(value.get("data"), dict) and isinstance(value.get("event"), str):
        event, value = value["event"], value["data"]
        if event == DONE:
            return ThreadEvent(DONE, {})
    if event in ("", "message"):
        return _unnamed(value)
    return ThreadEvent(event, value)


def _decoded(data: str) -> Any:
    if has_too_many_parts(data):
        return None
    try:
        return read_json(data)
    except (ValueError, RecursionError):
        return None


def _unnamed(value: Json) -> ThreadEvent | None:
    if isinstance(value.get("c"), str):
        return piece_of_text(value["c"])
    if "e" in value or (value.get("error") and "object" not in value):
        return ThreadEvent(ERROR, value)
    kind, status = text_in(value.get("object")), text_in(value.get("status"))
    if kind == "error":
        return ThreadEvent(ERROR, value)
    if not kind.startswith("thread"):
        return None
    if kind.endswith(".delta"):
        return ThreadEvent(kind, value)
    return ThreadEvent(f"{kind}.{status or 'created'}", value)


def piece_of_text(text: str) -> ThreadEvent:
    """The event that appends a text to the message that is being written."""
    content = [{"type": "text", "text": {"value": text}}]
    return ThreadEvent("thread.message.delta", {"delta": {"content": content}})


def is_delta(event: ThreadEvent) -> bool:
    """Whether an event brings a piece of an object, not the whole of it."""
    return isinstance(object_in(event.data).get("delta"), dict)
