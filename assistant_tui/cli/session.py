"""Opens a service for one command, and lets signals end that between two writes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import describe_error
from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.errors import ServiceError
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.profiles import open_service
from assistant_tui.startup.shutdown import EXIT_CODES, SHUTDOWN

WRITE_SECONDS = 10.0
"""For the write under way at SIGTERM or SIGHUP, so that its outcome is known."""
Job = Callable[["Session"], Awaitable[int]]
"""The work of one command; its result is the exit code."""


class Session:
    """One command on one server."""

    def __init__(self, settings: Settings, folders: Folders, console: Console) -> None:
        self.settings = settings
        self.console = console
        self._folders = folders
        self._service: AssistantService | None = None
        self._stopped_by = 0
        """The exit code of the last signal."""
        self._write: ExitStack | None = None
        """Left when the outcome of a write is told; None outside of `write`."""
        self._sent = False
        """The write at hand was sent, so that its outcome is waited for."""
        self._anything_sent = False
        self._task: asyncio.Task[int] | None = None
        self._opened: list[AssistantService] = []
        """The services that are open; a wait in any of them is told."""
        self._ticking: asyncio.TimerHandle | None = None
        """The next second of a wait that is counted down."""

    @property
    def service(self) -> AssistantService:
        """The assistants of the profile."""
        assert self._service is not None, "a job is done in a session that is open"
        return self._service

    @contextmanager
    def write(self) -> Iterator[None]:
        """What is sent inside goes on to its end when a signal comes, and so does its report.

        What is read before it is sent is ended at once, and so is all by a second signal. A request
        that waits to be sent again is given up by the first one: what it was for ends as it does
        where the server refuses.
        """
        self._sent = False
        try:
            with ExitStack() as self._write:
                yield
        except ServiceError as error:
            if self._stopped_by:  # the task is cancelled before anybody else can tell of it
                self.console.note(describe_error(error, self.settings.profile))
            raise
        finally:
            self._write = None
            if self._stopped_by and self._task is not None and not self._task.cancelling():
                self._task.cancel()

    def _begin_to_send(self) -> None:
        if self._write is not None and not self._sent:
            self._sent = self._anything_sent = True
            self._write.enter_context(SHUTDOWN.grace(WRITE_SECONDS))

    async def run(self, job: Job) -> int:
        """Do a job; the exit code: its own, 1 where the server refused, or that of a signal."""
        loop = asyncio.get_running_loop()
        self._task = asyncio.ensure_future(self._open_and_do(job))
        with SHUTDOWN.listening(lambda code: loop.call_soon_threadsafe(self._stop, code)):
            try:
                return await self._task
            except asyncio.CancelledError:
                return self._stopped_by
            finally:
                self.console.clear()

    def _stop(self, code: int) -> None:
        if code == self._stopped_by == EXIT_CODES[signal.SIGHUP]:
            return  # one terminal that is closed says so more than once
        again, self._stopped_by = self._stopped_by, code
        if self._task is None:
            return
        if again or self._write is None:
            self._task.cancel()
        elif not self._sent:
            self.console.note(f"nothing {'more ' if self._anything_sent else ''}was sent")
            self._task.cancel()
        elif any(each.activity.waits for each in self._opened):
            self._give_up_waits()
        else:
            self.console.note("ends after the write that is under way; once more ends it now")

    def _give_up_waits(self) -> None:
        for each in self._opened:
            each.activity.give_up()

    def _tell_of_waits(self) -> None:
        """Count a wait down, or give it up where a signal came while the request was on its way."""
        if self._stopped_by:
            self._give_up_waits()
            return
        if self._ticking is not None:
            self._ticking.cancel()
        words = "; ".join(said for each in self._opened if (said := each.activity.words))
        if self.console.count_down(words):
            self._ticking = asyncio.get_running_loop().call_later(1, self._tell_of_waits)

    async def _open_and_do(self, job: Job) -> int:
        profile = self.settings.profile
        try:
            async with self.open_profile(profile) as self._service:
                return await job(self)
        except ServiceError as error:
            self.console.note(describe_error(error, profile))
            return 1

    @asynccontextmanager
    async def open_profile(self, profile: Profile) -> AsyncIterator[AssistantService]:
        """The service of another profile, for as long as it is needed. Raises ServiceError."""
        service = await open_service(self.settings, profile, self._folders, None)
        try:
            if service.notice:
                self.console.note(service.notice)
            self._opened.append(service)
            service.activity.changed = self._tell_of_waits
            service.activity.writing = self._begin_to_send
            yield service
        finally:
            if service in self._opened:
                self._opened.remove(service)
            if self._ticking is not None:
                self._ticking.cancel()
            await service.close()
