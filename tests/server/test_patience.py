"""Clients on a socket that are slow, endless or no clients at all: answered, and let go."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from assistant_tui.server.app import create_app
from assistant_tui.server.http import connections, requests
from assistant_tui.server.http.serving import Server, listen
from tests.limits import LIMIT
from tests.stores import SampleStore

HEAD = b"POST /v1/assistants HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n"


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server with next to no patience."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.2)
    yield


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server with one sample."""
    with listen("127.0.0.1", 0) as listener:
        app = create_app(SampleStore(1), models=["m"], prefix="/v1")
        server = Server(app, listener)
        address = listener.getsockname()
        serving = asyncio.create_task(server.run())
        reader, writer = await asyncio.open_connection(*address)
        try:
            yield reader, writer
        finally:
            writer.close()
            server.stop()
            await serving


async def answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    """All that comes until the server hangs up: the status, and the words of the error."""
    async with asyncio.timeout(LIMIT):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert b"Traceback" not in body
    return int(head.split()[1]), json.loads(body)["error"]["message"]


@pytest.mark.parametrize("sent", [b"", b"GET", HEAD], ids=["nothing", "a word", "half a head"])
@pytest.mark.usefixtures("in_a_hurry")
async def test_a_head_that_never_ends(sent: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(sent)
        assert await answer(reader) == (408, "The request did not arrive in time.")


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_head_in_drips_gets_no_more_time() -> None:
    async with connected() as (reader, writer):
        came = asyncio.ensure_future(answer(reader))
        writer.write(HEAD)
        while not came.done() and not writer.is_closing():
            writer.write(b"x: y\r\n")
            await asyncio.wait([came], timeout=0.05)
        assert await came == (408, "The request did not arrive in time.")


@pytest.mark.parametrize(
    "rest",
    [b"content-length: 50\r\n\r\n{", b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"],
    ids=["announced", "in chunks"],
)
@pytest.mark.usefixtures("in_a_hurry")
async def test_a_body_that_never_ends(rest: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(HEAD + rest)
        assert await answer(reader) == (408, "The request body did not arrive in time.")


async def test_chunks_without_a_length_have_a_largest_size_too() -> None:
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    async with connected() as (reader, writer):
        writer.write(HEAD + b"connection: close\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(9):
            writer.write(chunk)
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        status, words = await answer(reader)
    assert status == 413 and "larger than" in words


@pytest.mark.parametrize(
    "head",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nx y\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nz\r\n",
    ],
    ids=["TLS", "no header", "no length", "no chunk"],
)
async def test_what_is_no_request_is_refused_in_few_words(head: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(head)
        async with asyncio.timeout(LIMIT):
            said = await reader.read()
    assert said.startswith(b"HTTP/1.1 400 ") or b'"error"' in said
    assert b"Traceback" not in said and len(said) < 1_000


@pytest.mark.parametrize("more", [b"y" * 70_000, b"y\r\nx: " * 70_000], ids=["long", "many"])
async def test_headers_without_end_are_cut_off(more: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET /v1/models HTTP/1.1\r\nhost: h\r\nx: " + more)
        # Hung up with bytes unread, a socket resets the connection, be there an answer or not.
        with suppress(ConnectionError):
            async with asyncio.timeout(LIMIT):
                assert b" 200 " not in await reader.read()


async def test_a_patient_server_answers_one_request_after_the_other() -> None:
    async with connected() as (reader, writer):
        for _ in range(2):
            writer.write(b"GET /v1/models HTTP/1.1\r\n")
            await writer.drain()
            writer.write(b"host: h\r\n\r\n")
            async with asyncio.timeout(LIMIT):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                assert json.loads(await reader.readexactly(length))["object"] == "list"
