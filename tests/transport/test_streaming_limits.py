"""What ends a stream: times without an answer or a byte, and sizes, packed and unpacked."""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable

import pytest

from assistant_tui.core.errors import (
    ResponseTooLarge,
    TimedOut,
    Unreadable,
)
from assistant_tui.transport.messages import Limits
from tests.fakeserver.streaming_app import CONNECTIONS, Call, StreamingApp, replying, transport_to
from tests.transport.test_streaming import LIMIT, READ, WRITE, whole

pytestmark = pytest.mark.parametrize("connection", CONNECTIONS)


async def silent(call: Call) -> None:
    await call.disconnected()


async def without_body(call: Call) -> None:
    await call.start()
    await call.send(b"")
    await call.disconnected()


async def stalled(call: Call) -> None:
    await call.start()
    await call.send(b"first")
    await call.disconnected()


async def dripping(call: Call) -> None:
    await call.start()
    gone = asyncio.create_task(call.disconnected())
    while not gone.done():
        await call.send(b".")
        await asyncio.wait([gone], timeout=0.01)


@pytest.mark.parametrize(
    ("talk", "limits", "words"),
    [
        (silent, Limits(first_byte=0.05, idle=0.01), r"^no answer from .* within 0\.05 s"),
        (without_body, Limits(first_byte=0.05), r"^no answer from .* within 0\.05 s"),
        (stalled, Limits(idle=0.05), r"^no answer from .* within 0\.05 s"),
        (dripping, Limits(total=0.2), r"^no whole answer from .* within 0\.2 s"),
        (silent, Limits(total=0.05), r"^no whole answer from .* within 0\.05 s"),
    ],
    ids=["no-head", "no-body", "idle", "total", "total-no-head"],
)
async def test_each_time_out_ends_a_stream(
    connection: str, talk: Callable[[Call], Awaitable[None]], limits: Limits, words: str
) -> None:
    app = StreamingApp(talk)
    async with transport_to(connection, app) as transport, asyncio.timeout(5):
        with pytest.raises(TimedOut, match=words) as raised:
            await whole(transport, WRITE, limits)
    assert raised.value.may_have_arrived
    assert len(app.calls) <= 1


async def test_a_slow_reader_is_no_slow_server(connection: str) -> None:
    async def talk(call: Call) -> None:
        await call.start()
        for _ in range(3):
            await call.send(b"x" * 100_000)
        await call.end()

    size = 0
    async with (
        transport_to(connection, StreamingApp(talk)) as transport,
        transport.stream(READ, Limits(idle=1.0)) as response,
    ):
        async for chunk in response.chunks():
            size += len(chunk)
            if size < 200_000:
                await asyncio.sleep(1.1)  # longer than the server may be silent
    assert size == 300_000


async def test_a_body_is_read_up_to_its_limit(connection: str) -> None:
    async def talk(call: Call) -> None:
        await call.start()
        gone = asyncio.create_task(call.disconnected())
        while not gone.done():
            await call.send(b"x" * 1_000)
            await asyncio.sleep(0)

    size = 0
    async with transport_to(connection, StreamingApp(talk)) as transport, asyncio.timeout(LIMIT):
        with pytest.raises(ResponseTooLarge, match="is larger than"):
            async with transport.stream(READ, Limits(body=10_000)) as response:
                async for chunk in response.chunks():
                    size += len(chunk)
    assert size == 10_000


async def test_a_compressed_stream_is_read_as_it_comes(connection: str) -> None:
    more = asyncio.Event()

    async def talk(call: Call) -> None:
        await call.start(content_encoding="gzip")
        packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        await call.send(packer.compress(b"one") + packer.flush(zlib.Z_SYNC_FLUSH))
        await more.wait()
        await call.end(packer.compress(b"two") + packer.flush())

    async with (
        asyncio.timeout(LIMIT),
        transport_to(connection, StreamingApp(talk)) as transport,
        transport.stream(READ) as response,
    ):
        chunks = response.chunks()
        assert await anext(chunks) == b"one"
        more.set()
        assert b"".join([chunk async for chunk in chunks]) == b"two"


async def test_what_is_packed_counts_with_its_size_when_unpacked(connection: str) -> None:
    body = gzip.compress(bytes(1_000_000))
    async with transport_to(
        connection, StreamingApp(replying(200, body, content_encoding="gzip"))
    ) as transport:
        with pytest.raises(ResponseTooLarge):
            await whole(transport, READ, Limits(body=100_000))


async def test_what_was_begun_and_is_cut_off_is_not_asked_for_again(connection: str) -> None:
    async def talk(call: Call) -> None:
        await call.start(content_length="1000", x_request_id="req_1")
        await call.send(b"first")
        raise RuntimeError("the server breaks")

    app, seen = StreamingApp(talk), []
    async with transport_to(connection, app) as transport:
        with pytest.raises(Unreadable, match="was cut off") as raised:
            async with transport.stream(READ) as response:
                async for chunk in response.chunks():
                    seen.append(chunk)
    assert seen == [b"first"]
    assert (raised.value.status, raised.value.request_id) == (200, "req_1")
    assert len(app.calls) == 1
