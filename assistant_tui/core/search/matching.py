"""Finds a word in a text, whatever its case and accents; in a name also with small gaps."""

import re
import unicodedata
from collections.abc import Iterator

Spans = tuple[tuple[int, int], ...]
"""Where something stands in a text: the first character of each run, and the one behind its end."""

TIGHT_FROM = 3
"""Characters from which a word is found in a name also with gaps inside it."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Text in which case, accents and widths of letters are equal.

    What was folded piece by piece is in what was folded as a whole, if no piece begins with a
    combining mark.
    """
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())


def fold_to_ascii(text: str) -> str:
    """What is ASCII of the folded text, the rest left out; three times as fast where much is not.

    Of the characters that stay after NFKD, the sharp s alone becomes ASCII by folding.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).replace("ß", "ss").replace("ẞ", "ss")
    return apart.encode("ascii", "ignore").decode().lower()


def is_like(word: str, name: str) -> bool:
    """Whether a word is in a name, both folded: in one piece, as initials, or with small gaps."""
    return word in name or (_in_order(word, name) and bool(_loose(word, name)))


def find_loosely(word: str, name: str) -> Spans:
    """Where a word that `is_like` a name stands in it, both folded; nothing if it is not."""
    return find_all(word, name) or _runs(_loose(word, name))


def find_all(word: str, text: str) -> Spans:
    """Where a word stands in one piece, each time, both folded."""
    return tuple((found.start(), found.end()) for found in re.finditer(re.escape(word), text))


def unfolded(spans: Spans, text: str) -> Spans:
    """The spans of a folded text in the text that it was folded from."""
    if text.isascii():
        return spans
    origin: list[int] = []
    behind: list[int] = []
    for at, character in enumerate(text):
        folded = fold(character)
        origin += [at] * len(folded)
        behind += [at + 1] * len(folded)
        if not folded and behind:
            behind[-1] = at + 1  # An accent of its own belongs to the letter before it.
    return tuple((origin[start], behind[end - 1]) for start, end in spans if end <= len(origin))


def _in_order(word: str, name: str) -> bool:
    at = 0
    for character in word:
        at = name.find(character, at) + 1
        if not at:
            return False
    return True


def _loose(word: str, name: str) -> list[int]:
    """The places of a word's characters in a name, not in one piece; empty if it is not there."""
    return _initials(word, name) or _with_gaps(word, name)


def _initials(word: str, name: str) -> list[int]:
    """The places of a word whose pieces each begin where a word of the name begins: `bisu`."""
    starts = [found.start() for found in _WORD.finditer(name)]
    matches = [[start] for start in starts if name[start] == word[0]]
    for character in word[1:]:
        following: dict[int, list[int]] = {}
        for match in matches:
            for place in (match[-1] + 1, *(start for start in starts if start > match[-1])):
                if name[place : place + 1] == character:
                    following.setdefault(place, [*match, place])
        matches = list(following.values())
    return matches[0] if matches else []


def _with_gaps(word: str, name: str) -> list[int]:
    """The places of a word that is spread over at most twice its length, as is what it begins with.

    So whatever has a longer word has the shorter one that it grew from, too.
    """
    if len(word) < TIGHT_FROM:
        return []
    start = name.find(word[0])
    while start >= 0:
        places = list(_places(word, name, start))
        if len(places) == len(word):
            return places
        start = name.find(word[0], start + 1)
    return []


def _places(word: str, name: str, start: int) -> Iterator[int]:
    at = start
    for count, character in enumerate(word, 1):
        at = name.find(character, at, start + 2 * count)
        if at < 0:
            return
        yield at
        at += 1


def _runs(places: list[int]) -> Spans:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return tuple(runs)
