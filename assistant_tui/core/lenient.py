"""Looks into JSON of any kind: what is not of the kind that is sought counts as empty."""

from assistant_tui.core.document import elements, members, read_json


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
