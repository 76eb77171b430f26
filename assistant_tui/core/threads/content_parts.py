"""The content parts of messages."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant_tui.core.threads.reading import (
    Json,
    json_of,
    object_in,
    text_in,
    whole_characters,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One content part of a message."""

    kind: str
    """`text`, `refusal`, `image_file`, `image_url`, or what the server said."""
    text: str
    """What is shown of it; JSON for an unknown kind."""
    raw: Json


def read_part(raw: Any) -> Part:
    """Read a content part; its text may be a string, an object with `value`, or a list of those."""
    if isinstance(raw, str):
        return Part("text", text_in(raw), {"type": "text", "text": {"value": raw}})
    value = object_in(raw)
    kind = text_in(value.get("type")) or ("text" if "text" in value else "")
    if kind == "text":
        return Part(kind, whole_characters("".join(text_pieces(value.get("text")))), value)
    if kind == "refusal":
        return Part(kind, text_in(value.get("refusal")), value)
    if kind == "image_file":
        return Part(kind, f"[image {name_in(value.get(kind), 'file_id')}]", value)
    if kind == "image_url":
        return Part(kind, f"[image {name_in(value.get(kind), 'url')}]", value)
    return Part(kind or "unknown", json_of(raw), value)


def text_pieces(value: Any) -> Iterator[str]:
    """The texts of a `text` part as they came: of a delta, perhaps cut within a character."""
    if isinstance(value, list):
        for item in value:
            yield from text_pieces(item)
    elif isinstance(value, dict):
        yield from text_pieces(value.get("value"))
    elif isinstance(value, str):
        yield value


def name_in(value: Any, name: str) -> str:
    """The id or address that a part names."""
    return text_in(value) if isinstance(value, str) else text_in(object_in(value).get(name))
