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
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from assistant_tui.server.http import serving
from tests.limits import LIMIT

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


def _peak(process: subprocess.Popen[str]) -> int:
    """The most memory that a process had so far, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def _asking(served: Served, request: bytes) -> socket.socket:
    """A connection whose answer has begun, of which nothing more is read."""
    connection = served.connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(request)
    assert connection.recv(1) == b"H"
    return connection


def test_clients_that_never_read_take_no_memory_and_keep_nobody_out(served: Served) -> None:
    large = json.dumps({"model": "m", "instructions": "x" * 250_000})
    for _ in range(24):
        assert served.ask("POST", body=large)[0] == 200
    assert served.ask("GET", f"{LISTED}?limit=100")[0] == 200
    before = _peak(served.process)
    request = b"GET /v1/assistants?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    silent = [_asking(served, request * 3) for _ in range(40)]
    try:
        status, body = served.ask("GET", f"{LISTED}?limit=100")
        assert (status, len(json.loads(body)["data"])) == (200, 24)
        # Each asked for 6 MB three times.
        assert _peak(served.process) - before < 120_000_000
        served.process.terminate()
        assert served.process.wait(LIMIT) == 143
    finally:
        for each in silent:
            each.close()
    assert served.said == ""


def test_no_descriptors_at_all_are_said_in_a_line_and_overcome(served: Served) -> None:
    assert served.ask("GET")[0] == 200
    descriptors = len(os.listdir(f"/proc/{served.process.pid}/fd"))
    resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (descriptors + 2, DESCRIPTORS))
    idle = [served.connect() for _ in range(20)]
    try:
        for _ in range(3):
            assert served.ask("GET")[0] == 200
            assert served.ask("POST", body='{"model": "m"}')[0] == 200
    finally:
        for each in idle:
            each.close()
    assert served.said.count("\n") <= 2 and "Traceback" not in served.said


NONSENSE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: upgrade\r\n\r\n",
    b"POST /v1/assistants HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    b"GET /v1/assistants/" + b"x" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
    b"POST /v1/assistants HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{",
]


def test_nonsense_and_clients_that_hang_up_are_not_worth_a_line(served: Served) -> None:
    for nonsense in NONSENSE * 5:
        with served.connect() as connection, suppress(ConnectionError):
            connection.sendall(nonsense)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        with served.connect() as connection, suppress(ConnectionError):
            # Closed like this, the connection is reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(nonsense)
    assert served.ask("GET")[0] == 200
    served.process.terminate()
    assert served.process.wait(LIMIT) == 143
    assert served.said == ""


def test_clients_of_every_kind_do_not_keep_it_from_ending(served: Served) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, LIMIT)) as kept_alive:
        kept_alive.request("GET", LISTED)
        kept_alive.getresponse().read()
        heads = [served.connect() for _ in range(3)]
        heads[1].sendall(b"GET /v1/assist")
        heads[2].sendall(NONSENSE[-1])
        with closing(sqlite3.connect(served.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            heads[2].sendall(b'"model": "m"}'.ljust(99))  # this one waits for the lock now
            assert served.ask("GET")[0] == 200
            served.process.terminate()
            assert served.process.wait(LIMIT) == 143
        for each in heads:
            each.close()
    assert served.said == ""


def test_what_was_acknowledged_before_the_end_is_there(served: Served) -> None:
    made: list[str] = []
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, LIMIT)) as connection:
        with suppress(OSError, http.client.HTTPException):
            while True:
                connection.request(
                    "POST", LISTED, '{"model": "m"}', {"content-type": "application/json"}
                )
                made.append(json.loads(connection.getresponse().read())["id"])
                if len(made) == 20:
                    served.process.terminate()
        assert served.process.wait(LIMIT) == 143
    with closing(sqlite3.connect(served.database)) as database:
        kept = {name for (name,) in database.execute("SELECT id FROM objects")}
    assert len(made) >= 20 and kept.issuperset(made)


def test_a_second_signal_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    stopped: list[str] = []
    with serving._caught(lambda: stopped.append("asked to stop")) as caught:
        os.kill(os.getpid(), signal.SIGTERM)
        assert (stopped, ended) == (["asked to stop"], [])
        os.kill(os.getpid(), signal.SIGINT)
    assert caught == [signal.SIGTERM, signal.SIGINT]
    assert ended == [128 + signal.SIGINT]


@pytest.mark.parametrize("stdout", ["closed", "broken", "full"])
def test_it_serves_though_nobody_reads_its_address(tmp_path: Path, stdout: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant_tui", "serve", "--port", str(port)]
    reading, writing = os.pipe()
    os.close(reading)
    output = os.open("/dev/full", os.O_WRONLY) if stdout == "full" else writing
    with subprocess.Popen(
        command,
        env={**os.environ, "ASSISTANT_TUI_HOME": str(tmp_path)},
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=(lambda: os.close(1)) if stdout == "closed" else None,
    ) as process:
        try:
            while process.poll() is None:
                with suppress(URLError):  # not listening yet
                    address = f"http://127.0.0.1:{port}{LISTED}"
                    assert urlopen(address, timeout=LIMIT).status == 200
                    break
        finally:
            process.terminate()
            _, err = process.communicate(timeout=LIMIT)
    for each in {output, writing}:
        os.close(each)
    assert (process.returncode, err) == (143, "")
