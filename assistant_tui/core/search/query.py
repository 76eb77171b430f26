"""The language of the filter: `refund !draft model:gpt-4o meta.team:x created:>2026-01-01`."""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from assistant_tui.core.list_spec import ListSpec
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.matching import Spans, fold
from assistant_tui.core.search.terms import (
    META,
    CreatedTerm,
    MatchMode,
    SearchableRow,
    Term,
    TextTerm,
    metadata_place,
)
from assistant_tui.core.search.time_ranges import ALWAYS, TimeRange, parse_time_range

_META_KEY = r'meta\.(?:"[^"]+"|[^\s":]+)'
_LOOKS_QUALIFIED = re.compile(r"[a-z_.]+:(?!//)")


@dataclass(frozen=True)
class Query:
    """What rows must be like; without a term every row is."""

    terms: tuple[Term, ...] = ()
    text: str = field(default="", compare=False)
    """As it was written."""

    def __bool__(self) -> bool:
        return bool(self.terms)

    def matches(self, row: ResourceRow) -> bool:
        """Whether a row is what is looked for."""
        if not self.terms:
            return True
        subject = SearchableRow(row)
        return all(term.matches(subject) for term in self.terms)

    def spans(self, name: str) -> Spans:
        """Where a name, as it is shown, has what is looked for: in order, none over another."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(span for term in self.terms for span in term.spans(name)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    def narrows(self, former: "Query") -> bool:
        """Whether what this query finds is certainly among what the former one found."""
        return all(any(term.implies(other) for term in self.terms) for other in former.terms)

    @cached_property
    def mistaken(self) -> str:
        """A word that may be meant as a qualifier but is none, up to its colon; else empty."""
        words = (
            term.word
            for term in self.terms
            if isinstance(term, TextTerm)
            and not term.place.name
            and term.mode is not MatchMode.PART  # what stands in quotes is meant as it is
        )
        found = (_LOOKS_QUALIFIED.match(word) for word in words)
        return next((match[0] for match in found if match), "")


EVERYTHING = Query()
"""What an empty text asks for."""


class QueryError(ValueError):
    """A query that is unfinished or no query; the sentence says what is allowed."""

    def __init__(self, sentence: str, rest: Query = EVERYTHING) -> None:
        super().__init__(sentence)
        self.rest = rest
        """What was asked for without what is wrong."""


@lru_cache(maxsize=8)
def _grammar(spec: ListSpec) -> re.Pattern[str]:
    """Matches one term of a query in this list."""
    qualifiers = "|".join([*spec.qualifiers, _META_KEY])
    return re.compile(
        r"(?P<unwanted>!)?"
        rf"(?:(?P<place>{qualifiers}):(?P<sign>[<>]=?|=)?)?"
        r'(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))',
        re.IGNORECASE,
    )


def parse(text: str, spec: ListSpec) -> Query:
    """Read a query with the qualifiers of a list.

    Raises:
        QueryError: it is unfinished, or a time that is none.
    """
    terms: dict[Term, None] = {}
    good: list[str] = []
    wrong: list[str] = []
    for match in _grammar(spec).finditer(text):
        try:
            term = _term(match, spec)
        except QueryError as error:
            wrong.append(str(error))
        else:
            good += [match[0]] if match[0] else []
            terms |= {term: None} if term else {}
    query = Query(tuple(terms), " ".join(good))
    if wrong:
        raise QueryError(wrong[0], query)
    return query


def _term(match: re.Match[str], spec: ListSpec) -> Term | None:
    """The term that was matched; None where there is nothing in the quotes, yet."""
    if match["place"] is not None:
        return _placed(match, spec)
    if match[0] == "!":
        raise QueryError("! stands before what must not be there, such as !draft or !file:*")
    exact = match["quoted"] is not None
    word = fold(match["quoted"] if exact else match["plain"])
    mode = MatchMode.PART if exact else MatchMode.LOOSE
    return TextTerm(word, spec.anywhere, mode, bool(match["unwanted"])) if word else None


def _placed(match: re.Match[str], spec: ListSpec) -> Term:
    """The term of a qualifier."""
    name, sign, unwanted = match["place"].lower(), match["sign"] or "", bool(match["unwanted"])
    exact = match["quoted"] is not None
    value = match["quoted"] if exact else match["plain"]
    if name == "created":
        return CreatedTerm(_time_range(sign + value), unwanted)
    if name.startswith(META):
        place = metadata_place(fold(match["place"][len(META) :].strip('"')))
    else:
        place = next(each for each in spec.places if each.name == name)
    if value == "*" and not (exact or sign):
        return TextTerm("", place, MatchMode.ANY, unwanted)
    mode = MatchMode.PART if exact or not place.in_name else MatchMode.LOOSE
    word = fold(value if sign == "=" else sign + value)
    if not word:
        asked = match["place"]
        example = f"{asked if place.key else name}:{place.example}"
        raise QueryError(f"{asked}: takes what is looked for, such as {example}")
    return TextTerm(word, place, MatchMode.WHOLE if sign == "=" else mode, unwanted)


def _time_range(text: str) -> TimeRange:
    try:
        return ALWAYS if text == "*" else parse_time_range(text)
    except ValueError as error:
        raise QueryError(str(error)) from None
