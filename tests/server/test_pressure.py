"""A server under pressure: clients that take up connections, a locked database, a slow body."""

import http.client
import json
import os
import re
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

LIMIT = 30.0
DESCRIPTORS = 128
LISTED = "/v1/assistants"


class Served:
    """`assistant-tui serve` with few descriptors."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "assistants.db"
        command = [sys.executable, "-m", "assistant_tui", "serve", "--port", "0"]
        self.errors = (folder / "errors").open("w+")
        self.process = subprocess.Popen(
            [*command, "--database", str(self.database)],
            env={**os.environ, "ASSISTANT_TUI_HOME": str(folder)},
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS)
            ),
        )
        assert self.process.stdout is not None
        found = re.search(r":(\d+)/v1", self.process.stdout.readline())
        assert found is not None
        self.port = int(found[1])

    def ask(self, method: str, path: str = LISTED, body: str | None = None) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, LIMIT)) as connection:
            connection.request(method, path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def connect(self) -> socket.socket:
        """A connection on which nothing was sent."""
        return socket.create_connection(("127.0.0.1", self.port), LIMIT)

    @property
    def said(self) -> str:
        """What stands on stderr."""
        self.errors.seek(0)
        return self.errors.read()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        server.errors.close()
        assert server.process.stdout is not None
        server.process.stdout.close()


def test_more_idle_connections_than_descriptors_keep_nobody_out(served: Served) -> None:
    idle = [served.connect() for _ in range(2 * DESCRIPTORS)]
    try:
        assert served.ask("GET")[0] == 200
        assert served.ask("POST", body='{"model": "m"}')[0] == 200
    finally:
        for each in idle:
            each.close()
    assert served.said == ""


def test_who_reads_does_not_wait_for_who_writes(served: Served) -> None:
    assert served.ask("POST", body='{"model": "m"}')[0] == 200
    with closing(sqlite3.connect(served.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        status, body = served.ask("GET")
        assert (status, len(json.loads(body)["data"])) == (200, 1)
        status, body = served.ask("POST", body='{"model": "m"}')
        assert status == 503 and b"Traceback" not in body
        other.execute("ROLLBACK")
    assert served.ask("POST", body='{"model": "m"}')[0] == 200
    assert "Traceback" not in served.said


def test_a_damaged_row_spoils_only_itself(served: Served) -> None:
    made = [json.loads(served.ask("POST", body='{"model": "m"}')[1])["id"] for _ in range(3)]
    with closing(sqlite3.connect(served.database)) as other:
        table, column = _place_of_texts(other, made[1])
        other.execute(f"UPDATE {table} SET {column} = '{{' WHERE id = ?", (made[1],))
        other.commit()
    status, body = served.ask("GET")
    assert status == 200
    assert [each["id"] for each in json.loads(body)["data"]] == [made[2], made[0]]
    status, body = served.ask("GET", f"{LISTED}/{made[1]}")
    assert status == 500 and made[1].encode() in body


def _place_of_texts(database: sqlite3.Connection, known: str) -> tuple[str, str]:
    """The table that has an assistant, and the column with its JSON."""
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        if "id" not in columns:
            continue
        row = database.execute(f"SELECT * FROM {table} WHERE id = ?", (known,)).fetchone()
        for column, value in zip(columns, row or (), strict=False):
            if isinstance(value, str | bytes) and value[:1] in ("{", b"{"):
                return table, column
    raise AssertionError("no table holds it")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_slow_body_does_not_keep_it_from_ending(served: Served, number: signal.Signals) -> None:
    with served.connect() as slow:
        slow.sendall(
            b"POST /v1/assistants HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        )
        assert served.ask("GET")[0] == 200
        served.process.send_signal(number)
        assert served.process.wait(LIMIT) == 128 + number
    assert served.said == ""
