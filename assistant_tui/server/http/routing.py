"""Routes whose methods are answered by handlers, and what handlers share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.http.requests import BodyReader
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import Store

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Backing:
    """What the handlers of one application work on."""

    store: Store
    executor: StoreExecutor = field(default_factory=StoreExecutor)
    """Where the store is called: its calls block."""
    bodies: BodyReader = field(default_factory=BodyReader)


def route(path: str, **handlers: Handler) -> Route:
    """One route for all methods of a path, so that a 405 names them all."""

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await handlers[method](request)

    return Route(path, endpoint, methods=list(handlers))
