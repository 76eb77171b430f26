"""What was done to the objects of servers and what is being typed, kept on this machine alone."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant_tui.journal.draft_store import DraftStore
from assistant_tui.journal.entries import Entries
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.given_outputs import GivenOutputs, prune_outputs
from assistant_tui.journal.idempotency import IdempotencyKeys, prune_keys
from assistant_tui.journal.locks import Claims, Owner
from assistant_tui.journal.pruning import prune
from assistant_tui.journal.schema import SCHEMA, TABLES, rewrite_if_pending, to_blob, to_text
from assistant_tui.journal.threads import ThreadRecords, prune_threads
from assistant_tui.storage.migrations import transaction
from assistant_tui.storage.sqlite import Database

PATIENCE = 3.0
"""Seconds that a call waits at most for another program that holds the file."""
_PROBE_PATIENCE = 1.0
"""Seconds that a question waits for the answer whether something can be kept."""
_LARGEST_PROBE = 1_000_000
"""Bytes that are written at most to see whether there is room."""


class Journal:
    """One SQLite file (0600) of entries and drafts, safe to share between threads and programs.

    Making a journal touches nothing: the file is opened at the first use, made at the first write.
    What a method has returned from is on disk. Methods are short but block; all of them raise
    JournalError, and what could not be kept then exists only in the caller's memory.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep_days: int = 90,
        keep_bytes: int = 50_000_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Entries older than `keep_days`, and the oldest of those whose texts together are larger
        than `keep_bytes`, are taken out at each opening (see pruning); drafts never are."""
        self._keep_days = keep_days
        self._keep_bytes = keep_bytes
        self._clock = clock
        self.edits = path.with_name("edits")
        """The folder for texts that are open in an editor; made by who needs it."""
        self._owner = Owner(path)
        self._claims = Claims(path)
        self._database = Database(
            path,
            SCHEMA,
            patience=PATIENCE,
            error=JournalError,
            damage=(ValueError,),
            after_opening=self._after_opening,
        )
        self.entries = Entries(self._database, self._claims, clock)
        """What was created, changed and deleted."""
        self.idempotency = IdempotencyKeys(self._database, self._claims)
        """The creates that are noted before they are sent."""
        self.drafts = DraftStore(self._database, self._owner, clock)
        """What is being typed."""
        self.threads = ThreadRecords(self._database, clock, keep_bytes)
        """The threads that were made or met here."""
        self.outputs = GivenOutputs(self._database, clock)
        """What calls of functions were answered with."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file for good; drafts that were not forgotten are offered at the next start."""
        try:
            self._database.close()
        finally:
            self._claims.release_all()
            self._owner.release()

    @property
    def owner(self) -> str:
        """The token under which this journal's drafts are kept."""
        return self._owner.token

    @property
    def journal_mode(self) -> str:
        """`wal`, or what SQLite uses where that is not to be had; empty before the first use."""
        return self._database.journal_mode

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept here."""
        return self._database.path.exists()

    def check(self, size: int) -> None:
        """Write `size` bytes and take them out again; returns if an entry so large can be kept.

        Raises:
            JournalError: it cannot.
        """
        with self._database.writing(_PROBE_PATIENCE) as connection:
            probe = (min(size, _LARGEST_PROBE),)
            connection.execute("INSERT INTO probe VALUES (zeroblob(?))", probe)
        with self._database.writing(_PROBE_PATIENCE) as connection:
            connection.execute("DELETE FROM probe")

    def take_over(self, server: str, was: Callable[[str], bool]) -> None:
        """Put what older versions kept of a server under its name of today.

        `was` says of a former name whether it meant this server. Drafts of programs that still run
        stay where those look for them.
        """
        nothing: list[str] = []
        found = self._database.read_if_exists(_servers, nothing, _PROBE_PATIENCE)
        former = [each for each in found if each != server and was(each)]
        if not former:
            return
        with self._database.writing() as connection:
            for each in former:
                for table in ("entries", "imports", "threads", "outputs"):
                    connection.execute(
                        f"UPDATE OR REPLACE {table} SET server = ? WHERE server = ?",
                        (to_blob(server), to_blob(each)),
                    )
                self.drafts.rename_server(connection, each, server)

    def prune(self) -> None:
        """Take out what is too old or too much, as each opening does."""
        with self._database.writing() as connection:
            self._prune(connection)

    def _prune(self, connection: sqlite3.Connection) -> None:
        oldest = prune(connection, self._clock(), self._keep_days, self._keep_bytes)
        prune_threads(connection, oldest, self._keep_bytes)
        prune_outputs(connection, oldest, self._keep_bytes)
        prune_keys(connection)

    def _after_opening(self, connection: sqlite3.Connection) -> None:
        with transaction(connection, "IMMEDIATE"):
            self._owner.sweep()
            self._prune(connection)
        rewrite_if_pending(connection)


def _servers(connection: sqlite3.Connection) -> list[str]:
    """All servers that anything is kept of."""
    query = " UNION ".join(f"SELECT server FROM {table}" for table in TABLES)
    return [to_text(server) for (server,) in connection.execute(query)]
