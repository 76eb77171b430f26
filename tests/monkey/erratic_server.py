"""An erratic server: late, busy, broken, or answering what nobody can read."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from assistant_tui.transport.in_process import ASGIApp

LATEST = 0.15
"""Seconds that an answer takes at most."""
_ANSWERS = (
    (500, b'{"error": {"message": "oh"}}'),
    (429, b"{}"),
    (503, b""),
    (403, b"{}"),
    (404, b'{"error": {"message": "no such"}}'),
    (409, b"{}"),
    (200, b"[1, 2"),
    (200, b'{"object": "list", "data": 5}'),
    (200, json.dumps({"id": "asst_other", "object": "assistant"}).encode()),
)


class ErraticServer:
    """Stands before a server; what it answers depends on its random numbers alone."""

    def __init__(self, server: ASGIApp, random: Random, bad: float = 0.15) -> None:
        """`bad` is the part of the answers that are not the server's own."""
        self._server = server
        self._random = random
        self._bad = bad
        self.calm = False
        """Whether it answers as the server does, at once."""

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        if self.calm:
            await self._server(scope, receive, send)
            return
        await asyncio.sleep(self._random.choice((0, 0, 0.01, self._random.uniform(0, LATEST))))
        mood = self._random.random()
        if mood >= self._bad:
            await self._server(scope, receive, send)
            return
        if mood < self._bad / 3:
            await self._server(scope, receive, _nowhere)  # it was carried out, and nobody knows
        status, body = self._random.choice(_ANSWERS)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _nowhere(message: Any) -> None:
    """Drop an answer."""
