"""A fake server that answers with raw JSON, byte for byte, and keeps what it is sent."""

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import unquote

from assistant_tui.core.json_text import compose, members
from tests.fakeserver import sockets
from tests.fakeserver.sockets import Answer, Request

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]


class HostileServer:
    """Assistants as raw JSON; every list and every odd answer can be given as raw JSON, too."""

    def __init__(self, *assistants: str, **lists: str) -> None:
        """`lists` are the JSON texts of `models`, `files` and `vector_stores`."""
        self.held = {_id_of(text): text for text in assistants}
        """The assistants' JSON, by their ids."""
        self.lists = lists
        self.bodies: list[Mapping[str, str]] = []
        """The members of what was sent to be written, as raw JSON."""
        self.refusal: Answer | None = None
        """What to answer to every write."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request in this process."""
        body = (await receive()).get("body", b"")
        status, answer, headers = self.answer(scope["method"], scope["path"], body)
        sent = [(b"content-type", b"application/json"), *headers]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    def answer(self, method: str, path: str, body: bytes, key: str = "") -> Answer:
        """Do what is asked, or refuse it as told; any key will do."""
        name, _, identity = path.partition("?")[0].strip("/").partition("/")
        if method != "GET" and self.refusal is not None:
            return self.refusal
        if name != "assistants":
            return self._list(name)
        if method == "POST":
            return self._write(unquote(identity), members(body.decode(errors="surrogateescape")))
        if method == "DELETE":
            self.held.pop(unquote(identity), None)
            return Answer(200, b'{"deleted": true}')
        if not identity:
            return _sound(f'{{"data": [{", ".join(self.held.values())}]}}')
        held = self.held.get(unquote(identity))
        return Answer(404, b"{}") if held is None else _sound(held)

    def _list(self, name: str) -> Answer:
        listed = self.lists.get(name)
        return Answer(404, b"{}") if listed is None else _sound(listed)

    def _write(self, identity: str, sent: Mapping[str, str]) -> Answer:
        self.bodies.append(sent)
        identity = identity or f"asst_new{len(self.held)}"
        before = members(self.held.get(identity, f'{{"id": {json.dumps(identity)}}}'))
        self.held[identity] = compose({**before, **sent})
        return _sound(self.held[identity])


def _sound(text: str) -> Answer:
    return Answer(200, text.encode(errors="surrogateescape"))


def _id_of(text: str) -> str:
    return str(json.loads(members(text)["id"]))


def on_a_socket(server: HostileServer) -> AbstractContextManager[str]:
    """Serve for another process; the address."""

    def respond(request: Request) -> Answer:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        return server.answer(request.method, request.path, request.body, key)

    return sockets.on_a_socket(respond)
