"""What the entries of one account are kept under in the journal, once it is known whose it is."""

import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

from assistant_tui.config.identity import ServerIdentity
from assistant_tui.core.errors import ServiceError
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal


class Account:
    """One account on one server, by its name in the journal."""

    def __init__(
        self, server: str | ServerIdentity, fetch_key: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """`server` is the name, or is asked for it each time.

        `fetch_key` is given where only the key tells whose account it is.
        """
        self._server = server
        self._fetch_key = fetch_key
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

    async def known(self) -> None:
        """Return once it is known whose account it is.

        Raises:
            JournalError: the key is not to be had.
        """
        if self._fetch_key is not None:
            try:
                await self._fetch_key()
            except ServiceError as error:
                raise JournalError(f"it is not known whose account this is: {error}") from None

    def take_over(self, journal: Journal, name: str) -> None:
        """Once, put under this name what was kept before the account had it."""
        if isinstance(self._server, str):
            return
        with self._guard:
            if not self._taken_over:
                with suppress(JournalError):  # whoever asks the journal next meets it, too
                    journal.take_over(name, self._server.was)
                    self._taken_over = True
