"""All that a server holds of one thread, each object as the exact JSON text that it sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant_tui.core.json_text import members, read_json
from assistant_tui.core.raw_json import members_in, text_in

_FILE_ID = re.compile(r'"file_id"\s*:\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class ThreadRecord:
    """A thread with its messages, runs and run steps, each kind oldest first."""

    thread: str
    messages: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the thread; empty where it has none."""
        return text_in(members_in(self.thread).get("id"))

    @property
    def objects(self) -> Iterator[str]:
        """The JSON of the thread and of all that belongs to it."""
        yield self.thread
        yield from (*self.messages, *self.runs, *self.steps)

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The ids of the files that messages name, each once."""
        found = (text_in(f'"{each}"') for text in self.messages for each in _FILE_ID.findall(text))
        return tuple(dict.fromkeys(found))


def oldest_first(texts: Iterable[str]) -> tuple[str, ...]:
    """Bring objects in the order of their times; what has none stays behind what it stood behind.

    A list that a server has sent newest first is turned around, so that objects of one second come
    in their order, too.
    """
    listed = list(texts)
    times = [_created_at(text) for text in listed]
    known = [time for time in times if time is not None]
    falling = all(one >= other for one, other in pairwise(known))
    if falling and known and known[0] > known[-1]:
        listed.reverse()
        times.reverse()
    at, keys = float("-inf"), []
    for time in times:
        at = at if time is None else time
        keys.append(at)
    return tuple(listed[place] for place in sorted(range(len(listed)), key=keys.__getitem__))


def _created_at(text: str) -> float | None:
    try:
        value = read_json(members(text).get("created_at", "null"))
    except ValueError:
        return None
    return float(value) if isinstance(value, int | float) and abs(value) < 1e18 else None
