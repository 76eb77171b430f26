"""An erratic server: late, busy, broken, or answering what nobody can read."""

import asyncio
import json
from random import Random

import httpx

from assistant_tui.transport.in_process import ASGIApp
from tests.fakeserver.deviations import answer
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.server import ANY

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


class ErraticServer(InProcessServer):
    """A server before another; what it answers depends on its random numbers alone."""

    def __init__(self, app: ASGIApp, random: Random, bad: float = 0.15) -> None:
        """`bad` is the part of the answers that are not the app's own."""
        super().__init__(app)
        self.deviations[ANY] = self._deviate
        self._random = random
        self._bad = bad
        self.calm = False
        """Whether it answers as the app does, at once."""

    async def _deviate(self, request: httpx.Request) -> httpx.Response | None:
        if self.calm:
            return None
        await asyncio.sleep(self._random.choice((0, 0, 0.01, self._random.uniform(0, LATEST))))
        mood = self._random.random()
        if mood >= self._bad:
            return None
        if mood < self._bad / 3:
            await self.carry_out(request)  # and nobody knows
        status, body = self._random.choice(_ANSWERS)
        return answer(body, status)
