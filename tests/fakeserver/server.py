"""The fake server: records what arrives, and answers by deviations or by what stands behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.fakeserver.requests import Json, json_of, part_of, text_of

Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]
"""Answers a request, as a handler of httpx.MockTransport does; raises httpx's errors for what a
client sees where no answer comes."""
Deviation = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response | None] | None]
"""The same in the place of the server; None leaves the answer to the server."""
ANY = "any"
"""Names the deviation from all parts of the API."""


class FakeServer:
    """Answers as `deviations` say, and as `carry_out` does where they say nothing.

    A request is recorded, waits while `hold` says so, and goes to the deviation of its part of
    the API, then to the one of `any` part, then to `carry_out`. The server is an ASGI app, and
    `respond` is a handler for httpx.MockTransport; `sockets.serving` puts it on a socket.
    """

    def __init__(self, carry_out: Handler, **deviations: Deviation) -> None:
        self._carry_out = carry_out
        self.deviations = deviations
        """By the names that `part_of` gives, and `any`."""
        self.requests: list[httpx.Request] = []
        """All that arrived, in its order."""
        self.hold: Callable[[str, str], bool] = lambda method, path: False
        """Whether a request of this method and path must wait until `opened` is set."""
        self.opened = asyncio.Event()
        self.arrived = asyncio.Event()
        """A request is being held."""
        self.under_way = 0
        """How many requests are being answered."""
        self.most_under_way = 0

    @property
    def parts(self) -> list[str]:
        """The parts of the API that were asked for, in their order."""
        return [part_of(request) for request in self.requests]

    def count(self, part: str) -> int:
        """How often a part of the API was asked for."""
        return self.parts.count(part)

    @property
    def writes(self) -> list[str]:
        """The parts that change something, as they were asked for."""
        return [part_of(request) for request in self.requests if request.method != "GET"]

    @property
    def bodies(self) -> list[str]:
        """What was sent to be created or modified, to the letter."""
        return [text_of(request) for request in self.requests if request.method == "POST"]

    @property
    def sent(self) -> list[Json]:
        """The same, parsed."""
        return [json_of(request) for request in self.requests if request.method == "POST"]

    @property
    def queries(self) -> list[dict[str, str]]:
        """The limits and cursors of the lists that were asked for."""
        lists = [each for each in self.requests if part_of(each) == "list"]
        return [{k: v for k, v in each.url.params.items() if k != "order"} for each in lists]

    async def respond(self, request: httpx.Request) -> httpx.Response:
        """Record a request, and answer it."""
        self.requests.append(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.hold(request.method, request.url.path):
                self.arrived.set()
                await self.opened.wait()
            return await self._answer(request)
        finally:
            self.under_way -= 1

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        for name in (part_of(request), ANY):
            if (deviation := self.deviations.get(name)) is not None:
                answer = deviation(request)
                if isinstance(answer, Awaitable):
                    answer = await answer
                if answer is not None:
                    return answer
        return await self.carry_out(request)

    async def carry_out(self, request: httpx.Request) -> httpx.Response:
        """Have what stands behind answer."""
        done = self._carry_out(request)
        return await done if isinstance(done, Awaitable) else done

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Serve one request as an ASGI app."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        path = scope.get("raw_path") or scope["path"].encode()
        url = httpx.URL("http://fake.test").copy_with(
            raw_path=path + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        )
        request = httpx.Request(scope["method"], url, headers=scope["headers"], content=body)
        answer = await self.respond(request)
        start = {"status": answer.status_code, "headers": answer.headers.raw}
        await send({"type": "http.response.start", **start})
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        async for part in answer.stream:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})
