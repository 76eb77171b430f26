"""Opens the services of profiles: the screen's own, and others while an action needs them."""

import asyncio
from typing import TYPE_CHECKING

from assistant_tui.config.settings import Profile
from assistant_tui.services.writes import PendingWrites
from assistant_tui.startup.profile_opening import ProfileOpener
from assistant_tui.tui.assistants.reporter import Reporter

if TYPE_CHECKING:
    from assistant_tui.services.account_journal import AccountJournal
    from assistant_tui.services.assistants import AssistantService
    from assistant_tui.services.profile_journal import ProfileJournal


class Connector:
    """Holds journal and service of one profile, and counts the writes to every server."""

    def __init__(self, profile: Profile, opener: ProfileOpener, reporter: Reporter) -> None:
        """Open nothing yet."""
        self._profile = profile
        self._opener = opener
        self._reporter = reporter
        self._connecting = asyncio.Lock()
        self.writes = PendingWrites()
        """The writes under way, to this server or another."""
        self.service: AssistantService | None = None
        """None until the connection stands."""
        self._opened: list[AssistantService] = []
        self._opened_journal: ProfileJournal | None = None

    @property
    def journal(self) -> "AccountJournal":
        """The journal of the profile's account, opened when it is first asked for."""
        return self._profile_journal().of_account

    def _profile_journal(self) -> "ProfileJournal":
        if self._opened_journal is None:
            self._opened_journal = self._opener.open_journal(self._profile)
        return self._opened_journal

    async def connected(self) -> "AssistantService":
        """The open service, once there is one.

        Raises:
            ServiceError: it cannot be opened.
        """
        async with self._connecting:
            if self.service is None:
                service = await self._opener.connect(self._profile, self._profile_journal)
                self.service = self._follow(service)
        return self.service

    async def open(self, profile: Profile) -> "AssistantService":
        """Open the service of any profile, to be closed by the caller.

        Raises:
            ServiceError: it cannot be opened.
        """
        return self._follow(await self._opener.connect(profile))

    def _follow(self, service: "AssistantService") -> "AssistantService":
        self._opened.append(service)
        service.writes = self.writes
        self._reporter.show_waits_of(service.activity)
        return service

    async def close(self) -> None:
        """Close all that was opened, those that were closed already too, which does no harm."""
        for service in self._opened:
            await service.close()
        if self._opened_journal is not None:
            self._opened_journal.close()
