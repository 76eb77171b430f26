"""The Assistants API as an ASGI application over any store.

The calls of a store block: they run in threads, so that the event loop goes on.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware

from assistant_tui.server.http.access import AccessPolicy
from assistant_tui.server.http.middleware import (
    AccessMiddleware,
    ApiKeyMiddleware,
    CorsMiddleware,
    LeavingMiddleware,
    RequestIdMiddleware,
)
from assistant_tui.server.http.responses import EXCEPTION_HANDLERS
from assistant_tui.server.http.routing import Backing
from assistant_tui.server.routes.assistants import AssistantRoutes
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import Store

if TYPE_CHECKING:
    from assistant_tui.server.run_api import RunAPI
    from assistant_tui.server.runs.models import ChatModels

import asyncio
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


def create_app(
    store: Store,
    *,
    models: Sequence[str],
    api_key: str | None = None,
    prefix: str = "",
    access: AccessPolicy | None = None,
    make_chat_models: "Callable[[], ChatModels] | None" = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The application, its routes below `prefix` (`/v1` on a socket, nothing in process).

    `models` is what `/models` lists; if it is empty, a few examples are. With an `api_key` every
    request must carry it. `access` says who may call; None, in process only, is everyone.
    `make_chat_models` makes what answers in runs, and `/models` lists them, too; without it each
    run fails and says so. It is called at the first request that is not about assistants: all that
    such requests need is imported then, or, on a socket, before the first one is answered.

    `app.state.close` ends what the application does by itself; on a socket it does so at its end.
    The store stays the caller's to close, after that.
    """
    backing = Backing(store)

    def make_run_api() -> "RunAPI":
        from assistant_tui.server.run_api import RunAPI

        return RunAPI(backing, prefix, models, make_chat_models, clock)

    run_api = LazyRunAPI(make_run_api)
    app = Starlette(
        routes=AssistantRoutes(backing).routes(prefix),
        middleware=_middleware(api_key, access, f"{prefix}/files", backing.executor),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=partial(_lifespan, backing, run_api),
    )
    app.state.close = partial(_close, backing, run_api)
    # A redirect has no error envelope, and the API has no paths that end in a slash.
    app.router.redirect_slashes = False
    app.router.default = run_api
    return app


@asynccontextmanager
async def _lifespan(backing: Backing, run_api: LazyRunAPI, app: Starlette) -> AsyncIterator[None]:
    """Go on with what an earlier process has left, while the application is served on a socket."""
    (await run_api.load()).start()
    try:
        yield
    finally:
        await _close(backing, run_api)


async def _close(backing: Backing, run_api: LazyRunAPI) -> None:
    """End the reading of files, which needs the store, and the runs."""
    backing.close()
    await run_api.aclose()


def _middleware(
    api_key: str | None, access: AccessPolicy | None, upload_path: str, executor: StoreExecutor
) -> list[Middleware]:
    """From the outside in: a fault's answer, too, is for the page that asked."""
    leaving = Middleware(LeavingMiddleware, executor=executor)
    key_check = [] if api_key is None else [Middleware(ApiKeyMiddleware, api_key=api_key)]
    if access is None:
        return [Middleware(RequestIdMiddleware), *key_check, leaving]
    return [
        Middleware(CorsMiddleware, access=access),
        Middleware(RequestIdMiddleware),
        Middleware(AccessMiddleware, access=access, upload_path=upload_path),
        *key_check,
        leaving,
    ]
