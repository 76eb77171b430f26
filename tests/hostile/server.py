"""A server that says what it is told to say, byte for byte, and keeps what it is sent."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from assistant_tui.core.document import compose, members

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
        self.refusal: tuple[int, Iterable[tuple[bytes, bytes]], bytes] | None = None
        """What to answer to every write."""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method, path = scope["method"], scope["path"]
        body = (await receive()).get("body", b"")
        status, headers, answer = self._answer(method, path, body.decode(errors="surrogateescape"))
        sent = [(b"content-type", b"application/json"), *headers]
        await send({"type": "http.response.start", "status": status, "headers": sent})
        await send({"type": "http.response.body", "body": answer})

    def _answer(
        self, method: str, path: str, body: str
    ) -> tuple[int, Iterable[tuple[bytes, bytes]], bytes]:
        name, _, identity = path.strip("/").partition("/")
        if method != "GET" and self.refusal is not None:
            return self.refusal
        if name != "assistants":
            listed = self.lists.get(name)
            return (404, (), b"{}") if listed is None else (200, (), listed.encode())
        if method == "POST":
            self.bodies.append(members(body))
            identity = identity or f"asst_new{len(self.held)}"
            held = members(self.held.get(identity, f'{{"id": {json.dumps(identity)}}}'))
            self.held[identity] = compose({**held, **members(body)})
        if method == "DELETE":
            self.held.pop(identity, None)
            return 200, (), b'{"deleted": true}'
        if not identity:
            return 200, (), f'{{"data": [{", ".join(self.held.values())}]}}'.encode()
        if identity not in self.held:
            return 404, (), b'{"error": {"message": "gone"}}'
        return 200, (), self.held[identity].encode(errors="surrogateescape")


def _id_of(text: str) -> str:
    return str(json.loads(members(text)["id"]))
