"""Imports the larger part of the API at the first request that needs it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from assistant_tui.server.run_api import RunAPI


class LazyRunAPI:
    """An ASGI application that makes the RunAPI when it is first called."""

    def __init__(self, make: Callable[[], "RunAPI"]) -> None:
        """`make` imports and makes it; it is called in a thread, since that takes long."""
        self._make = make
        self._making = asyncio.Lock()
        self._made: RunAPI | None = None

    async def load(self) -> "RunAPI":
        """What is made once, for all who ask."""
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
            return self._made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        run_api = self._made or await self.load()
        await run_api.router(scope, receive, send)

    async def aclose(self) -> None:
        """Close it, if it was made."""
        async with self._making:
            if self._made is not None:
                await self._made.aclose()
