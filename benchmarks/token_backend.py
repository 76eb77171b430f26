"""A chat-completions backend that says words at a steady rate, as a model does.

``python -m benchmarks.token_backend`` prints its URL and serves until it is interrupted. The model
says how: ``50x200`` are 200 tokens at 50 a second, ``50x200x40`` such of 40 characters. It runs in
a process of its own.
"""

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def _chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answers a POST of any path with a stream, and a GET with an empty list of models."""
    if scope["type"] != "http":
        return
    if scope["method"] == "GET":
        await _start(send, b"application/json")
        await send({"type": "http.response.body", "body": b'{"object": "list", "data": []}'})
        return
    rate, count, *width = json.loads(await _body(receive))["model"].split("x")
    await _start(send, b"text/event-stream")
    begun = time.perf_counter()
    for number in range(int(count)):
        await asyncio.sleep(begun + number / int(rate) - time.perf_counter())
        part = _chunk({"content": _words(number, int(width[0]) if width else 0)})
        await send({"type": "http.response.body", "body": part, "more_body": True})
    last = _chunk({}, "stop") + b"data: [DONE]\n\n"
    await send({"type": "http.response.body", "body": last})


def _words(number: int, width: int) -> str:
    """One word, or as many as fill a width."""
    word = f"word {number} "
    return (word * (width // len(word) + 1))[:width] if width else word


async def _start(send: Send, content_type: bytes) -> None:
    headers = [(b"content-type", content_type)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def main() -> None:
    """Listens on a free port of this machine."""
    # asyncio writes without delay only where a socket says that it is of TCP.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
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
