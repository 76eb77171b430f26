"""The language of the filter: `refund !draft model:gpt-4o meta.team:x created:>2026-01-01`."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.matching import Spans, fold
from assistant_tui.core.search.terms import (
    META,
    CreatedTerm,
    MatchMode,
    SearchableRow,
    Term,
    TextTerm,
)
from assistant_tui.core.search.time_ranges import ALWAYS, TimeRange, parse_time_range

HELP = (
    "Words must all be there, in the name, id, model, description, instructions or metadata;",
    "in a name their letters may be apart: bisu finds Billing support.",
    '"two words" finds just these, !word what has it not.',
    "name: id: model: tool: store: file: meta.KEY: look in one place: model:gpt-4o, !file:*.",
    "model:=gpt-4o is just this one, tool:* has any. file:file-abc tells who uses a file.",
    "created:2026-01 created:>=2026-01-31 created:2026-01..2026-03 go by local time.",
    "Any other word with a colon is a word: http://host, a:b.",
)
"""What there is to know, line by line."""

_EXAMPLES = {
    "name": "name:billing",
    "id": "id:asst_",
    "model": "model:gpt-4o",
    "tool": "tool:code_interpreter",
    "store": "store:vs_",
    "file": "file:file-",
    "created": "created:2026-01",
}
"""The qualifiers, and what is said where nothing stands behind one."""

QUALIFIERS = " ".join(f"{place}:" for place in (*_EXAMPLES, f"{META}KEY"))
"""All of them, as a person reads them."""

_TERM = re.compile(
    r"(?P<unwanted>!)?"
    rf'(?:(?P<place>{"|".join(_EXAMPLES)}|meta\.(?:"[^"]+"|[^\s":]+)):(?P<sign>[<>]=?|=)?)?'
    r'(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))',
    re.IGNORECASE,
)
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
        words = (term.word for term in self.terms if isinstance(term, TextTerm) and not term.place)
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


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: it is unfinished, or a time that is none.
    """
    terms: dict[Term, None] = {}
    good: list[str] = []
    wrong: list[str] = []
    for match in _TERM.finditer(text):
        try:
            term = _term(match)
        except QueryError as error:
            wrong.append(str(error))
        else:
            good += [match[0]] if match[0] else []
            terms |= {term: None} if term else {}
    query = Query(tuple(terms), " ".join(good))
    if wrong:
        raise QueryError(wrong[0], query)
    return query


def _term(match: re.Match[str]) -> Term | None:
    """The term that was matched; None where there is nothing in the quotes, yet."""
    if match["place"] is not None:
        return _placed(match)
    if match[0] == "!":
        raise QueryError("! stands before what must not be there, such as !draft or !file:*")
    exact = match["quoted"] is not None
    word = fold(match["quoted"] if exact else match["plain"])
    mode = MatchMode.PART if exact else MatchMode.LOOSE
    return TextTerm(word, "", mode, bool(match["unwanted"])) if word else None


def _placed(match: re.Match[str]) -> Term:
    """The term of a qualifier."""
    place, sign, unwanted = match["place"].lower(), match["sign"] or "", bool(match["unwanted"])
    exact = match["quoted"] is not None
    value = match["quoted"] if exact else match["plain"]
    if place == "created":
        return CreatedTerm(_time_range(sign + value), unwanted)
    if place.startswith(META):
        place = META + fold(match["place"][len(META) :].strip('"'))
    if value == "*" and not (exact or sign):
        return TextTerm("", place, MatchMode.ANY, unwanted)
    mode = MatchMode.PART if exact or place != "name" else MatchMode.LOOSE
    word = fold(value if sign == "=" else sign + value)
    if not word:
        example = _EXAMPLES.get(place, f"{match['place']}:x")
        raise QueryError(f"{match['place']}: takes what is looked for, such as {example}")
    return TextTerm(word, place, MatchMode.WHOLE if sign == "=" else mode, unwanted)


def _time_range(text: str) -> TimeRange:
    try:
        return ALWAYS if text == "*" else parse_time_range(text)
    except ValueError as error:
        raise QueryError(str(error)) from None
