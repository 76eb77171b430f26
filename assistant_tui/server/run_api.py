"""Threads, runs and models, files and vector stores: all of the API beside assistants.

It takes long to import, and those who use assistants alone do without: see `LazyRunAPI`.
"""

from collections.abc import Callable, Sequence

from starlette.routing import Route, Router

from assistant_tui.server.http.routing import Backing
from assistant_tui.server.routes.file_batches import FileBatchRoutes
from assistant_tui.server.routes.files import FileRoutes
from assistant_tui.server.routes.models import ModelRoutes
from assistant_tui.server.routes.runs import RunRoutes
from assistant_tui.server.routes.threads import ThreadRoutes
from assistant_tui.server.routes.vector_store_files import VectorStoreFileRoutes
from assistant_tui.server.routes.vector_stores import VectorStoreRoutes
from assistant_tui.server.runs.backends import Backends
from assistant_tui.server.runs.executor import RunExecutor
from assistant_tui.server.runs.lease_watch import LeaseWatch
from assistant_tui.server.runs.models import ChatModels
from assistant_tui.server.runs.service import RunService

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "o3-mini")
"""What `/models` lists if there is nothing else; an assistant may name any other."""


class RunAPI:
    """The routes, and what works for them."""

    def __init__(
        self,
        backing: Backing,
        prefix: str,
        models: Sequence[str],
        make_chat_models: Callable[[], ChatModels] | None,
        clock: Callable[[], float],
    ) -> None:
        """As :func:`assistant_tui.server.app.create_app`."""
        self._text_search = backing.text_search
        self._chat_models = make_chat_models() if make_chat_models else Backends(local_servers=())
        runs = RunExecutor(backing, self._chat_models, clock)
        self._runs = RunService(runs, LeaseWatch(backing, runs, clock), clock)
        parts = (
            FileRoutes(backing),
            VectorStoreRoutes(backing),
            VectorStoreFileRoutes(backing),
            FileBatchRoutes(backing),
            RunRoutes(backing, self._runs, runs.log),
            ThreadRoutes(backing, self._runs),
            ModelRoutes(models, MODELS, self._chat_models),
        )
        # The first route that fits a path answers.
        routes: list[Route] = [route for part in parts for route in part.routes(prefix)]
        self.router = Router(routes, redirect_slashes=False)

    def start(self) -> None:
        """See to what an earlier process has left: its runs, and files that are half read."""
        self._runs.start()
        self._text_search.wake()

    async def aclose(self) -> None:
        """End the runs, and close the connections to the models."""
        try:
            await self._runs.close()
        finally:
            await self._chat_models.aclose()
