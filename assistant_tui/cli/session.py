"""Opens the services of one subcommand, and ends it on a signal between two writes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from assistant_tui.cli.console import Console
from assistant_tui.cli.reports import describe_error, exit_code
from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.errors import ServiceError
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.listing_cache import listing_cache_of
from assistant_tui.services.profiles import open_service
from assistant_tui.startup.shutdown import EXIT_CODES, SHUTDOWN

WRITE_SECONDS = 10.0
"""How long a write in flight may go on after SIGTERM or SIGHUP, so that its result is known."""
Subcommand = Callable[["Session"], Awaitable[int]]
"""The work of one subcommand; returns the exit code."""


class Session:
    """One run of a subcommand on one profile, and on a second one for `clone --to`."""

    def __init__(self, settings: Settings, folders: Folders, console: Console) -> None:
        self.settings = settings
        self.console = console
        self._folders = folders
        self._service: AssistantService | None = None
        self._stopped_by = 0
        """The exit code of the last signal."""
        self._write: ExitStack | None = None
        """Closed when the result of a write was reported; None outside of `write`."""
        self._sent = False
        """Whether the current write was sent, so that its result is waited for."""
        self._anything_sent = False
        self._task: asyncio.Task[int] | None = None
        self._opened: list[AssistantService] = []
        """The open services; a wait before a retry in any of them is shown."""
        self._ticking: asyncio.TimerHandle | None = None
        """The timer of a wait that is counted down by the second."""

    @property
    def service(self) -> AssistantService:
        """The service of the profile; only while a subcommand runs."""
        assert self._service is not None, "a subcommand runs in a session that is open"
        return self._service

    @contextmanager
    def write(self) -> Iterator[None]:
        """Let what is sent inside, and the report on it, finish when a signal arrives.

        A first signal cancels at once what is read before the write is sent, and gives up a request
        that waits for a retry, which then fails as if the server had refused it. A second signal
        cancels everything.
        """
        self._sent = False
        try:
            with ExitStack() as self._write:
                yield
        except ServiceError as error:
            if self._stopped_by:  # the task is cancelled before its caller can report this
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

    async def run(self, subcommand: Subcommand) -> int:
        """Run a subcommand; returns its exit code, 1 after a refusal, or that of a signal."""
        loop = asyncio.get_running_loop()
        SHUTDOWN.wake_by_signals(loop)
        self._task = asyncio.ensure_future(self._open_and_run(subcommand))
        with SHUTDOWN.listening(lambda code: loop.call_soon_threadsafe(self._stop, code)):
            try:
                return await self._task
            except asyncio.CancelledError:
                return self._stopped_by
            finally:
                self.console.clear()

    def _stop(self, code: int) -> None:
        if code == self._stopped_by == EXIT_CODES[signal.SIGHUP]:
            return  # a closed terminal may send SIGHUP more than once
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

    def _show_waits(self) -> None:
        """Count a wait down, or give it up if a signal arrived while the request was in flight."""
        if self._stopped_by:
            self._give_up_waits()
            return
        if self._ticking is not None:
            self._ticking.cancel()
        words = "; ".join(said for each in self._opened if (said := each.activity.wait_message))
        if self.console.count_down(words):
            self._ticking = asyncio.get_running_loop().call_later(1, self._show_waits)

    async def _open_and_run(self, subcommand: Subcommand) -> int:
        profile = self.settings.profile
        try:
            async with self.open_profile(profile) as self._service:
                return await subcommand(self)
        except ServiceError as error:
            self.console.note(describe_error(error, profile))
            return exit_code(error)

    @asynccontextmanager
    async def open_profile(self, profile: Profile) -> AsyncIterator[AssistantService]:
        """The service of a profile, closed on leaving. Raises ServiceError."""
        cache = await asyncio.to_thread(listing_cache_of, self.settings, profile, self._folders)
        service = await open_service(self.settings, profile, self._folders, cache)
        try:
            if service.notice:
                self.console.note(service.notice)
            self._opened.append(service)
            service.activity.changed = self._show_waits
            service.activity.writing = self._begin_to_send
            yield service
        finally:
            if service in self._opened:
                self._opened.remove(service)
            if self._ticking is not None:
                self._ticking.cancel()
            await service.close()
