"""Cuts a text into chunks that overlap, at ends of paragraphs, lines, sentences or words."""

from collections.abc import Iterator
from typing import NamedTuple

DEFAULT_TOKENS = 800
DEFAULT_OVERLAP = 400
"""In tokens: what the API documents for the strategy `auto`."""

_SEPARATORS = ("\n\n", "\n", ". ", "。", "? ", "! ", " ")
"""A chunk ends behind one of these where it can; the first that is found there is taken."""


class Chunk(NamedTuple):
    """A part of a text, from the character `start` to before the character `end`."""

    start: int
    end: int
    text: str


def estimated_tokens(text: str) -> float:
    """About how many tokens a model makes of a text.

    Four letters of English are a token, and one character of Chinese is: the first takes one byte
    a character in UTF-8, and the second three.
    """
    characters = len(text)
    if text.isascii():
        return characters / 4
    return (characters + 1.5 * (len(text.encode()) - characters)) / 4


def cut(text: str, max_tokens: int, overlap_tokens: int) -> Iterator[Chunk]:
    """The chunks of a text, which together are all of it.

    Args:
        text: as it was extracted from a file.
        max_tokens: estimated tokens of a chunk at most.
        overlap_tokens: estimated tokens of a chunk that the next one repeats at most; no more
            than half of `max_tokens`.
    """
    start = 0
    while start < len(text):
        end = _good_end(text, start, start + _fitting(text, start, max_tokens))
        yield Chunk(start, end, text[start:end])
        if end == len(text):
            return
        start = _good_start(text, end - _fitting_before(text, start, end, overlap_tokens), end)


def _fitting(text: str, start: int, tokens: int) -> int:
    """How many characters behind `start` take so many tokens at most; one at least."""
    low, high = 1, min(tokens * 4, len(text) - start)
    if estimated_tokens(text[start : start + high]) <= tokens:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if estimated_tokens(text[start : start + middle]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return low


def _fitting_before(text: str, start: int, end: int, tokens: int) -> int:
    """How many characters before `end` take so many tokens at most."""
    low, high = 0, min(tokens * 4, end - start)
    while low < high:
        middle = (low + high + 1) // 2
        if estimated_tokens(text[end - middle : end]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return low


def _good_end(text: str, start: int, end: int) -> int:
    """Where a chunk ends: behind the best separator in its last quarter, or else at `end`.

    So it is longer than the overlap, half a chunk at most, and the next one begins further on.
    """
    if end == len(text):
        return end
    earliest = end - (end - start) // 4
    for separator in _SEPARATORS:
        found = text.rfind(separator, earliest, end)
        if found >= 0:
            return found + len(separator)
    return end


def _good_start(text: str, start: int, end: int) -> int:
    """The beginning of the next word, if there is one soon."""
    if start == end or text[start - 1].isspace():
        return start
    latest = min(end, start + 40)
    for at in range(start, latest):
        if text[at].isspace():
            return at + 1
    return start
