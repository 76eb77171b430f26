"""Decodes a long JSON list in chunks, and estimates beforehand what reading it would cost."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from assistant_tui.core.json_text import _TOKEN, is_too_deep


def end_of_value(text: str, at: int) -> int:
    """Where the array or object that begins at a place ends; nothing is decoded.

    Raises:
        ValueError: neither begins there, or it is cut off.
    """
    if text[at : at + 1] not in ("[", "{"):
        raise ValueError("expected an array or an object")
    depth = 0
    for token in _TOKEN.finditer(text, at):
        mark = token[0]
        depth += (mark in "[{") - (mark in "]}")
        if depth == 0:
            return token.end()
    raise ValueError("the JSON is cut off")


Item = TypeVar("Item")

CHUNK = 512 * 1024
"""Characters that are decoded in one call: no other thread runs meanwhile, so it must be short."""

_DECODER = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"[ \t\r\n]*+")
_HEAD = re.compile(
    r'[\ufeff \t\r\n]*+(?:\{(?:[^"\\\[\]{}]++|"[^"\\]*+")*?"data"[ \t\r\n]*+:[ \t\r\n]*+)?\['
)
"""All before the elements: of a bare array, or of a member called data among simple ones."""
_LONGEST_HEAD = 10_000
"""Characters in which the list must begin; the pattern takes memory for each of them."""


class Undecoded:
    """In the place of a value that is too long to decode at once."""


UNDECODED = Undecoded()


class TooManyItems(ValueError):
    """A list has more elements than are read."""


def decode_list(
    text: str, read: Callable[[Any, str], Item], most: int
) -> tuple[list[Item], str] | None:
    """Read each element as it is decoded, from its value and its exact text.

    The value of an element longer than `CHUNK` is `UNDECODED`. Also returns the text without
    the elements. None where a fault is in it, where something is nested too deeply, or where the
    list is not found: then only a reader that decodes nothing can tell what is there.

    Raises:
        TooManyItems: there are more than `most` elements.
    """
    head = _HEAD.match(text, 0, _LONGEST_HEAD)
    if head is None:
        return None
    decoder = _Decoder(text)
    items: list[Item] = []
    at = _beyond_blank(text, head.end())
    first = at
    while not text.startswith("]", at):
        if at != first:
            if not text.startswith(",", at):
                return None
            at = _beyond_blank(text, at + 1)
        if len(items) == most:
            raise TooManyItems
        decoded = _decoded(decoder, text, at)
        if decoded is None:
            return None
        value, end = decoded
        items.append(read(value, text[at:end]))
        at = _beyond_blank(text, end)
    return items, text[: head.end()] + text[at:]


def _decoded(decoder: "_Decoder", text: str, at: int) -> tuple[Any, int] | None:
    """The value that begins at a place, and its end; None for a fault, or what is too deep."""
    try:
        value, end = decoder.value(at)
    except (ValueError, RecursionError):
        return None
    return None if is_too_deep(text[at:end]) else (value, end)


class _Decoder:
    """Decodes the values in a long text, one chunk at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begin = 0
        self._stretch = text[:CHUNK]

    def value(self, at: int) -> tuple[Any, int]:
        """The value that begins at a place, and where it ends.

        Raises:
            ValueError: there is none.
            RecursionError: it is nested too deeply.
        """
        if self._is_last:
            return self._decoded(at)
        try:
            value, end = self._decoded(at)
            # A number may go on beyond the stretch.
            if end < self._begin + len(self._stretch):
                return value, end
        except ValueError:
            pass
        self._begin, self._stretch = at, self._text[at : at + CHUNK]
        if self._is_last:
            return self._decoded(at)
        try:
            return self._decoded(at)
        except ValueError:
            return UNDECODED, end_of_value(self._text, at)

    @property
    def _is_last(self) -> bool:
        return self._begin + len(self._stretch) >= len(self._text)

    def _decoded(self, at: int) -> tuple[Any, int]:
        value, end = _DECODER.raw_decode(self._stretch, at - self._begin)
        return value, self._begin + end


def _beyond_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return at if match is None else match.end()


MOST_PARTS = 100_000
"""Parts of one assistant that is read; 128 tools with long schemas have a third of it."""
MOST_PARTS_AT_ONCE = 2_000_000
"""Parts of one answer: 10,000 assistants with ten tools each have half of it."""
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_STRIPPED = 4_000_000
"""Characters up to which strings are left out when parts are counted."""


def count_parts(text: str) -> int:
    """About how many names and values JSON text has; marks inside strings may be among them."""
    return sum(text.count(mark) for mark in ",:[{")


def has_too_many_parts(text: str) -> bool:
    """Whether an assistant has more parts than are read, those inside strings left out."""
    if len(text) <= MOST_PARTS or count_parts(text) <= MOST_PARTS:
        return False
    return len(text) > _STRIPPED or count_parts(_STRING.sub("", text)) > MOST_PARTS
