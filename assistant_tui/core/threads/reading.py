"""Reads decoded JSON of any shape: what does not fit is empty, and nothing raises."""

import json
import math
from collections.abc import Iterator
from typing import Any

from assistant_tui.core.json_text import indent

Json = dict[str, Any]


def object_in(value: Any) -> Json:
    """The value, if it is an object; else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_in(value: Any) -> list[Json]:
    """The objects of an array; its other elements are left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_in(value: Any) -> str:
    """The value as text: numbers as they are written, nothing for null, JSON for the rest."""
    if isinstance(value, str):
        return whole_characters(value)
    if value is None:
        return ""
    return json_of(value) if isinstance(value, (dict, list)) else str(value)


def whole_characters(text: str) -> str:
    """The text with the halves of characters (UTF-16 surrogates) joined; one alone is U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def time_in(value: Any) -> float | None:
    """Unix seconds, be they whole, a fraction or a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None


def count_in(value: Any) -> int:
    """A number of things; 0 for anything else."""
    seconds = time_in(value)
    return 0 if seconds is None else max(0, int(seconds))


def texts_in(value: Any) -> dict[str, str]:
    """The members of an object as texts."""
    return {whole_characters(name): text_in(each) for name, each in object_in(value).items()}


def json_of(value: Any) -> str:
    """The JSON of a value, laid out over lines."""
    return whole_characters(indent(json.dumps(value, ensure_ascii=False)))


def message_of(error: Any) -> Iterator[str]:
    """The sentences of an error, wherever servers put them: the first is the one to show."""
    if isinstance(error, str):
        yield whole_characters(error)
    elif isinstance(error, list):
        for item in error:
            yield from message_of(item)
    elif isinstance(error, dict):
        for name in ("message", "error", "detail", "last_error", "e"):
            yield from message_of(error.get(name))
