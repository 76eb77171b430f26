"""One reading of ``limit``, ``order``, ``after`` and ``before`` for every store.

Items are numbered by their sequence, which never changes and is never used twice, so the order is
total and a cursor keeps its place when its item is deleted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from assistant_tui.server.assistants import Json
from assistant_tui.server.errors import UnknownCursor


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of the list is wanted; without cursors the first ``limit`` items."""

    limit: int = 20
    ascending: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Assistants in the order asked for, and whether more lie beyond, seen in the way of travel."""

    data: list[Json]
    has_more: bool


PAGE_BYTES = 8 * 1024 * 1024
"""A page ends early where the JSON of its items passes this, and says that there is more."""


class SequenceRange(NamedTuple):
    """The items strictly between two sequences, None being open, walked up or down."""

    above: int | None
    below: int | None
    upwards: bool
    limit: int


def read_page(
    query: PageQuery,
    find: Callable[[str], int | None],
    walk: Callable[[SequenceRange], Page],
) -> Page:
    """The page asked for.

    ``find`` gives the sequence of an id, living or deleted; ``walk`` gives the first living items
    of a range, see :func:`take_page`. With ``before`` alone the walk goes backwards, away from the
    cursor, and the page is still in the order asked for. Raises UnknownCursor.
    """
    after = _place("after", query.after, find)
    before = _place("before", query.before, find)
    above, below = (after, before) if query.ascending else (before, after)
    backwards = before is not None and after is None
    upwards = query.ascending != backwards
    found = walk(SequenceRange(above, below, upwards, query.limit))
    return Page(found.data[::-1], found.has_more) if backwards else found


def take_page(items: Iterable[tuple[int, Json]], limit: int) -> Page:
    """The first ``limit`` items, each given with its size, and fewer beyond PAGE_BYTES.

    One item at least is taken, whatever its size.
    """
    taken: list[Json] = []
    size = 0
    for item_size, item in items:
        size += item_size
        if len(taken) == limit or (taken and size > PAGE_BYTES):
            return Page(taken, has_more=True)
        taken.append(item)
    return Page(taken, has_more=False)


def _place(param: str, cursor: str | None, find: Callable[[str], int | None]) -> int | None:
    if cursor is None:
        return None
    sequence = find(cursor)
    if sequence is None:
        raise UnknownCursor(param, cursor)
    return sequence
