"""Chooses what the journal forgets: what is too old, and the oldest of what is too much.

What was done to many assistants at once is kept or forgotten as a whole. What `u` takes back next
on a server is kept however large it is, since the screen has promised it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

DAY = 86_400
SEEN_LATER = 7
"""Days on which the journal has to be opened after an entry became too old. A clock that is ahead
for some days, as after a flat battery, makes nothing too old."""


class Kept(NamedTuple):
    """What of an entry decides whether it is kept."""

    number: int
    server: bytes
    batch: str
    """The token of the operation on many objects that it is part of; empty for a single one."""
    at: float
    size: int
    undoable: bool
    """Neither undone nor an undoing."""
    resource: str = "assistant"


@dataclass
class _Unit:
    """A single entry, or all of an operation on many objects: kept or forgotten as a whole."""

    newest: int = 0
    numbers: list[int] = field(default_factory=list)
    at: float = 0.0
    size: int = 0


def oldest_to_keep(days: Iterable[int], now: float, keep_days: int) -> float | None:
    """The Unix second before which an entry is too old; None where nothing is.

    `days` are those on which the journal was opened, by the clock of that day, in days since 1970;
    those that have not come yet are of a wrong clock and do not count.
    """
    seen = sorted((day for day in days if day <= now // DAY), reverse=True)
    if len(seen) < SEEN_LATER:
        return None
    return min(now, (seen[SEEN_LATER - 1] + 1) * DAY) - keep_days * DAY


def expendable(
    entries: Sequence[Kept], oldest: float | None, now: float, keep_bytes: int
) -> Iterator[int]:
    """The numbers of the entries to forget.

    Args:
        entries: all there are, by their numbers.
        oldest: what oldest_to_keep found.
        now: Unix seconds.
        keep_bytes: how large all that is kept may be together.
    """
    units: dict[str | int, _Unit] = {}
    promised: dict[tuple[bytes, str], str | int] = {}
    for entry in entries:
        key = entry.batch or entry.number
        unit = units.setdefault(key, _Unit())
        unit.numbers.append(entry.number)
        unit.newest = entry.number
        unit.at = max(unit.at, entry.at)
        unit.size += entry.size
        if entry.undoable:
            promised[entry.server, entry.resource] = key
    fresh = _first_fresh(entries, oldest, now)
    size = 0
    for key, unit in sorted(units.items(), key=lambda each: -each[1].newest):
        too_old = oldest is not None and unit.at < oldest and unit.newest < fresh
        size += 0 if too_old else unit.size
        too_much = size > keep_bytes and key not in promised.values()
        if too_old or too_much:
            yield from unit.numbers


def _first_fresh(entries: Sequence[Kept], oldest: float | None, now: float) -> float:
    """The number of the first entry that is not too old: what came after it is not either, even if
    the clock was behind then."""
    if oldest is None:
        return 0
    fresh = (entry.number for entry in entries if oldest <= entry.at <= now)
    return next(fresh, float("inf"))


def prune(
    connection: sqlite3.Connection, now: float, keep_days: int, keep_bytes: int
) -> float | None:
    """Note that the journal is open today, and forget the entries that are too old or too much.

    Returns:
        What oldest_to_keep found.
    """
    connection.execute("INSERT OR IGNORE INTO days VALUES (?)", (int(now // DAY),))
    connection.execute("DELETE FROM probe")
    days = [day for (day,) in connection.execute("SELECT day FROM days")]
    entries = [
        Kept(*row)
        for row in connection.execute(
            "SELECT number, server, batch, at, size, undone = 0 AND undoes IS NULL, resource"
            " FROM entries ORDER BY number"
        )
    ]
    oldest = oldest_to_keep(days, now, keep_days)
    gone = [(number,) for number in expendable(entries, oldest, now, keep_bytes)]
    if gone:
        connection.executemany("DELETE FROM entries WHERE number = ?", gone)
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        for _ in range(free):
            # One page a step, and the sqlite3 module takes one step of what has no columns.
            connection.execute("PRAGMA incremental_vacuum")
    return oldest
