"""Lets the client speak to a server in this process, over the same road as to any other."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

from assistant_tui.transport.endpoint import Endpoint

_Message = MutableMapping[str, Any]
ASGIApp = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]],
    Awaitable[None],
]


def in_process(app: ASGIApp) -> Endpoint:
    """The endpoint of an ASGI app that serves the API at its root."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return Endpoint(base_url="http://localhost", transport=transport)
