"""A fake server before an ASGI app of this process, such as the program's own server."""

from collections.abc import Callable

import httpx

from assistant_tui.transport.in_process import ASGIApp, in_process
from tests.fakeserver.deviations import answer
from tests.fakeserver.server import ANY, FakeServer


class InProcessServer(FakeServer):
    """Hands to the app what no deviation answers."""

    def __init__(self, app: ASGIApp) -> None:
        transport = in_process(app).transport
        assert transport is not None
        super().__init__(transport.handle_async_request)
        self.deviations[ANY] = self._refuse
        self.refuse: Callable[[str, str], tuple[int, bytes] | None] = lambda method, path: None
        """The status and the body to answer with in the place of the app, by method and path."""

    def write_paths(self) -> list[str]:
        """The method and path of each write that arrived."""
        writes = [request for request in self.requests if request.method != "GET"]
        return [f"{request.method} {request.url.path}" for request in writes]

    def _refuse(self, request: httpx.Request) -> httpx.Response | None:
        told = self.refuse(request.method, request.url.path)
        return None if told is None else answer(told[1], told[0])
