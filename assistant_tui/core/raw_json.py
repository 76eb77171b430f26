"""JSON kept as it was received, compared by what it means, and looked into leniently."""

import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assistant_tui.core.json_text import elements, indent, members, minified, read_json


@dataclass(frozen=True)
class RawJson:
    """One assistant exactly as a server sent it."""

    text: str

    @cached_property
    def members(self) -> dict[str, str]:
        """Names and the exact texts of their values; raises ValueError if this is no object."""
        return members(self.text)

    def value(self, name: str, default: Any = None) -> Any:
        """What one member says; `default` where it is absent. Raises ValueError."""
        text = self.members.get(name)
        return default if text is None else read_json(text)

    @cached_property
    def pretty(self) -> str:
        """The text indented by two spaces, every number and string as it was written."""
        return indent(self.text)


def same_json(one: str | None, other: str | None) -> bool:
    """Whether two JSON texts mean the same value: `1.0` equals `1`, the order of names is free."""
    return _same(one, other, sort_names=True)


def same_edit(one: str | None, other: str | None) -> bool:
    """As `same_json`, but the order of names counts: models answer in the order of a schema."""
    return _same(one, other, sort_names=False)


def _same(one: str | None, other: str | None, *, sort_names: bool) -> bool:
    if one == other or one is None or other is None:
        return one == other
    if minified(one) == minified(other):
        return True
    try:
        return _canonical(one, sort_names) == _canonical(other, sort_names)
    except (ValueError, RecursionError):
        return False


def _canonical(text: str, sort_names: bool) -> str:
    """JSON with whole floats as integers; unlike `==`, it tells true from 1."""
    read_json(text)
    return json.dumps(_whole(_COMPARING.decode(text)), sort_keys=sort_names)


def _number(text: str) -> float | str:
    """A number to compare; one that no double holds is equal to itself alone."""
    number = float(text)
    return number if math.isfinite(number) else f"number {text}"


_COMPARING = json.JSONDecoder(strict=False, parse_float=_number)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def members_in(text: str | None) -> dict[str, str]:
    """The names and exact values of an object."""
    try:
        return members(text or "{}")
    except ValueError:
        return {}


def elements_in(text: str | None) -> list[str]:
    """The exact elements of an array."""
    try:
        return elements(text or "[]")
    except ValueError:
        return []


def text_in(text: str | None) -> str:
    """What a string says."""
    try:
        value = read_json(text or "null")
    except ValueError:
        return ""
    return value if isinstance(value, str) else ""
