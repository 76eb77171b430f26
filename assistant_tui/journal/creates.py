"""The creates with a key: noted before they are sent, and each made by one program alone."""

import hashlib
from collections.abc import Collection

from assistant_tui.journal import imports
from assistant_tui.journal.claims import Claims
from assistant_tui.journal.database import Database
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.imports import Imported


class Creates:
    """Those of one journal; all methods but `release` raise JournalError."""

    def __init__(self, database: Database, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    def begin(self, server: str, key: str, before: Collection[str] | None) -> bool:
        """Note a create before it is sent; False if an earlier one with this key may still arrive.

        `before` are the newest ids of the server; None where it tells none.
        """
        with self._database.writing() as connection:
            return imports.begin(connection, server, key, before)

    def drop(self, server: str, key: str) -> None:
        """Forget a create that certainly made nothing."""
        with self._database.writing() as connection:
            imports.drop(connection, server, key)

    def find(self, server: str, keys: Collection[str]) -> dict[str, Imported]:
        """What became of the creates with these keys, of those that are known."""
        return self._database.read(lambda connection: imports.find(connection, server, keys), {})

    def made(self, server: str) -> frozenset[str]:
        """The ids of all that is known to have been created on a server."""
        return self._database.read(
            lambda connection: imports.made(connection, server), frozenset[str]()
        )

    def claim(self, server: str, key: str, earlier: str) -> bool:
        """Make sure that nobody else creates with this key until `release`.

        `earlier` is the id of what is known to have been created with it; empty for none.

        Returns:
            False if somebody is doing so right now, or has done so since that was known.
        """
        try:
            if not self._claims.take(_token(server, key)):
                return False
        except OSError as error:
            why = error.strerror or str(error)
            raise JournalError(f"the files beside the journal cannot be used: {why}") from error
        free = False
        try:
            known = self.find(server, [key]).get(key)
            free = known is None or known.assistant_id in (None, earlier)
        finally:
            if not free:
                self.release(server, key)
        return free

    def release(self, server: str, key: str) -> None:
        """Let others create with this key again."""
        self._claims.release(_token(server, key))


def _token(server: str, key: str) -> str:
    named = f"{server}\0{key}".encode("utf-8", "surrogatepass")
    return f"creating-{hashlib.sha256(named).hexdigest()[:32]}"
