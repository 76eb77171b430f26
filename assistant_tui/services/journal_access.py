"""Asks the journal about one account, in a thread, and keeps why it last failed."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account import Account

_Found = TypeVar("_Found")


class JournalAccess:
    """The way to the journal, or to none: then nothing is kept and nothing found."""

    def __init__(self, journal: Journal | None = None, account: Account | str = "") -> None:
        """`account` tells what the entries are kept under."""
        self._journal = journal
        self._account = Account(account) if isinstance(account, str) else account
        self._kept_under: dict[str, str] = {}
        """What drafts were kept under last, by their keys."""
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
            await self._account.known()
            found = await asyncio.to_thread(self._answer, question, self._journal)
        except JournalError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return found

    def _answer(self, question: Callable[[Journal, str], _Found], journal: Journal) -> _Found:
        name = self._account.name()
        self._account.take_over(journal, name)
        return question(journal, name)
