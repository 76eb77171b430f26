"""What the tests of the server share: a client in process, and a server in a process of its own."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from assistant_tui.server.app import create_app
from assistant_tui.server.store.interface import Store
from assistant_tui.server.store.sqlite_store import SQLiteStore
from tests.limits import LIMIT

Json = dict[str, Any]

MODELS = ("gpt-4o", "org/own-model")


def client(
    store: Store, *, models: Sequence[str] = MODELS, api_key: str | None = None, prefix: str = ""
) -> httpx.AsyncClient:
    """Speaks to the application without a socket."""
    app = create_app(store, models=models, api_key=api_key, prefix=prefix)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://local")


def error_of(response: httpx.Response) -> Json:
    """The inside of the error envelope, which must be there and whole."""
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"error"}
    error: Json = body["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["message"] and "Traceback" not in response.text
    return error


def connection_of(store: SQLiteStore) -> sqlite3.Connection:
    """The connection on which a store writes."""
    connection = store._database._connection
    assert connection is not None
    return connection


def connect_without_wal(path: Path) -> sqlite3.Connection:
    """A connection that cannot have a write-ahead log, as is the case over NFS."""
    # This file system layer of SQLite has no shared memory.
    uri = f"file:{quote(str(path))}?vfs=unix-dotfile"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


_SERVE = """
import sys
from pathlib import Path
from assistant_tui.cli.serve import run
host, port, database, api_key, *origins = sys.argv[1:]
raise SystemExit(run(host=host, port=int(port), database=Path(database),
                     api_key=api_key or None, models=["gpt-4o", "org/own-model"],
                     allow_origins=origins))
"""


@contextmanager
def serving(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    api_key: str = "",
    allow_origins: Sequence[str] = (),
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`serve` in a process of its own: its URL, once it has printed it, and the process."""
    arguments = [sys.executable, "-c", _SERVE, host, str(port), str(database), api_key]
    arguments += allow_origins
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=LIMIT)
