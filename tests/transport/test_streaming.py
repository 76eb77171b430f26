"""A response that is read as it comes, on a real socket and in this process alike."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from assistant_tui.core.errors import (
    NotServed,
    Offline,
    ServerFault,
    Unauthorized,
    Unreadable,
)
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.messages import Limits, Request
from assistant_tui.transport.sse import read_events
from assistant_tui.transport.transport import Transport
from tests.api.support import KEY, KeyRing
from tests.fakeserver.raw_sockets import serving
from tests.fakeserver.streaming_app import CONNECTIONS, Call, StreamingApp, replying, transport_to

READ = Request("GET", "/runs", accept="text/event-stream")
WRITE = Request("POST", "/runs", body=b"{}", accept="text/event-stream")
LIMIT = 30.0
"""Seconds after which a test hangs."""

pytestmark = pytest.mark.parametrize("connection", CONNECTIONS)


async def whole(transport: Transport, request: Request = READ, limits: Limits | None = None) -> str:
    """The whole body of a streamed response."""
    async with transport.stream(request, limits) as response:
        return b"".join([chunk async for chunk in response.chunks()]).decode()


async def test_each_part_is_there_as_soon_as_it_was_sent(connection: str) -> None:
    go_on = asyncio.Event()

    async def talk(call: Call) -> None:
        await call.start(content_type="text/event-stream; charset=utf-8")
        await go_on.wait()
        for part in (b"one", b"two"):
            go_on.clear()
            await call.send(part)
            await go_on.wait()
        await call.end()

    async with (
        asyncio.timeout(LIMIT),
        transport_to(connection, StreamingApp(talk)) as transport,
        transport.stream(WRITE) as response,
    ):
        assert (response.status, response.content_type) == (200, "text/event-stream")
        chunks = response.chunks()
        for part in (b"one", b"two"):
            go_on.set()
            assert await anext(chunks) == part
        go_on.set()
        assert [chunk async for chunk in chunks] == []


async def test_events_are_read_from_a_stream(connection: str) -> None:
    async def talk(call: Call) -> None:
        await call.start(content_type="text/event-stream")
        text = "event: a\ndata: é\r\n\r\n: ping\n\ndata: [DONE]".encode()
        for at in range(len(text)):
            await call.send(text[at : at + 1])
        await call.end()

    async with (
        transport_to(connection, StreamingApp(talk)) as transport,
        transport.stream(READ) as response,
    ):
        events = [(each.event, each.data) async for each in read_events(response.chunks())]
    assert events == [("a", "é"), ("", "[DONE]")]


def endless(gone: asyncio.Event) -> Callable[[Call], Awaitable[None]]:
    """A way to begin a response and to wait until nobody reads it."""

    async def talk(call: Call) -> None:
        await call.start()
        await call.send(b"first")
        await call.disconnected()
        gone.set()

    return talk


async def test_leaving_a_stream_tells_the_server(connection: str) -> None:
    gone = asyncio.Event()
    async with (
        transport_to(connection, StreamingApp(endless(gone))) as transport,
        asyncio.timeout(LIMIT),
    ):
        async with transport.stream(WRITE) as response:
            chunks = response.chunks()
            assert await anext(chunks) == b"first"
        await gone.wait()  # not because the last reference to the chunks is gone
        await chunks.aclose()


async def test_cancelling_a_reader_tells_the_server(connection: str) -> None:
    gone, begun = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with transport.stream(WRITE) as response:
            async for _ in response.chunks():
                begun.set()

    async with (
        transport_to(connection, StreamingApp(endless(gone))) as transport,
        asyncio.timeout(LIMIT),
    ):
        reading = asyncio.create_task(read())
        await begun.wait()
        reading.cancel()
        await gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await reading


async def test_cancelling_before_the_head_tells_the_server(connection: str) -> None:
    gone, called = asyncio.Event(), asyncio.Event()

    async def talk(call: Call) -> None:
        called.set()
        await call.disconnected()
        gone.set()

    async with transport_to(connection, StreamingApp(talk)) as transport, asyncio.timeout(LIMIT):
        reading = asyncio.create_task(whole(transport, WRITE))
        await called.wait()
        reading.cancel()
        await gone.wait()


async def test_the_key_is_fetched_anew_where_it_was_refused(connection: str) -> None:
    app, keys = StreamingApp(replying(401), replying(200, b"done")), KeyRing("old", "new")
    async with transport_to(connection, app, key=keys) as transport:
        assert await whole(transport, WRITE) == "done"
    sent = [(call.headers["authorization"], call.headers["accept"]) for call in app.calls]
    assert sent == [(f"Bearer {key}", "text/event-stream") for key in ("old", "new")]


async def test_a_read_is_repeated_and_a_write_is_not(connection: str) -> None:
    app = StreamingApp(replying(503), replying(200, b"done"))
    async with transport_to(connection, app) as transport:
        assert await whole(transport) == "done"
    app = StreamingApp(replying(503), replying(200, b"done"))
    async with transport_to(connection, app) as transport:
        with pytest.raises(ServerFault) as raised:
            await whole(transport, WRITE)
    assert raised.value.may_have_arrived
    assert len(app.calls) == 1


async def test_a_write_is_repeated_where_the_server_did_not_take_it(connection: str) -> None:
    app = StreamingApp(replying(429, retry_after="1"), replying(200, b"done"))
    async with transport_to(connection, app) as transport:
        assert await whole(transport, WRITE) == "done"
    assert [call.method for call in app.calls] == ["POST", "POST"]


async def test_redirects_are_followed_on_the_same_origin_alone(connection: str) -> None:
    app = StreamingApp(replying(307, location="/v1/runs"), replying(200, b"done"))
    async with transport_to(connection, app) as transport:
        assert await whole(transport, WRITE) == "done"
    assert [call.path for call in app.calls] == ["/runs", "/v1/runs"]
    app = StreamingApp(
        replying(307, location="https://elsewhere.test/runs"), replying(200, b"done")
    )
    async with transport_to(connection, app) as transport:
        with pytest.raises(Unreadable, match=r"points to https://elsewhere\.test"):
            await whole(transport)
    assert len(app.calls) == 1


async def test_a_refusal_is_told_in_the_words_of_the_server_without_the_key(
    connection: str,
) -> None:
    body = f'{{"error": {{"message": "no {KEY} here"}}}}'.encode()
    app = StreamingApp(replying(404, body, x_request_id="req_1"))
    async with transport_to(connection, app, key=KeyRing(KEY)) as transport:
        with pytest.raises(NotServed, match=r"does not serve POST /runs: no .* here") as raised:
            await whole(transport, WRITE)
    assert KEY not in str(raised.value)
    assert raised.value.request_id == "req_1"


async def test_a_key_that_no_header_can_carry_sends_nothing(connection: str) -> None:
    app = StreamingApp(replying(200))
    async with transport_to(connection, app, key=KeyRing("a\nb")) as transport:
        with pytest.raises(Unauthorized):
            await whole(transport)
    assert app.calls == []


async def test_a_stream_is_logged_when_it_ends(
    connection: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "assistant_tui.transport")
    async with (
        transport_to(connection, StreamingApp(endless(asyncio.Event()))) as transport,
        transport.stream(WRITE) as response,
    ):
        await anext(response.chunks())
        assert not [each for each in caplog.records if "runs" in each.getMessage()]
    lines = [each.getMessage() for each in caplog.records if "runs" in each.getMessage()]
    assert len(lines) == 1 and lines[0].startswith("POST /runs 200 ")


async def test_send_reads_the_whole_of_what_comes_in_parts(connection: str) -> None:
    async def talk(call: Call) -> None:
        await call.start()
        for part in (b'{"a"', b": ", b"1}"):
            await call.send(part)
        await call.end()

    async with transport_to(connection, StreamingApp(talk)) as transport:
        assert (await transport.send(WRITE)).text == '{"a": 1}'


async def test_a_proxy_is_used_by_streams_too(connection: str) -> None:
    if connection != "socket":
        return
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"
    async with serving(reply) as port:
        endpoint = Endpoint("http://server.test/v1", proxy=f"http://127.0.0.1:{port}")
        async with Transport(endpoint) as transport:
            assert await whole(transport) == "done"
    async with Transport(endpoint) as transport:
        with pytest.raises(Offline, match=r"proxy 127\.0\.0\.1:\d+ \(proxy in the profile\)"):
            await whole(transport, WRITE)
