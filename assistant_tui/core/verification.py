"""Compares what a server answered with what it was asked.

After each write: which fields were ignored, altered or wiped. After a create: whether what was
answered is a new object, or one that was there before.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from assistant_tui.core.json_text import read_json
from assistant_tui.core.listing import Page
from assistant_tui.core.raw_json import RawJson, same_json
from assistant_tui.core.resource import READ_ONLY, is_set_by_server
from assistant_tui.core.rows import ResourceRow

_EMPTY: tuple[object, ...] = (None, "", [], {}, "auto", 1)
"""What servers answer for a field that is back at its default."""
_DEFAULTS = {"temperature": 1, "top_p": 1, "response_format": "auto"}
"""Defaults of the API that a server may write down for a field that is not set."""


@dataclass(frozen=True)
class WriteOutcome:
    """What became of a request to create or modify."""

    ignored: tuple[str, ...] = ()
    """Fields that were sent, but do not stand as asked."""
    wiped: tuple[str, ...] = ()
    """Fields that were not sent, but are gone, empty or back at their default."""

    @property
    def as_asked(self) -> bool:
        """Whether the server did just what was asked."""
        return not self.ignored and not self.wiped


@dataclass(frozen=True)
class SaveResult:
    """What the server has after a create or modify."""

    row: ResourceRow
    before: str | None = None
    """The JSON before a modify that changed something; None otherwise."""
    outcome: WriteOutcome = field(default_factory=WriteOutcome)
    merged: tuple[str, ...] = ()
    """Fields that somebody else changed meanwhile; they were left as they are."""
    answer_lost: bool = False
    """The answer never came, but the server had carried the request out."""
    unchanged: bool = False
    """Nothing was sent: the server had all that was asked."""
    why_no_undo: str = ""
    """Why the journal did not keep it, so that it cannot be undone; empty if it did."""


def verify(patch: Mapping[str, str], before: RawJson | None, answer: RawJson) -> WriteOutcome:
    """Say which fields the server ignored or altered, and which it wiped.

    What a server adds inside a value, such as a default ranking, counts as kept; what was there
    before, and was to go, does not.
    """
    now, was = answer.members, {} if before is None else before.members
    ignored = tuple(n for n, asked in patch.items() if not _stands(asked, now.get(n), was.get(n)))
    if before is None:
        return WriteOutcome(ignored)
    wiped = tuple(
        name
        for name, text in before.members.items()
        if name not in patch and name not in READ_ONLY and _is_lost(text, now.get(name))
    )
    return WriteOutcome(ignored, wiped)


def is_made_of(body: Mapping[str, str], found: RawJson, fields: Iterable[str]) -> bool:
    """Whether an object has what a create with this body sent, and nothing that it did not.

    Args:
        body: the JSON texts of what was sent.
        found: the object on the server.
        fields: all that a create of this kind of object can set.
    """
    unset = {name: "null" for name in fields if name not in body}
    return verify({**body, **unset}, None, found).as_asked


def changed_since(then: RawJson, now: RawJson) -> tuple[str, ...]:
    """The fields that were changed between two looks at an object.

    What a server sets by itself does not count, nor whether it writes out what is not set.
    """
    one, other = then.members, now.members
    return tuple(
        name
        for name in {**one, **other}
        if not is_set_by_server(name)
        and not _is_alike(name, one.get(name, "null"), other.get(name, "null"))
    )


def _is_alike(name: str, one: str, other: str) -> bool:
    if same_json(one, other):
        return True
    try:
        then, now = read_json(one), read_json(other)
        unset: list[object] = [None, "", [], {}, _DEFAULTS.get(name)]
        # Additions count on both sides, unless they are null.
        both = _covers(then, now, now) or _covers(now, then, then)
        return both or (then in unset and now in unset)
    except (ValueError, RecursionError, OverflowError):
        return False


def _is_lost(before: str, now: str | None) -> bool:
    if same_json(before, now):
        return False
    try:
        return now is None or read_json(now) in _EMPTY
    except ValueError:
        return False


def _stands(asked: str, now: str | None, before: str | None) -> bool:
    """Whether a value is there as asked; one that cannot be read, or is too deep, is not."""
    if same_json(asked, now):
        return True
    try:
        wanted = read_json(asked)
        if now is None:
            return wanted in (None, [], {})
        found = read_json(now)
        if wanted is None:
            return found in _EMPTY
        return _covers(wanted, found, None if before is None else read_json(before))
    except (ValueError, RecursionError, OverflowError):
        return False


def _covers(wanted: Any, found: Any, before: Any) -> bool:
    """Whether a value holds all that was asked, maybe with additions of the server's."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        was = before if isinstance(before, dict) else {}
        if any(name in was for name in found.keys() - wanted.keys()):
            return False
        return all(_covers(v, found.get(name), was.get(name)) for name, v in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        same = isinstance(before, list) and len(before) == len(wanted)
        pairs = zip(wanted, found, before if same else [None] * len(wanted), strict=False)
        return len(wanted) == len(found) and all(_covers(*each) for each in pairs)
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, int) and isinstance(found, int):
        return wanted == found
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return math.isclose(wanted, found, rel_tol=1e-6)
    return bool(wanted == found)


class ListBefore(NamedTuple):
    """What was there before a create was sent."""

    newest: frozenset[str]
    """The ids of the newest assistants."""
    known: frozenset[str]
    """Ids that were seen at some time; that of one that is gone may belong to another now."""
    latest: int | None
    """When the last of the newest was created, in Unix seconds by the server's clock."""
    whole: bool
    """The newest are all that there were."""

    @classmethod
    def of(cls, page: Page, known: Collection[str]) -> "ListBefore":
        """What a page of the newest assistants shows."""
        times = [row.created_at for row in page.rows if row.created_at is not None]
        whole = page.has_more is False and len(page.rows) < page.limit
        newest = frozenset(row.id for row in page.rows)
        return cls(newest, frozenset(known), max(times, default=None), whole)

    @property
    def ids(self) -> frozenset[str]:
        """All that were seen before."""
        return self.newest | self.known

    def shows_new(self, row: ResourceRow, *, as_asked: bool) -> bool | None:
        """Whether an answered assistant is a new one; None where only another look can tell."""
        if row.id in self.newest:
            return False
        if self.whole:
            return True
        if row.id in self.known:
            return None
        if row.created_at is None or self.latest is None:
            return True if as_asked else None
        return True if row.created_at >= self.latest else None


def newer_rows(rows: Iterable[ResourceRow], before: Collection[str]) -> Iterator[ResourceRow]:
    """Those of a page, newest first, that are newer than what was there before."""
    latest: int | None = None
    for row in rows:
        at = row.created_at or 0
        if row.id in before:
            latest = max(at, latest or 0)
        elif latest is None or at >= latest > 0:
            yield row
