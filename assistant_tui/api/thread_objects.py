"""Threads, and what belongs to them, as rows that keep their exact texts."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from assistant_tui.api.parsing import (
    LONGEST_ID,
    Keep,
    Misfit,
    decode_object,
    text_of,
    without_surrogates,
)
from assistant_tui.api.resource import ResourceClient
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.json_text import members
from assistant_tui.core.labels import placeholder_id
from assistant_tui.core.list_decoder import UNDECODED
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.threads.objects import Json
from assistant_tui.core.threads.reading import time_in

PAGE = 100
_SHORT = 64


class Objects(NamedTuple):
    """What a server lists."""

    rows: tuple[ResourceRow, ...]
    """Oldest first, each with its exact text."""
    complete: bool = True
    """Nothing is missing: neither was there too much, nor did a later page fail."""


def parse_thread_object(value: Any, text: str, keep: Keep = str) -> ResourceRow:
    """Make the row of a thread, message, run or step, as a `Parser` does; the rest is in its text.

    What has no id, or none that can be used, gets one that no server knows.
    """
    known, problem = "", ""
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        known = without_surrogates(value["id"])
    else:
        try:
            known = text_of(members(text), "id")
        except ValueError as error:
            problem = str(error)
    identity = known if 0 < len(known) <= LONGEST_ID else placeholder_id(text)
    return ResourceRow(identity, None, keep(text), problem)


def is_of_thread(value: Json, thread_id: str) -> bool:
    """Whether an object names this thread, or none, as some servers leave it out."""
    return value.get("thread_id") in (None, "", thread_id)


def value_of(row: ResourceRow) -> Json:
    """What an object says; an empty object where it cannot be read."""
    try:
        decoded = decode_object(UNDECODED, row.text)
    except Misfit:
        return {}
    # Names and ids are the same in all objects of a thread: once in memory, not a thousand times.
    return {
        sys.intern(name): sys.intern(each) if type(each) is str and len(each) < _SHORT else each
        for name, each in decoded.items()
    }


def oldest_first(rows: Mapping[str, ResourceRow]) -> tuple[ResourceRow, ...]:
    """Lists come with the newest first, unless their times tell otherwise."""
    listed = [*rows.values()]
    times = [time_in(value_of(row).get("created_at")) or 0.0 for row in listed[:1] + listed[-1:]]
    return tuple(listed if times and times[0] < times[-1] else reversed(listed))


async def list_objects(
    resource: ResourceClient,
    most: int,
    show: Callable[[Objects], None] = lambda objects: None,
) -> Objects:
    """The newest objects of a list, page by page.

    A server that takes no cursor, or fails with one, has its first page alone.
    """
    rows: dict[str, ResourceRow] = {}
    complete, after = True, None
    while True:
        try:
            page = await resource.list(limit=PAGE, after=after)
        except ServiceError:
            if after is None:
                raise
            complete = False
            break
        fresh = [row for row in page.rows if row.id not in rows]
        rows |= {row.id: row for row in fresh}
        ends = page.has_more is False or (page.has_more is None and len(page.rows) < PAGE)
        if ends or not fresh or len(rows) >= most:
            complete = ends or (not fresh and not page.refused)
            break
        if after is None:
            show(Objects(oldest_first(rows), complete=False))
        after = page.rows[-1].id
    return Objects(oldest_first(rows), complete)
