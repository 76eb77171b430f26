"""A scripted server, and a client before it that never sleeps."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from assistant_tui.api.client import AssistantsClient
from assistant_tui.transport.endpoint import Endpoint
from tests.fakeserver.server import FakeServer

KEY = "sk-very-secret-0123456789"
ASSISTANT = '{"id": "asst_1", "object": "assistant", "created_at": 1700000000, "model": "m"}'


@dataclass(frozen=True)
class Reply:
    """What the server answers once."""

    status: int = 200
    body: str | bytes | httpx.AsyncByteStream = ASSISTANT
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> httpx.Response:
        headers = [(name.encode(), text.encode("latin-1")) for name, text in self.headers.items()]
        return httpx.Response(self.status, headers=headers, **self._content())

    def _content(self) -> dict[str, Any]:
        if isinstance(self.body, httpx.AsyncByteStream):
            return {"stream": self.body}
        return {"content": self.body}


class ScriptedServer(FakeServer):
    """Answers with one reply after the other, the last for ever, whatever is asked."""

    def __init__(self, *replies: Reply | Exception) -> None:
        super().__init__(self._reply)
        self._replies = list(replies)
        self.waits: list[float] = []
        """How long its client would have waited."""

    def _reply(self, request: httpx.Request) -> httpx.Response:
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply.response()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]

    @property
    def last(self) -> httpx.Request:
        return self.requests[-1]


@asynccontextmanager
async def client(
    script: ScriptedServer,
    base_url: str = "https://server.test/v1",
    *,
    largest_body: int = 1_000_000,
    **endpoint: Any,
) -> AsyncIterator[AssistantsClient]:
    """A client of the scripted server; waits are noted in the script."""
    transport = httpx.MockTransport(script.respond)
    async with AssistantsClient(
        Endpoint(base_url, transport=transport, **endpoint),
        sleep=script.sleep,
        random=lambda: 0.0,
        largest_body=largest_body,
    ) as opened:
        yield opened


class KeyRing:
    """A source of keys that hands out the next one when asked again."""

    def __init__(self, *keys: str | None) -> None:
        self._keys = list(keys)
        self.asked_again = 0

    async def __call__(self, *, again: bool = False) -> str | None:
        if again:
            self.asked_again += 1
            if len(self._keys) > 1:
                self._keys.pop(0)
        return self._keys[0]


Action = Callable[[AssistantsClient], Awaitable[object]]

READS: dict[str, Action] = {
    "list": lambda opened: opened.list(),
    "retrieve": lambda opened: opened.retrieve("asst_1"),
    "models": lambda opened: opened.models(),
    "files": lambda opened: opened.files(),
    "vector_stores": lambda opened: opened.vector_stores(),
}
DELETIONS: dict[str, Action] = {"delete": lambda opened: opened.delete("asst_1")}
WRITES: dict[str, Action] = {
    "create": lambda opened: opened.create({"model": '"m"'}),
    "modify": lambda opened: opened.modify("asst_1", {"name": '"n"'}),
}
