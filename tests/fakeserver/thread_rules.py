"""The rules by which a fake server treats threads, and the streams that it answers with."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fakeserver.requests import Json

Event = tuple[str, Any]
"""The name and the data of one event."""
Turn = str | list[tuple[str, str]] | None
"""What a run does: it says a text, or calls functions (names and arguments), or never ends."""


def as_documented(event: Event) -> str:
    """An event as the API has it."""
    name, data = event
    return f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data)}\n\n"


def unbent(value: Any) -> Any:
    """What goes out as it is."""
    return value


@dataclass(frozen=True)
class ThreadRules:
    """How a server treats threads; the API's own way unless said otherwise."""

    bend: Callable[[list[Event]], Iterable[Event]] = unbent
    """What becomes of the events of a run."""
    encode: Callable[[Event], str] = as_documented
    end: Callable[[str], str] = unbent
    """What becomes of the whole text of a stream."""
    absent: dict[str, int] = field(default_factory=dict)
    """The statuses of what is not there: `list`, `steps`, `cancel`, `submit`, `run`, `runs`."""
    message: Callable[[Json], Json] = unbent
    """A message as it goes out."""
    run: Callable[[Json], Json] = unbent
    """A run as it goes out."""
    streams: bool = True
    """False: the run is answered, whatever was asked for."""
    call_id: str = "call_{}"
    """The id of a call, from its number."""
    pause: float = 0.0
    """Seconds before the fourth event: the model reads."""
    breaks_after: int | None = None
    """Events after which the connection breaks."""
    has_cursor: bool = True
    """False: a list with `after` fails."""
    keeps_metadata: bool = True
    lists_all_runs: bool = False
    """Whether the runs of all threads are listed."""
    required: str = "submit_tool_outputs"
    extra_steps: Sequence[Json] = ()
    """Details of steps of other kinds that each run begins with."""


class EventStream(httpx.AsyncByteStream):
    """Texts one after the other; after so many, the connection breaks."""

    def __init__(self, texts: Sequence[str], rules: ThreadRules) -> None:
        self._texts = texts
        self._rules = rules

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at, text in enumerate(self._texts):
            if at == self._rules.breaks_after:
                raise httpx.ReadError("lost")
            if at == 3:
                await asyncio.sleep(self._rules.pause)
            yield text.encode()
