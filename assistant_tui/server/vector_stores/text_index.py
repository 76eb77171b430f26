"""The index of all chunks for text search, in an SQLite file of its own with an FTS5 table.

It holds nothing that could not be made anew from the files: a file that is damaged is removed, and
whoever met that has the files read again (`index_recovery.py`). What is in it and what the objects
of the store say is brought in line by the ingestion, some time after the objects have changed; who
searches must ask the store which of the files that are found are still there.
"""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from assistant_tui.server.errors import StoreBusy, StoreError
from assistant_tui.server.vector_stores.chunking import Chunk
from assistant_tui.server.vector_stores.text_query import (
    FoundChunk,
    as_word,
    distinct_words,
    find_chunks,
)
from assistant_tui.server.vector_stores.words import text_words
from assistant_tui.storage.migrations import Schema
from assistant_tui.storage.sqlite import Database

_BUSY_SECONDS = 5.0
_BATCH = 200
"""Chunks that are written in one transaction, some tenths of a second."""

_SCHEMA = Schema(
    name="text index",
    application_id=0x41545458,  # "ATTX"
    create="""
        CREATE TABLE documents (
            number INTEGER PRIMARY KEY,
            vector_store_id TEXT NOT NULL,
            file_id TEXT NOT NULL,
            complete INTEGER NOT NULL,
            chunks INTEGER NOT NULL,
            words INTEGER NOT NULL
        );
        CREATE INDEX documents_of_store ON documents (vector_store_id, file_id);
        CREATE TABLE chunks (
            number INTEGER PRIMARY KEY,
            document INTEGER NOT NULL,
            start INTEGER NOT NULL,
            end INTEGER NOT NULL,
            words INTEGER NOT NULL,
            text TEXT NOT NULL
        );
        CREATE INDEX chunks_of_document ON chunks (document, start);
        CREATE VIRTUAL TABLE chunk_words USING fts5 (
            vector_store, words, tokenize = 'unicode61 remove_diacritics 0'
        )
    """,
)
# A document is a file in a vector store; it is found once it is complete. A row of chunk_words has
# the number of its chunk, the words as words.py makes them, and the id of the store as one word.


class IndexLost(StoreBusy):
    """The file was damaged or removed; the index is empty now and has to be made anew."""


