"""One reading of `limit`, `order`, `after` and `before` for every store.

Objects are numbered by their sequence, which never changes and is never used twice, so the order
of a list is total and a cursor keeps its place when its object is deleted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from assistant_tui.server.errors import UnknownCursor

Json = dict[str, Any]
"""A JSON object as Python reads it; treated as immutable once it is in a store."""

PAGE_BYTES = 8 * 1024 * 1024
"""A page ends early where the JSON of its objects passes this, and says that there is more."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list is wanted; without cursors the first `limit` objects."""

    limit: int = 20
    ascending: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Objects in the order asked for, and whether more follow them in that direction.

    With `before` alone that is the direction away from the cursor.
    """

    data: list[Json]
    has_more: bool


class SequenceRange(NamedTuple):
    """The first objects strictly between two sequences, None being open."""

    above: int | None
    below: int | None
    ascending: bool
    limit: int


def read_page(
    noun: str,
    query: PageQuery,
    find_sequence: Callable[[str], int | None],
    read_range: Callable[[SequenceRange], StoredPage],
) -> StoredPage:
    """The page asked for.

    With `before` alone the range is read backwards, away from the cursor, and the page is still
    in the order asked for.

    Args:
        noun: what an object is called, such as `assistant`.
        query: which page.
        find_sequence: gives the sequence of an id, that of a deleted object too; None if it never
            was in this list.
        read_range: gives the first living objects of a range, see :func:`take_page`.

    Raises:
        UnknownCursor: `after` or `before` was never in this list.
    """

    def place(param: str, cursor: str | None) -> int | None:
        sequence = None if cursor is None else find_sequence(cursor)
        if cursor is not None and sequence is None:
            raise UnknownCursor(noun, param, cursor)
        return sequence

    after, before = place("after", query.after), place("before", query.before)
    above, below = (after, before) if query.ascending else (before, after)
    backwards = before is not None and after is None
    found = read_range(SequenceRange(above, below, query.ascending != backwards, query.limit))
    return StoredPage(found.data[::-1], found.has_more) if backwards else found


def take_page(objects: Iterable[tuple[int, Json]], limit: int) -> StoredPage:
    """The first `limit` objects, fewer where they take more than PAGE_BYTES; one at least.

    Args:
        objects: each with its size in bytes.
        limit: how many at most.
    """
    taken: list[Json] = []
    size = 0
    for object_size, each in objects:
        size += object_size
        if len(taken) == limit or (taken and size > PAGE_BYTES):
            return StoredPage(taken, has_more=True)
        taken.append(each)
    return StoredPage(taken, has_more=False)
