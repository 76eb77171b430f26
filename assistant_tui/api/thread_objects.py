"""Threads, and what belongs to them, as rows that keep their exact texts."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from assistant_tui.api.parsing import (
    LONGEST_ID,
    Keep,
    Misfit,
    decode_object,
    text_of,
    without_surrogates,
)
from assistant_tui.core.json_text import members
from assistant_tui.core.labels import placeholder_id
from assistant_tui.core.list_decoder import UNDECODED
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.threads.objects import Json
from assistant_tui.core.threads.reading import time_in


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


def value_of(row: ResourceRow) -> Json:
    """What an object says; an empty object where it cannot be read."""
    try:
        return decode_object(UNDECODED, row.text)
    except Misfit:
        return {}


def oldest_first(rows: Mapping[str, ResourceRow]) -> tuple[ResourceRow, ...]:
    """Lists come with the newest first, unless their times tell otherwise."""
    listed = [*rows.values()]
    times = [time_in(value_of(row).get("created_at")) or 0.0 for row in listed[:1] + listed[-1:]]
    return tuple(listed if times and times[0] < times[-1] else reversed(listed))
