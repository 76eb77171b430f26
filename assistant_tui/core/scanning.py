"""Takes a JSON list apart while it is decoded: the quick way, for lists without a fault."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from assistant_tui.core.document import is_too_deep

Item = TypeVar("Item")

_DECODER = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"[ \t\r\n]*+")
_HEAD = re.compile(
    r'[\ufeff \t\r\n]*+(?:\{(?:[^"\\\[\]{}]++|"[^"\\]*+")*?"data"[ \t\r\n]*+:[ \t\r\n]*+)?\['
)
"""All before the elements: of a bare array, or of a member called data among simple ones."""


def scan(text: str, read: Callable[[Any, str], Item]) -> tuple[list[Item], str] | None:
    """Read each element as it is decoded, from its value and its exact text.

    Also returns the text without the elements. None where a fault is in it, where something is
    nested too deeply, or where the list is not found: then only a reader that decodes nothing can
    tell what is there.
    """
    head = _HEAD.match(text)
    if head is None:
        return None
    items: list[Item] = []
    at = _beyond_blank(text, head.end())
    first = at
    while not text.startswith("]", at):
        if at != first:
            if not text.startswith(",", at):
                return None
            at = _beyond_blank(text, at + 1)
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        item = text[at:end]
        if is_too_deep(item):
            return None
        items.append(read(value, item))
        at = _beyond_blank(text, end)
    return items, text[: head.end()] + text[at:]


def _beyond_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return at if match is None else match.end()
