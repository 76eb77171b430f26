"""Asks the journal about one server, in a thread, and keeps why it last failed."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from assistant_tui.config.identity import ServerIdentity
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal

_Found = TypeVar("_Found")


class JournalAccess:
    """The way to the journal, or to none: then nothing is kept and nothing found."""

    def __init__(self, journal: Journal | None = None, server: str | ServerIdentity = "") -> None:
        """`server` is what its entries are kept under; an identity is asked for it at first use."""
        self._journal = journal
        self._server = server
        self._guard = threading.Lock()
        self._taken_over = isinstance(server, str)
        self.trouble = ""
        """Why the journal last failed; empty while it works."""

    async def _ask(self, question: Callable[[Journal, str], _Found], otherwise: _Found) -> _Found:
        """Do something with the journal in a thread, since it waits for the disk."""
        try:
            return await self._try(question, otherwise)
        except JournalError:
            return otherwise

    async def _try(self, question: Callable[[Journal, str], _Found], otherwise: _Found) -> _Found:
        """As `_ask`, but a failure of the journal is raised, too; `otherwise` is without any."""
        if self._journal is None:
            return otherwise
        try:
            found = await asyncio.to_thread(self._answer, question, self._journal)
        except JournalError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return found

    def _answer(self, question: Callable[[Journal, str], _Found], journal: Journal) -> _Found:
        name = self._name()
        if not isinstance(self._server, str):
            with self._guard:
                if not self._taken_over:
                    with suppress(JournalError):  # what is asked meets it, too
                        journal.take_over(name, self._server.was)
                        self._taken_over = True
        return question(journal, name)

    def _name(self) -> str:
        """What the server's entries are kept under."""
        if isinstance(self._server, str):
            return self._server
        try:
            return self._server.text()
        except OSError as error:
            why = f"{error.strerror}: {error.filename}"
            raise JournalError(f"the journal cannot tell this account from others: {why}") from None
