"""An Assistants server that only lists, and takes its time: what a distant one feels like.

``python -m benchmarks.delayed_server COUNT SECONDS`` prints its URL and serves until it is
interrupted. It runs in a process of its own, so that no client waits for its work.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def _assistant(number: int) -> dict[str, object]:
    """One assistant of about 900 bytes."""
    return {
        "id": _identity(number),
        "object": "assistant",
        "created_at": 1_700_000_000 + number,
        "name": f"Assistant number {number}",
        "description": "Listed by the benchmarks",
        "model": "gpt-4o",
        "instructions": "Answer in one sentence, and say where it comes from. " * 10,
        "tools": [{"type": "code_interpreter"}],
        "tool_resources": {"code_interpreter": {"file_ids": []}},
        "metadata": {},
        "top_p": 1.0,
        "temperature": 1.0,
        "response_format": "auto",
    }


def _identity(number: int) -> str:
    return f"asst_{number:020d}"


class DelayedServer:
    """An ASGI application; the assistants are rendered once, the pages put together from them."""

    def __init__(self, count: int, seconds: float) -> None:
        """``count`` assistants, ``seconds`` before each answer."""
        self._rendered = [json.dumps(_assistant(number)).encode() for number in range(count)]
        self._seconds = seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers any GET of a path that ends in ``/assistants`` with a page."""
        if scope["type"] != "http":
            return
        await asyncio.sleep(self._seconds)
        found = scope["method"] == "GET" and scope["path"].endswith("/assistants")
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"]).items()}
        body = self.page(query) if found else b'{"error": {"message": "not served"}}'
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        status = 200 if found else 404
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def page(self, query: dict[bytes, bytes]) -> bytes:
        """One page; ``after`` and ``before`` are ids, ``order`` is newest first by default."""
        limit = int(query.get(b"limit", b"20"))
        numbers = range(len(self._rendered))
        if query.get(b"order", b"desc") == b"desc":
            numbers = numbers[::-1]
        if after := query.get(b"after"):
            numbers = numbers[numbers.index(_number(after)) + 1 :]
        if before := query.get(b"before"):
            numbers = numbers[: numbers.index(_number(before))]
        chosen = numbers[-limit:] if before and not after else numbers[:limit]
        edges = (_identity(chosen[0]), _identity(chosen[-1])) if chosen else (None, None)
        rest = {
            "first_id": edges[0],
            "last_id": edges[1],
            "has_more": len(chosen) < len(numbers),
        }
        data = b",".join([self._rendered[number] for number in chosen])
        return b'{"object":"list","data":[' + data + b"]," + json.dumps(rest).encode()[1:]


def _number(identity: bytes) -> int:
    return int(identity.removeprefix(b"asst_"))


def main() -> None:
    """Listens on a free port of this machine."""
    application = DelayedServer(int(sys.argv[1]), float(sys.argv[2]))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", flush=True)
        config = uvicorn.Config(
            # What uvicorn would take instead, where it is installed, is faster.
            application,
            log_level="error",
            lifespan="off",
            loop="asyncio",
            http="h11",
            ws="none",
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
