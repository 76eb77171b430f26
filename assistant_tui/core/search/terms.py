"""The terms of a query, and what of a row they are matched against."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property, lru_cache
from typing import Any

from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.matching import (
    Spans,
    find_all,
    find_loosely,
    fold,
    fold_to_ascii,
    is_like,
    unfolded,
)
from assistant_tui.core.search.time_ranges import TimeRange

_DECODER = json.JSONDecoder(strict=False, parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay as they were written, so that they are found as they are seen."""

Folding = Callable[[str], str]

META = "meta."
"""How the place of one pair of the metadata begins."""


class SearchableRow:
    """One row while the terms of a query are matched against it."""

    def __init__(self, row: ResourceRow) -> None:
        self.row = row
        self._folded: dict[Folding, str] = {}
        self._body: dict[str, Any] | str | None = None

    def may_contain(self, pieces: Collection[str], folding: Folding) -> bool:
        """Whether the JSON may contain all of these folded pieces; False is certain.

        Args:
            pieces: texts without a character that JSON must escape.
            folding: what the JSON is folded by before it is compared.

        JSON with other escapes always may contain them, since it is not decoded here.
        """
        if folding not in self._folded:
            self._folded[folding] = folding(self.row.text)
        folded = self._folded[folding]
        return all(piece in folded for piece in pieces) or "\\u" in folded

    def json_texts(self, place: "Place") -> Iterator[str]:
        """The texts of a place that only the JSON has; of one that cannot be read, all of it."""
        body = self._members()
        if isinstance(body, str):
            return iter(() if place.name else (body,))
        return iter(()) if place.json_texts is None else place.json_texts(body)

    def _members(self) -> dict[str, Any] | str:
        """What the JSON says; the text itself where it cannot be read."""
        if self._body is None:
            try:
                value = _DECODER.decode(self.row.text.lstrip("\ufeff"))
            except (ValueError, RecursionError):
                value = None
            self._body = value if isinstance(value, dict) else self.row.text
        return self._body


def texts_inside(value: object) -> Iterator[str]:
    """Every text and number inside a value, the names of members too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, list):
        for item in value:
            yield from texts_inside(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts_inside(item)


@dataclass(frozen=True)
class Place:
    """Where in an object a word is looked for: what a qualifier means; its name identifies it."""

    name: str
    """The qualifier without its colon; empty for where a word without one is looked for."""
    row_texts: Callable[[ResourceRow], tuple[str, ...]] = field(
        default=lambda row: (), compare=False
    )
    """The texts there that are known without reading the JSON."""
    json_texts: Callable[[Mapping[str, Any]], Iterator[str]] | None = field(
        default=None, compare=False
    )
    """Those that only the JSON has, read from its members; None where there are none."""
    example: str = field(default="x", compare=False)
    """What may stand behind the qualifier, for who left that out."""
    in_name: bool = field(default=False, compare=False)
    """The object's name is there, in which a word is also found as initials or with small gaps."""
    key: str = field(default="", compare=False)
    """What else the JSON must have, beside the word."""


NAME_PLACE = Place("name", lambda row: (row.name,), in_name=True)
ID_PLACE = Place("id", lambda row: (row.id,))


@lru_cache(maxsize=64)
def metadata_place(key: str) -> Place:
    """One pair of the metadata, which all kinds of objects have; `key` is folded."""

    def pair(members: Mapping[str, Any]) -> Iterator[str]:
        metadata = members.get("metadata")
        for name, value in metadata.items() if isinstance(metadata, dict) else ():
            if fold(name) == key:
                yield from texts_inside(value)

    return Place(META + key, json_texts=pair, key=key)


_ESCAPED = re.compile(r'[\x00-\x1f"\\/]')
"""Characters that JSON escapes, or may escape."""


class MatchMode(Enum):
    """How a term's word must stand in a text."""

    LOOSE = auto()
    """In a name also as initials or with small gaps, elsewhere in one piece."""
    PART = auto()
    """In one piece."""
    WHOLE = auto()
    """It must be the whole text."""
    ANY = auto()
    """Any text will do."""


@dataclass(frozen=True)
class TextTerm:
    """A word, or several in quotes, in one place of the row or in any."""

    word: str
    """Folded; empty only where any text will do."""
    place: Place
    mode: MatchMode = MatchMode.LOOSE
    unwanted: bool = False

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """What the JSON of a row must have if it tells this word."""
        pieces = [*_ESCAPED.split(self.word), *_ESCAPED.split(self.place.key)]
        return tuple(piece for piece in pieces if piece)

    @cached_property
    def folding(self) -> Folding:
        """What the JSON is folded by when the pieces are looked for."""
        ascii_only = all(piece.isascii() for piece in self.pieces)
        return fold_to_ascii if ascii_only else fold

    def matches(self, subject: SearchableRow) -> bool:
        """Whether a row has the word; for an unwanted word, whether it does not have it."""
        return self._found(subject) is not self.unwanted

    def _found(self, subject: SearchableRow) -> bool:
        place, row = self.place, subject.row
        if place.in_name and self.mode is MatchMode.LOOSE and is_like(self.word, fold(row.name)):
            return True
        if any(self._in(fold(text)) for text in place.row_texts(row)):
            return True
        if place.json_texts is None or not subject.may_contain(self.pieces, self.folding):
            return False
        return any(self._in(fold(text)) for text in subject.json_texts(place))

    def _in(self, text: str) -> bool:
        match self.mode:
            case MatchMode.WHOLE:
                return self.word == text
            case MatchMode.ANY:
                return bool(text)
        return self.word in text

    def spans(self, name: str) -> Spans:
        """Where the word stands in a name as it is shown."""
        if self.unwanted or not self.word or not self.place.in_name:
            return ()
        folded = fold(name)
        if self.mode is MatchMode.LOOSE:
            return unfolded(find_loosely(self.word, folded), name)
        found = self.mode is MatchMode.PART or self._in(folded)
        return unfolded(find_all(self.word, folded), name) if found else ()

    def implies(self, other: "Term") -> bool:
        """Whether every row that matches this term certainly matches the other.

        A word of two letters is found without gaps only; a longer one that begins with it may be
        found with gaps, and so does not imply it.
        """
        if self == other:
            return True
        if not isinstance(other, TextTerm) or self.unwanted or other.unwanted:
            return False
        alike = self.place == other.place and self.mode is other.mode
        grown = (
            alike
            and self.word.startswith(other.word)
            and other.mode in (MatchMode.LOOSE, MatchMode.PART)
        )
        return grown and (other.mode is MatchMode.PART or len(other.word) != 2)


@dataclass(frozen=True)
class CreatedTerm:
    """A range of time in which the object was created."""

    time_range: TimeRange
    unwanted: bool = False

    def matches(self, subject: SearchableRow) -> bool:
        """Whether a row was created in the stretch; one that tells no time was not."""
        moment = subject.row.created_at
        return (moment is not None and self.time_range.holds(moment)) is not self.unwanted

    def spans(self, name: str) -> Spans:
        """Nothing: a time is not in the name."""
        return ()

    def implies(self, other: "Term") -> bool:
        """Whether every row that this term lets through passes the other, too."""
        return self == other


Term = TextTerm | CreatedTerm
