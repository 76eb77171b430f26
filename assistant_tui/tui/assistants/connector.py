"""Opens the services of profiles: the screen's own, and others while an action needs them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from assistant_tui.config.settings import Profile
from assistant_tui.services.writes import PendingWrites
from assistant_tui.tui.assistants.reporter import Reporter

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService

Connect = Callable[[Profile], Awaitable["AssistantService"]]


class Connector:
    """Holds the open service of one profile, and counts the writes to every server."""

    def __init__(self, profile: Profile, connect: Connect, reporter: Reporter) -> None:
        """`connect` opens a service, or raises ServiceError."""
        self._profile = profile
        self._connect = connect
        self._reporter = reporter
        self._connecting = asyncio.Lock()
        self.writes = PendingWrites()
        """The writes under way, to this server or another."""
        self.service: AssistantService | None = None
        """None until the connection stands."""
        self._opened: list[AssistantService] = []

    async def connected(self) -> "AssistantService":
        """The open service, once there is one.

        Raises:
            ServiceError: it cannot be opened.
        """
        async with self._connecting:
            if self.service is None:
                self.service = await self.open(self._profile)
        return self.service

    async def open(self, profile: Profile) -> "AssistantService":
        """Open the service of any profile, to be closed by the caller.

        Raises:
            ServiceError: it cannot be opened.
        """
        service = await self._connect(profile)
        self._opened.append(service)
        service.writes = self.writes
        self._reporter.show_waits_of(service.activity)
        return service

    async def close(self) -> None:
        """Close all that was opened, those that were closed already too, which does no harm."""
        for service in self._opened:
            await service.close()
