"""A server in this process is met over the same road as any other."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import ServerFault
from assistant_tui.transport.in_process import in_process

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
