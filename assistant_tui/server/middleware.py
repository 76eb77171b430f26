"""What holds for every answer, whatever the route: headers, the key, and the last-resort 500."""

import hmac
import logging
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant_tui.core.display import one_line
from assistant_tui.server.errors import envelope
from assistant_tui.server.wire import JSONAnswer

_log = logging.getLogger(__name__)


class Stamp:
    """Gives every answer its request id, and a fault of ours an answer without its traceback.

    Starlette's own handler for faults raises them again after the answer, which in process would
    reach the caller instead of the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        request_id = f"req_{secrets.token_hex(16)}"
        started = False

        async def stamped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["openai-version"] = "2020-10-01"
                headers["openai-processing-ms"] = str(round((time.perf_counter() - begun) * 1000))
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception:
            asked = one_line(f"{scope['method']} {scope['path']}")
            _log.exception("%s failed (%s)", asked, request_id)
            if started:
                raise
            await _fault(request_id)(scope, receive, stamped)


def _fault(request_id: str) -> JSONAnswer:
    message = f"The server had an error while processing your request (request {request_id})."
    return JSONAnswer(envelope(message, kind="server_error"), status_code=500)


class KeyCheck:
    """Lets nobody in without the key."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        self._key = api_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONAnswer | None:
        # Header values are bytes that Starlette reads as Latin-1: this gets the bytes back.
        header = Headers(scope=scope).get("authorization", "").encode("latin-1")
        scheme, _, key = header.partition(b" ")
        key = key.strip()
        if scheme.lower() != b"bearer" or not key:
            message = "You didn't provide an API key: send it as 'Authorization: Bearer KEY'."
            return JSONAnswer(envelope(message), status_code=401)
        if not hmac.compare_digest(key, self._key):
            message = "Incorrect API key provided."
            return JSONAnswer(envelope(message, code="invalid_api_key"), status_code=401)
        return None
