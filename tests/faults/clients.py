"""Clients and services before a proxy: what they would wait before a repetition is written down."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant_tui.api.client import AssistantsClient
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.transport.endpoint import Endpoint
from tests.faults.faults import LARGEST

PAGE = 5
"""Rows of a page: few, so that a list takes several requests."""
PATIENT = 20.0
"""Seconds of time-out where nothing is to time out, however busy the machine."""


@dataclass
class Waits:
    """Sleeps of no length."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        """Write down how long it would have been."""
        self.seconds.append(seconds)


@asynccontextmanager
async def client(
    url: str, waits: Waits | None = None, timeout: float = PATIENT, **settings: Any
) -> AsyncIterator[AssistantsClient]:
    """A client of a server on a socket."""
    endpoint = Endpoint(url, timeout=timeout, **settings)
    async with AssistantsClient(
        endpoint, sleep=waits or Waits(), random=lambda: 0.0, largest_body=LARGEST
    ) as opened:
        yield opened


NEW = {"model": '"gpt-4o"', "name": '"New"'}
Action = Callable[[AssistantsClient, str], Awaitable[object]]
ACTIONS: Mapping[str, Action] = {
    "list": lambda opened, _: opened.list(),
    "retrieve": lambda opened, one: opened.retrieve(one),
    "create": lambda opened, _: opened.create(NEW),
    "modify": lambda opened, one: opened.modify(one, {"name": '"New"'}),
    "delete": lambda opened, one: opened.delete(one),
}
"""The five methods, done to one assistant."""
DONE: Mapping[str, list[str]] = {
    "list": ["Old"],
    "retrieve": ["Old"],
    "create": ["New", "Old"],
    "modify": ["New"],
    "delete": [],
}
"""What the server holds, of `Old` alone, once each was carried out."""


@asynccontextmanager
async def service(
    url: str, journal: Path | None = None, timeout: float = PATIENT
) -> AsyncIterator[AssistantService]:
    """The service of a server on a socket, with a journal where there is to be one."""
    with Journal(journal) if journal else nullcontext() as kept:
        async with client(url, timeout=timeout) as opened:
            yield AssistantService(opened, page_size=PAGE, journal=AccountJournal(kept, url))
