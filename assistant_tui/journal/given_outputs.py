"""What calls of functions were answered with: the same call can be answered so again."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from assistant_tui.core.json_text import read_json
from assistant_tui.journal.schema import to_blob, to_text
from assistant_tui.storage.sqlite import Database

LARGEST_OUTPUT = 1_000_000
"""Bytes of an output that is kept."""
_MOST_OF_ONE_CALL = 10
"""Outputs that are kept of calls with the same arguments."""
_PART = 4
"""Outputs may take the fourth part of what entries may."""


class GivenOutput(NamedTuple):
    """An output that a call was answered with."""

    text: str
    at: float
    """Unix seconds."""


class GivenOutputs:
    """The outputs of one journal, by server, function and arguments. Methods raise JournalError."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def keep(self, server: str, function: str, arguments: str, output: str) -> None:
        """Keep an output, if it is not too long; the same one is kept once."""
        blob = to_blob(output)
        if len(blob) > LARGEST_OUTPUT:
            return
        call = _call(server, function, arguments)
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM outputs WHERE server = ? AND function = ? AND arguments = ?"
                " AND output = ?",
                (*call, blob),
            )
            connection.execute(
                "INSERT INTO outputs (server, function, arguments, output, at)"
                " VALUES (?, ?, ?, ?, ?)",
                (*call, blob, self._clock()),
            )
            connection.execute(
                "DELETE FROM outputs WHERE number IN (SELECT number FROM outputs WHERE server = ?"
                " AND function = ? AND arguments = ? ORDER BY number DESC LIMIT -1 OFFSET ?)",
                (*call, _MOST_OF_ONE_CALL),
            )

    def last(self, server: str, function: str, arguments: str) -> tuple[GivenOutput, ...]:
        """What the same call was answered with, newest first."""
        call = _call(server, function, arguments)
        nothing: tuple[GivenOutput, ...] = ()

        def read(connection: sqlite3.Connection) -> tuple[GivenOutput, ...]:
            rows = connection.execute(
                "SELECT output, at FROM outputs WHERE server = ? AND function = ?"
                " AND arguments = ? ORDER BY number DESC",
                call,
            )
            return tuple(GivenOutput(to_text(output), at) for output, at in rows)

        return self._database.read_if_exists(read, nothing)


def prune_outputs(connection: sqlite3.Connection, oldest: float | None, keep_bytes: int) -> None:
    """Forget outputs that are too old or too much, as a part of the transaction under way."""
    if oldest is not None:
        connection.execute("DELETE FROM outputs WHERE at < ?", (oldest,))
    size = 0
    rows = connection.execute("SELECT number, length(output) FROM outputs ORDER BY number DESC")
    for number, length in rows.fetchall():
        size += length
        if size > keep_bytes // _PART:
            connection.execute("DELETE FROM outputs WHERE number <= ?", (number,))
            break


def _call(server: str, function: str, arguments: str) -> tuple[bytes, bytes, bytes]:
    return to_blob(server), to_blob(function), _digest(arguments)


def _digest(arguments: str) -> bytes:
    """Of what the arguments mean: neither spaces nor the order of names count."""
    with suppress(ValueError, RecursionError):  # what is no JSON counts as it is written
        arguments = json.dumps(read_json(arguments), sort_keys=True)
    return hashlib.sha256(to_blob(arguments)).digest()
