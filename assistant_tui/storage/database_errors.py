"""Says in one sentence what is wrong with a database, in place of SQLite's own exceptions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk is full or failing",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_BUSY: "another program holds it",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged, or no database",
}
# Of a disk that is full when the shared memory of WAL is made, SQLite says no more than IOERR.


class DatabaseError(Exception):
    """A database cannot be opened, read or written; the text is one sentence that names it."""


class UnsuitableDatabase(Exception):
    """The file is not for this program; the text is one sentence that names it."""


@dataclass(frozen=True, slots=True)
class ErrorTranslator:
    """Makes the exceptions that a database raises, each with a sentence that names its file."""

    name: str
    """What the database is called, such as `journal`."""
    path: Path
    error: type[Exception]
    busy: type[Exception]
    damage: tuple[type[Exception], ...]
    """Exceptions which mean that what is kept is damaged."""
    lost: type[Exception]
    """Raised for a file that is damaged as a whole, or is not there any more."""

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raise what SQLite or the file system raises inside as `error` or `busy`."""
        try:
            yield
        except UnsuitableDatabase as error:
            raise self.error(str(error)) from None
        except OSError as error:
            raise self._unusable(self.error, error.strerror or str(error)) from error
        except sqlite3.Error as error:
            kind = self.busy if is_busy(error) else self.error
            if _result_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                kind = self.lost
            raise self._unusable(kind, _REASONS.get(_result_code(error), str(error))) from error
        except self.damage as error:
            raise self._unusable(self.error, f"it is damaged ({error})") from error

    def waited_too_long(self) -> Exception:
        """For a thread that another thread of this program kept waiting."""
        return self._unusable(self.busy, "it is busy")

    def closed(self) -> Exception:
        """For an operation that comes after the closing."""
        return self.error(f"the {self.name} {self.path} is closed")

    def replaced(self) -> Exception:
        """For a file that is not the one that was opened."""
        return self.lost(
            f"the {self.name} {self.path} was removed or replaced while it was open;"
            " start this program anew"
        )

    def _unusable(self, kind: type[Exception], reason: str) -> Exception:
        return kind(f"the {self.name} {self.path} cannot be used: {reason}")


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection holds a lock, so that the same can succeed later."""
    return _result_code(error) == sqlite3.SQLITE_BUSY


def is_unwritable(error: sqlite3.Error) -> bool:
    """Whether the file, or its file system, takes nothing more, so that it can at most be read."""
    return _result_code(error) in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
    )


def _result_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for what the sqlite3 module raises by itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
