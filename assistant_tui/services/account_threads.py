"""The threads of one account and the outputs given there, asked for without blocking."""

from collections.abc import Sequence

from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.given_outputs import GivenOutput
from assistant_tui.journal.threads import KnownThread
from assistant_tui.services.journal_access import JournalAccess


class AccountThreads:
    """What the journal knows of one account's threads; without a journal, nothing is known.

    Where the journal fails, what was asked for goes on without it; its `trouble` says so.
    """

    def __init__(self, access: JournalAccess) -> None:
        self._access = access

    async def keep(self, thread: KnownThread) -> None:
        """Remember a thread, or what has changed of it."""
        await self._access.ask(lambda journal, server: journal.threads.keep(server, thread), None)

    async def get(self, thread_id: str) -> KnownThread | None:
        """A thread by its id."""
        return await self._access.ask(
            lambda journal, server: journal.threads.get(server, thread_id), None
        )

    async def all(self) -> Sequence[KnownThread]:
        """All threads, those that were used last first."""
        nothing: tuple[KnownThread, ...] = ()
        return await self._access.ask(lambda journal, server: journal.threads.all(server), nothing)

    async def rename(self, thread_id: str, title: str) -> None:
        """Give a thread the person's title."""
        await self._access.ask(
            lambda journal, server: journal.threads.rename(server, thread_id, title), None
        )

    async def forget(self, thread_id: str) -> None:
        """Forget a thread, with its copy."""
        await self._access.ask(
            lambda journal, server: journal.threads.forget(server, thread_id), None
        )

    async def keep_copy(self, thread_id: str, text: str) -> None:
        """Keep a copy of a thread that is known.

        Raises:
            JournalError: it was not kept.
        """
        if self._access.journal is None:
            raise JournalError("there is no journal")
        await self._access.attempt(
            lambda journal, server: journal.threads.keep_copy(server, thread_id, text), None
        )

    async def copy(self, thread_id: str) -> str | None:
        """The copy of a thread."""
        return await self._access.ask(
            lambda journal, server: journal.threads.copy(server, thread_id), None
        )

    async def begin_sending(self, thread_id: str, key: str, digest: str) -> None:
        """Note that a message is about to be sent, by the key that it carries."""
        await self._access.ask(
            lambda journal, server: journal.threads.begin_sending(server, thread_id, key, digest),
            None,
        )

    async def end_sending(self, thread_id: str) -> None:
        """The message has certainly not arrived."""
        await self._access.ask(
            lambda journal, server: journal.threads.end_sending(server, thread_id), None
        )

    async def sending(self, thread_id: str) -> tuple[str, str] | None:
        """The key and the digest of a message that was sent, and not answered yet."""
        return await self._access.ask(
            lambda journal, server: journal.threads.sending(server, thread_id), None
        )

    async def keep_output(self, function: str, arguments: str, output: str) -> None:
        """Keep what a call was answered with."""
        await self._access.ask(
            lambda journal, server: journal.outputs.keep(server, function, arguments, output), None
        )

    async def last_outputs(self, function: str, arguments: str) -> Sequence[GivenOutput]:
        """What the same call was answered with, newest first."""
        nothing: tuple[GivenOutput, ...] = ()
        return await self._access.ask(
            lambda journal, server: journal.outputs.last(server, function, arguments), nothing
        )
