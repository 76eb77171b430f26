"""The Assistants API as an ASGI application over any store.

The calls of a store block: they run in threads, so that the event loop goes on.
"""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from assistant_tui.server.http.access import AccessPolicy
from assistant_tui.server.http.middleware import (
    AccessMiddleware,
    ApiKeyMiddleware,
    CorsMiddleware,
    RequestIdMiddleware,
)
from assistant_tui.server.http.responses import EXCEPTION_HANDLERS
from assistant_tui.server.http.routing import Backing
from assistant_tui.server.routes.assistants import AssistantRoutes
from assistant_tui.server.routes.file_batches import FileBatchRoutes
from assistant_tui.server.routes.files import FileRoutes
from assistant_tui.server.routes.models import ModelRoutes
from assistant_tui.server.routes.runs import RunRoutes
from assistant_tui.server.routes.threads import ThreadRoutes
from assistant_tui.server.routes.vector_store_files import VectorStoreFileRoutes
from assistant_tui.server.routes.vector_stores import VectorStoreRoutes
from assistant_tui.server.runs.backends import Backends
from assistant_tui.server.runs.event_log import EventLog
from assistant_tui.server.runs.executor import RunExecutor
from assistant_tui.server.runs.lease_watch import LeaseWatch
from assistant_tui.server.runs.models import ChatModels
from assistant_tui.server.runs.service import RunService
from assistant_tui.server.store.interface import Store
from assistant_tui.server.vector_stores.text_search import TextSearch

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "o3-mini")
"""What `/models` lists if there is nothing else; an assistant may name any other."""


def create_app(
    store: Store,
    *,
    models: Sequence[str],
    api_key: str | None = None,
    prefix: str = "",
    access: AccessPolicy | None = None,
    chat_models: ChatModels | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """The application, its routes below `prefix` (`/v1` on a socket, nothing in process).

    `models` is what `/models` lists; if it is empty, MODELS is. With an `api_key` every
    request must carry it. `access` says who may call; None, in process only, is everyone.
    `chat_models` answer in runs, and `/models` lists them, too; without them each run fails
    and says so. Served on a socket, the application closes them. The store stays the caller's to
    close, after `app.state.text_search`, which reads files, and `app.state.runs`, which ends
    the runs.
    """
    backing = Backing(store)
    chat_models = chat_models or Backends(local_servers=())
    runs = RunExecutor(backing, chat_models, clock)
    service = RunService(runs, LeaseWatch(backing, runs, clock), clock)
    routes = [
        *_routes(prefix, backing, service, runs.log),
        *ModelRoutes(models, MODELS, chat_models).routes(prefix),
    ]
    app = Starlette(
        routes=routes,
        middleware=_middleware(api_key, access, f"{prefix}/files"),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=partial(_lifespan, service, chat_models, backing.text_search),
    )
    app.state.runs = service
    app.state.text_search = backing.text_search
    # A redirect has no error envelope, and the API has no paths that end in a slash.
    app.router.redirect_slashes = False
    return app


def _routes(prefix: str, backing: Backing, service: RunService, log: EventLog) -> list[Route]:
    """All that the store is asked for; the first route that fits a path answers."""
    parts = (
        AssistantRoutes(backing),
        FileRoutes(backing),
        VectorStoreRoutes(backing),
        VectorStoreFileRoutes(backing),
        FileBatchRoutes(backing),
        RunRoutes(backing, service, log),
        ThreadRoutes(backing, service),
    )
    return [route for part in parts for route in part.routes(prefix)]


@asynccontextmanager
async def _lifespan(
    runs: RunService, chat_models: ChatModels, text_search: TextSearch, app: Starlette
) -> AsyncIterator[None]:
    """Watch over the runs of the store while the application is served on a socket.

    Files that an earlier process has left half read are read.
    """
    runs.start()
    text_search.wake()
    try:
        yield
    finally:
        text_search.close()
        await runs.close()
        await chat_models.aclose()


def _middleware(
    api_key: str | None, access: AccessPolicy | None, upload_path: str
) -> list[Middleware]:
    """From the outside in: a fault's answer, too, is for the page that asked."""
    key_check = [] if api_key is None else [Middleware(ApiKeyMiddleware, api_key=api_key)]
    if access is None:
        return [Middleware(RequestIdMiddleware), *key_check]
    return [
        Middleware(CorsMiddleware, access=access),
        Middleware(RequestIdMiddleware),
        Middleware(AccessMiddleware, access=access, upload_path=upload_path),
        *key_check,
    ]
