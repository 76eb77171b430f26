"""A server in this process is met over the same road as any other."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Offline, ServerFault, ServiceError
from assistant_tui.transport.in_process import in_process
from assistant_tui.transport.messages import Request
from assistant_tui.transport.transport import Transport

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]


async def test_an_app_answers() -> None:
    paths: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        paths.append(scope["path"])
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'[{"id": "a"}]'})

    async with AssistantsClient(in_process(app)) as opened:
        assert [row.id for row in (await opened.list()).rows] == ["a"]
    assert paths == ["/assistants"]


async def test_an_app_that_fails_is_a_server_that_fails() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        raise RuntimeError("broken")

    async with AssistantsClient(in_process(app)) as opened:
        with pytest.raises(ServerFault) as raised:
            await opened.create({})
    assert raised.value.may_have_arrived


async def test_an_app_that_returns_without_a_response_is_a_server_that_fails() -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        pass

    async with AssistantsClient(in_process(app)) as opened:
        with pytest.raises(ServerFault):
            await opened.create({})


async def test_an_app_waits_until_what_it_sent_was_taken() -> None:
    sent = read = 0

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(5):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            sent += 1
        await send({"type": "http.response.body"})

    async with (
        Transport(in_process(app)) as transport,
        transport.stream(Request("GET", "/x")) as response,
    ):
        async for _ in response.chunks():
            for _ in range(5):
                await asyncio.sleep(0)
            assert sent <= 1 + read
            read += 1
    assert (read, sent) == (5, 5)


async def test_closing_the_transport_ends_an_app_that_goes_on_by_itself() -> None:
    ended = False

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal ended
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
        finally:
            ended = True

    async with asyncio.timeout(30), Transport(in_process(app)) as transport:
        async with transport.stream(Request("GET", "/x")) as response:
            await anext(response.chunks())
        assert not ended
    assert ended


async def test_an_app_goes_on_when_its_caller_was_cancelled() -> None:
    called, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        called.set()
        await go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})
        done.set()

    async with Transport(in_process(app)) as transport, asyncio.timeout(30):
        sending = asyncio.create_task(transport.send(Request("POST", "/x")))
        await called.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        go_on.set()
        await done.wait()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_closing_the_transport_under_a_request_is_no_answer(method: str) -> None:
    called = asyncio.Event()
    calls = 0

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal calls
        calls += 1
        called.set()
        await asyncio.Event().wait()

    async def no_wait(seconds: float) -> None:
        pass

    async with asyncio.timeout(30):
        async with Transport(in_process(app), sleep=no_wait) as transport:
            sending = asyncio.create_task(transport.send(Request(method, "/x")))
            await called.wait()
        with pytest.raises(ServiceError) as raised:
            await sending
    assert isinstance(raised.value, Offline) and raised.value.status is None
    assert raised.value.may_have_arrived is (method == "POST")
    assert calls == 1


async def test_an_app_that_reads_a_request_too_late_finds_its_caller_gone() -> None:
    called, go_on, read = asyncio.Event(), asyncio.Event(), asyncio.Event()
    received: list[Message] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        called.set()
        await go_on.wait()
        received.append(await receive())
        read.set()

    async with Transport(in_process(app)) as transport, asyncio.timeout(30):
        sending = asyncio.create_task(transport.send(Request("POST", "/x")))
        await called.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        go_on.set()
        await read.wait()
    assert received == [{"type": "http.disconnect"}]
