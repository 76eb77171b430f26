"""The account that the journal is asked about, and how it is asked without blocking."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from assistant_tui.config.identity import AccountIdentity
from assistant_tui.core.errors import ServiceError
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal

_Found = TypeVar("_Found")


class Account:
    """One account on one server, by its name in the journal."""

    def __init__(self, server: str | AccountIdentity) -> None:
        """`server` is the name, or is asked for it each time."""
        self._server = server
        self.fetch_key: Callable[[], Awaitable[None]] | None = None
        """Given where only the key tells whose account it is."""
        self._guard = threading.Lock()
        self._taken_over = isinstance(server, str)

    def name(self) -> str:
        """The name as far as it is known now.

        Raises:
            JournalError: nothing tells this account from others.
        """
        if isinstance(self._server, str):
            return self._server
        try:
            return self._server.text()
        except OSError as error:
            why = f"{error.strerror}: {error.filename}"
            raise JournalError(f"the journal cannot tell this account from others: {why}") from None

    async def identify(self) -> None:
        """Fetch the key where only that tells whose account it is.

        Raises:
            JournalError: the key is not to be had.
        """
        if self.fetch_key is not None:
            try:
                await self.fetch_key()
            except ServiceError as error:
                raise JournalError(f"it is not known whose account this is: {error}") from None

    def ask(self, journal: Journal, question: Callable[[Journal, str], _Found]) -> _Found:
        """Ask a journal about this account, by the name of the account. Raises JournalError."""
        name = self.name()
        self._take_over(journal, name)
        return question(journal, name)

    def _take_over(self, journal: Journal, name: str) -> None:
        """At the first call, put under this name what was kept before the account had it."""
        if isinstance(self._server, str):
            return
        with self._guard:
            if not self._taken_over:
                with suppress(JournalError):  # whoever asks the journal next meets it, too
                    journal.take_over(name, self._server.matches_former)
                    self._taken_over = True


class JournalAccess:
    """Asks the journal about one account, in a thread, since the journal waits for the disk.

    Without a journal, nothing is kept and nothing found. Where the journal fails, `trouble` says
    how in one sentence.
    """

    def __init__(self, journal: Journal | None, account: Account) -> None:
        self.journal = journal
        self._account = account
        self.trouble = ""
        """Why the journal last failed; empty while it works."""

    async def attempt(
        self, question: Callable[[Journal, str], _Found], otherwise: _Found
    ) -> _Found:
        """Ask the journal in a thread; `otherwise` where there is none.

        `question` gets the journal and the name under which this account's entries are kept.

        Raises:
            JournalError: it failed.
        """
        if self.journal is None:
            return otherwise
        try:
            await self._account.identify()
            found = await asyncio.to_thread(self._account.ask, self.journal, question)
        except JournalError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return found

    async def ask(self, question: Callable[[Journal, str], _Found], otherwise: _Found) -> _Found:
        """As `attempt`, but `otherwise` also where the journal fails."""
        try:
            return await self.attempt(question, otherwise)
        except JournalError:
            return otherwise

    def ask_now(self, action: Callable[[Journal, str], None]) -> None:
        """Ask the journal in this thread; done when it returns. A failure is noted in `trouble`."""
        if self.journal is not None:
            try:
                action(self.journal, self._account.name())
            except JournalError as error:
                self.trouble = str(error)
            else:
                self.trouble = ""
