"""Routes whose methods are answered by handlers, and what handlers share."""

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.http.requests import BodyReader
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import Store

if TYPE_CHECKING:
    from assistant_tui.server.vector_stores.text_search import TextSearch

Handler = Callable[[Request], Awaitable[Response]]


class Backing:
    """What the handlers of one application work on."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.executor = StoreExecutor()
        """Where the store is called: its calls block."""
        self.bodies = BodyReader()
        self.contents = FileContents(store.files_folder)
        """Of the uploaded files."""

    @cached_property
    def text_search(self) -> "TextSearch":
        """In the vector stores; imported by the first who needs it."""
        from assistant_tui.server.vector_stores.text_search import TextSearch

        return TextSearch(self.store, self.contents)

    def close(self) -> None:
        """Let go of what the search has begun, before the store is closed."""
        if "text_search" in vars(self):
            self.text_search.close()


def route(path: str, **handlers: Handler) -> Route:
    """One route for all methods of a path, so that a 405 names them all."""

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await handlers[method](request)

    return Route(path, endpoint, methods=list(handlers))
