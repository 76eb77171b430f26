"""What a query asks of each row, term by term."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from assistant_tui.core.finding.matching import (
    Spans,
    find_all,
    find_loosely,
    fold,
    fold_to_ascii,
    is_like,
    unfolded,
)
from assistant_tui.core.finding.moments import Stretch
from assistant_tui.core.finding.subject import META, Folding, Subject

_ESCAPED = re.compile(r'[\x00-\x1f"\\/]')
"""What JSON writes in another way, or may."""


class How(Enum):
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
class Words:
    """A word, or several in quotes, in one place of the row or in any."""

    word: str
    """Folded; empty only where any text will do."""
    place: str = ""
    """`name`, `id`, `model`, `tool`, `store`, `file`, `meta.` and a folded key; or "" for any."""
    how: How = How.LOOSE
    unwanted: bool = False

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """What the JSON of a row must have if it tells this word."""
        key = self.place.removeprefix(META) if self.place.startswith(META) else ""
        pieces = [*_ESCAPED.split(self.word), *_ESCAPED.split(key)]
        return tuple(piece for piece in pieces if piece)

    @cached_property
    def folding(self) -> Folding:
        """What the JSON is folded by when the pieces are looked for."""
        ascii_only = all(piece.isascii() for piece in self.pieces)
        return fold_to_ascii if ascii_only else fold

    def matches(self, subject: Subject) -> bool:
        """Whether a row has the word, or where it is unwanted has it not."""
        return self._found(subject) is not self.unwanted

    def _found(self, subject: Subject) -> bool:
        if self.place in ("", "name") and self._in_name(fold(subject.row.name)):
            return True
        if any(self._in(fold(text)) for text in subject.shown(self.place)):
            return True
        if self.place in ("name", "id", "model") or not subject.may_hold(self.pieces, self.folding):
            return False
        return any(self._in(fold(text)) for text in subject.told(self.place))

    def _in_name(self, name: str) -> bool:
        return self.how is How.LOOSE and is_like(self.word, name)

    def _in(self, text: str) -> bool:
        match self.how:
            case How.WHOLE:
                return self.word == text
            case How.ANY:
                return bool(text)
        return self.word in text

    def spans(self, name: str) -> Spans:
        """Where the word stands in a name as it is shown."""
        if self.unwanted or not self.word or self.place not in ("", "name"):
            return ()
        folded = fold(name)
        if self.how is How.LOOSE:
            return unfolded(find_loosely(self.word, folded), name)
        found = self.how is How.PART or self._in(folded)
        return unfolded(find_all(self.word, folded), name) if found else ()

    def implies(self, other: "Term") -> bool:
        """Whether every row that this term lets through passes the other, too, as far as is seen.

        A word of two letters is found with no gaps, what grew from it may have some.
        """
        if self == other:
            return True
        if not isinstance(other, Words) or self.unwanted or other.unwanted:
            return False
        alike = self.place == other.place and self.how is other.how
        grown = alike and self.word.startswith(other.word) and other.how in (How.LOOSE, How.PART)
        return grown and (other.how is How.PART or len(other.word) != 2)


@dataclass(frozen=True)
class Created:
    """When the assistant was created."""

    stretch: Stretch
    unwanted: bool = False

    def matches(self, subject: Subject) -> bool:
        """Whether a row was created in the stretch; one that tells no time was not."""
        moment = subject.row.created_at
        return (moment is not None and self.stretch.holds(moment)) is not self.unwanted

    def spans(self, name: str) -> Spans:
        """Nothing: a time is not in the name."""
        return ()

    def implies(self, other: "Term") -> bool:
        """Whether every row that this term lets through passes the other, too."""
        return self == other


Term = Words | Created