class TextIndex:
    """The chunks of all vector stores of one store. Methods block and raise StoreError."""

    def __init__(self, path: Path) -> None:
        """Touches nothing: the file is made when the first chunk is written."""
        self._path = path
        self._lock = threading.Lock()
        self._kept = self._new_database()

    def _new_database(self) -> Database:
        database = Database(
            self._path,
            _SCHEMA,
            patience=_BUSY_SECONDS,
            readers=1,
            error=StoreError,
            busy=StoreBusy,
            lost=IndexLost,
        )
        weakref.finalize(self, database.close)  # it is nobody's to close
        return database

    @contextmanager
    def _database(self) -> Iterator[Database]:
        """The database; if it turns out to be lost, a new one takes its place."""
        database = self._kept
        try:
            yield database
        except IndexLost:
            with self._lock:
                if self._kept is database:  # no other thread was faster
                    self._begin_anew(database)
            raise

    def _begin_anew(self, lost: Database) -> None:
        """Remove the file, unless another program has put a new one in its place."""
        is_damaged = lost.is_in_place
        lost.close()
        for suffix in ("", "-wal", "-shm") if is_damaged else ():
            with suppress(FileNotFoundError):
                self._path.with_name(f"{self._path.name}{suffix}").unlink()
        self._kept = self._new_database()

    def is_empty(self) -> bool:
        """Whether there is nothing to be found in it."""

        def look(connection: sqlite3.Connection) -> bool:
            return not connection.execute(
                "SELECT 1 FROM documents WHERE complete LIMIT 1"
            ).fetchall()

        with self._database() as database:
            return database.read_if_exists(look, nothing=True)

    def vector_store_ids(self) -> list[str]:
        """The vector stores that have chunks in it."""

        def look(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute("SELECT DISTINCT vector_store_id FROM documents")
            return [store_id for (store_id,) in rows]

        with self._database() as database:
            return database.read_if_exists(look, nothing=[])

    def add(
        self,
        vector_store_id: str,
        file_id: str,
        chunks: Iterable[Chunk],
        go_on: Callable[[], bool] = lambda: True,
    ) -> int | None:
        """Write the chunks of a file, in place of those that it has in this vector store.

        Args:
            vector_store_id: where it is searched for.
            file_id: of the file.
            chunks: all of them, in order.
            go_on: asked from time to time; where it says no, nothing is changed in the end.

        Returns:
            The bytes of all chunks in UTF-8, or None if it was given up.
        """
        with self._database() as database:
            with database.writing() as connection:
                number = _new_document(connection, vector_store_id, file_id)
            size, batches = 0, iter(chunks)
            while batch := [*islice(batches, _BATCH)]:
                if not go_on():
                    _remove(database, [number])
                    return None
                with database.writing() as connection:
                    size += _write_chunks(connection, number, vector_store_id, batch)
            with database.writing() as connection:
                connection.execute("UPDATE documents SET complete = 1 WHERE number = ?", (number,))
                former = _numbers(connection, vector_store_id, file_id)
            _remove(database, (each for each in former if each != number))
        return size

    def remove(self, vector_store_id: str, file_id: str = "") -> None:
        """Remove the chunks of a file from a vector store, or all that are in it."""

        def look(connection: sqlite3.Connection) -> list[int]:
            return _numbers(connection, vector_store_id, file_id)

        with self._database() as database:
            _remove(database, database.read_if_exists(look, nothing=[]))

    def text(self, vector_store_id: str, file_id: str) -> str:
        """All that was extracted from a file."""

        def look(connection: sqlite3.Connection) -> str:
            rows = connection.execute(
                "SELECT start, end, text FROM chunks WHERE document = (SELECT max(number)"
                " FROM documents WHERE vector_store_id = ? AND file_id = ? AND complete)"
                " ORDER BY start",
                (vector_store_id, file_id),
            )
            return _joined(Chunk(*row) for row in rows)

        with self._database() as database:
            return database.read_if_exists(look, nothing="")

    def search(
        self,
        vector_store_ids: Sequence[str],
        query: str,
        is_wanted: Callable[[str, str], bool],
    ) -> list[FoundChunk]:
        """The chunks that have words of the query, best first.

        Args:
            vector_store_ids: where to look.
            query: any text; nothing in it has a special meaning.
            is_wanted: whether the file with these ids (vector store, file) may be found; asked
                once for each.
        """
        words = distinct_words(query)
        if not words or not vector_store_ids:
            return []
        with self._database() as database:
            return database.read_if_exists(
                lambda connection: find_chunks(connection, vector_store_ids, words, is_wanted),
                nothing=[],
            )


def _remove(database: Database, numbers: Iterable[int]) -> None:
    """Remove documents in steps, so that no writer waits for long; in between none is found."""
    for number in numbers:
        with database.writing() as connection:
            connection.execute("UPDATE documents SET complete = 0 WHERE number = ?", (number,))
        while True:
            with database.writing() as connection:
                if not _delete_chunks(connection, number):
                    connection.execute("DELETE FROM documents WHERE number = ?", (number,))
                    break


def _new_document(connection: sqlite3.Connection, vector_store_id: str, file_id: str) -> int:
    done = connection.execute(
        "INSERT INTO documents (vector_store_id, file_id, complete, chunks, words)"
        " VALUES (?, ?, 0, 0, 0)",
        (vector_store_id, file_id),
    )
    assert done.lastrowid is not None
    return done.lastrowid


def _numbers(connection: sqlite3.Connection, vector_store_id: str, file_id: str) -> list[int]:
    rows = connection.execute(
        "SELECT number FROM documents WHERE vector_store_id = ? AND ? IN ('', file_id)",
        (vector_store_id, file_id),
    )
    return [number for (number,) in rows]


def _write_chunks(
    connection: sqlite3.Connection, document: int, vector_store_id: str, chunks: Sequence[Chunk]
) -> int:
    size = 0
    for chunk in chunks:
        words = [*text_words(chunk.text)]
        done = connection.execute(
            "INSERT INTO chunks (document, start, end, words, text) VALUES (?, ?, ?, ?, ?)",
            (document, chunk.start, chunk.end, len(words), chunk.text),
        )
        connection.execute(
            "INSERT INTO chunk_words (rowid, vector_store, words) VALUES (?, ?, ?)",
            (done.lastrowid, as_word(vector_store_id), " ".join(words)),
        )
        connection.execute(
            "UPDATE documents SET chunks = chunks + 1, words = words + ? WHERE number = ?",
            (len(words), document),
        )
        size += len(chunk.text.encode())
    return size


def _delete_chunks(connection: sqlite3.Connection, document: int) -> bool:
    """Delete some of the chunks; False if there were none."""
    rows = connection.execute(
        "SELECT number FROM chunks WHERE document = ? LIMIT ?", (document, _BATCH)
    ).fetchall()
    connection.executemany("DELETE FROM chunk_words WHERE rowid = ?", rows)
    connection.executemany("DELETE FROM chunks WHERE number = ?", rows)
    return bool(rows)


def _joined(chunks: Iterable[Chunk]) -> str:
    """The text of which these are the chunks, without what they repeat."""
    parts: list[str] = []
    end = 0
    for chunk in chunks:
        parts.append(chunk.text[end - chunk.start :] if chunk.start < end else chunk.text)
        end = chunk.end
    return "".join(parts)
