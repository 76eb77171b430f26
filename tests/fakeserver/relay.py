"""A fake server on a socket before a sound one, which carries out what no deviation answers."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

import httpx

from tests.fakeserver.deviations import answer
from tests.fakeserver.requests import Json
from tests.fakeserver.server import FakeServer
from tests.fakeserver.sockets import serving
from tests.limits import LIMIT


class RelayServer(FakeServer):
    """A fake server at `url` before the one at `behind`; others can be at work on that, too."""

    def __init__(self, behind: str) -> None:
        super().__init__(self.pass_on)
        self.url = ""
        self._behind = httpx.Client(base_url=behind.removesuffix("/v1"), timeout=LIMIT)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Listen."""
        self._stack.enter_context(self._behind)
        self.url = f"{self._stack.enter_context(serving(self))}/v1"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and say what went wrong here; the program must have been ended."""
        self._stack.__exit__(kind, error, trace)

    def pass_on(self, request: httpx.Request) -> httpx.Response:
        """Have a request carried out as it is, but for its headers."""
        path = request.url.raw_path.decode()
        kind = {"content-type": "application/json"}
        done = self._behind.request(
            request.method, path, content=request.content or None, headers=kind
        )
        return answer(done.content, done.status_code)

    def held(self) -> list[Json]:
        """What the sound server has, newest first."""
        found: list[Json] = self._elsewhere("GET", "").json()["data"]
        return found

    def make(self, name: str, **members: object) -> str:
        """Somebody else creates an assistant; its id."""
        made = self._elsewhere("POST", "", {"name": name, "model": "gpt-4o", **members}).json()
        return str(made["id"])

    def change(self, identity: str, **members: object) -> None:
        """Somebody else changes an assistant."""
        self._elsewhere("POST", f"/{identity}", members)

    def remove(self, identity: str) -> None:
        """Somebody else deletes an assistant."""
        self._elsewhere("DELETE", f"/{identity}")

    def _elsewhere(self, method: str, path: str, body: Json | None = None) -> httpx.Response:
        """Ask the sound server; what others ask is not written down."""
        return self._behind.request(method, f"/v1/assistants{path}", json=body).raise_for_status()
