"""Deviations that plug into any fake server, alone or one around the other.

Each answers a request in the place of the server; those that take `carry_out` or another handler
go around it.
"""

import asyncio
from collections.abc import Callable, Iterable

import httpx

from tests.fakeserver.requests import Json, json_of, with_json

SyncHandler = Callable[[httpx.Request], httpx.Response]
_JSON = (b"content-type", b"application/json")


def answer(
    body: str | bytes, status: int = 200, headers: Iterable[tuple[bytes, bytes]] = ()
) -> httpx.Response:
    """A whole answer, to the letter; surrogates in a text stand for bytes that are no UTF-8."""
    content = body.encode(errors="surrogateescape") if isinstance(body, str) else body
    return httpx.Response(status, headers=[_JSON, *headers], content=content)


def refusal(status: int, message: str = "") -> httpx.Response:
    """An error answer with this status."""
    error = {"message": message or f"said {status}"}
    return httpx.Response(status, json={"error": error})


def answering(body: str | bytes, status: int = 200) -> SyncHandler:
    """Always the same answer."""
    return lambda request: answer(body, status)


empty_list = answering('{"data": [], "has_more": false}')


def refusing(status: int, message: str = "") -> SyncHandler:
    """A part of the API that always answers with this status."""
    return lambda request: refusal(status, message)


def absent(request: httpx.Request) -> httpx.Response:
    """What a server says of an id or a route that it does not know."""
    return refusal(404, "nothing here")


def unreachable(request: httpx.Request) -> httpx.Response:
    """Nothing was sent: there is no connection."""
    raise httpx.ConnectError("refused")


def lost(request: httpx.Request) -> httpx.Response:
    """The request was sent, but no answer comes; on a socket, the connection is closed."""
    raise httpx.ReadError("lost")


def in_turn(*handlers: SyncHandler) -> SyncHandler:
    """One handler after the other, the last for ever."""
    left = list(handlers)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def after_carrying_out(carry_out: SyncHandler, then: SyncHandler) -> SyncHandler:
    """The server does what is asked, but what comes back is another matter."""
    return lambda request: (carry_out(request), then(request))[1]


def altering(change: Callable[[Json], Json], carry_out: SyncHandler) -> SyncHandler:
    """The server does something else than is sent."""
    return lambda request: carry_out(with_json(request, change(json_of(request))))


class Allowance:
    """A limit on requests, told in words alone; refused requests count, too.

    Time goes on by what clients wait: `sleep` is theirs.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._now = 0.0
        self._asked: list[float] = []
        self.refused = 0
        """How many requests were refused."""

    async def sleep(self, seconds: float) -> None:
        """Wait, which takes no time here."""
        until = self._now + seconds
        await asyncio.sleep(0)
        self._now = max(self._now, until)

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        """Refuse what is too much; None where the server is to answer."""
        self._asked = [at for at in self._asked if at > self._now - self._seconds]
        self._asked.append(self._now)
        if len(self._asked) <= self._most:
            return None
        self.refused += 1
        body = f'{{"error": {{"message": "Try again in {self._seconds:g} seconds"}}}}'
        return answer(body, 429)
