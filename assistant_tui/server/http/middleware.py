"""What every route has in common: response headers, keys, access, and the 500 for a fault."""

import asyncio
import hmac
import logging
import secrets
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant_tui.core.safe_text import one_line
from assistant_tui.server.errors import ApiError, envelope
from assistant_tui.server.http.access import AccessPolicy, is_preflight
from assistant_tui.server.http.responses import JSONResponse
from assistant_tui.server.store.executor import StoreExecutor

_log = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Adds a request id to every response, and answers unexpected exceptions without a traceback.

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
                _add_headers(message, request_id, time.perf_counter() - begun)
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception:
            asked = one_line(f"{scope['method']} {scope['path']}")
            _log.exception("%s failed (%s)", asked, request_id)
            if started:
                raise
            await _fault(request_id)(scope, receive, stamped)


def _add_headers(start: Message, request_id: str, seconds: float) -> None:
    headers = MutableHeaders(scope=start)
    headers["x-request-id"] = request_id
    headers["openai-version"] = "2020-10-01"
    headers["openai-processing-ms"] = str(round(seconds * 1000))


def _fault(request_id: str) -> JSONResponse:
    message = f"The server had an error while processing your request (request {request_id})."
    return JSONResponse(envelope(message, kind="server_error"), status_code=500)


class ApiKeyMiddleware:
    """Answers 401 to requests without the API key."""

    def __init__(self, app: ASGIApp, api_key: str) -> None:
        self._app = app
        # A key from the environment may hold bytes that are no UTF-8.
        self._key = api_key.encode("utf-8", "surrogateescape")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        # Header values are bytes that Starlette reads as Latin-1: this gets the bytes back.
        header = Headers(scope=scope).get("authorization", "").encode("latin-1")
        scheme, _, key = header.partition(b" ")
        key = key.strip()
        if scheme.lower() != b"bearer" or not key:
            message = "You didn't provide an API key: send it as 'Authorization: Bearer KEY'."
            return JSONResponse(envelope(message), status_code=401)
        if not hmac.compare_digest(key, self._key):
            message = "Incorrect API key provided."
            return JSONResponse(envelope(message, code="invalid_api_key"), status_code=401)
        return None


class LeavingMiddleware:
    """Tells the store's executor when the client of a write leaves before the answer."""

    def __init__(self, app: ASGIApp, executor: StoreExecutor) -> None:
        self._app = app
        self._executor = executor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "DELETE"):
            await self._app(scope, receive, send)
            return
        task = asyncio.current_task()
        assert task is not None
        messages = _Messages(receive, has_body=_has_body(scope))
        watch = asyncio.create_task(self._watch(messages, task))
        try:
            await self._app(scope, messages.receive, send)
        finally:
            watch.cancel()

    async def _watch(self, messages: "_Messages", task: "asyncio.Task[Any]") -> None:
        await messages.client_left()
        self._executor.leave(task)


class _Messages:
    """What an application receives: a body, and after it the end of the connection."""

    def __init__(self, receive: Receive, *, has_body: bool) -> None:
        self._receive = receive
        self._unread: Message | None = None
        self._read = asyncio.Event()
        """Nothing of the body is left to be read."""
        self._left = asyncio.Event()
        if not has_body:
            self._unread = {"type": "http.request", "body": b"", "more_body": False}
            self._read.set()

    async def receive(self) -> Message:
        """The next message for the application."""
        if self._unread is not None and not self._left.is_set():
            message, self._unread = self._unread, None
            return message
        if self._read.is_set():
            await self._left.wait()
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._left.set()
        if not message.get("more_body", False):
            self._read.set()
        return message

    async def client_left(self) -> None:
        """Return when the client leaves, once the body was read."""
        await self._read.wait()
        while not self._left.is_set():
            if (await self._receive())["type"] == "http.disconnect":
                self._left.set()


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


_PREFLIGHT_SECONDS = 600
_READABLE = "x-request-id, openai-version, openai-processing-ms, retry-after"
"""Headers of an answer that a page may read, beyond those that browsers always show."""


class CorsMiddleware:
    """Adds the CORS headers with which pages of allowed origins may read responses."""

    def __init__(self, app: ASGIApp, access: AccessPolicy) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if origin is not None and self._access.allows(origin):
                    headers["access-control-allow-origin"] = origin
                    headers["access-control-expose-headers"] = _READABLE
            await send(message)

        if scope["type"] != "http" or not self._access.origins:
            await self._app(scope, receive, send)
            return
        origins = Headers(scope=scope).getlist("origin")
        origin = origins[0] if len(origins) == 1 else None
        await self._app(scope, receive, shared)


class AccessMiddleware:
    """Answers 403 or 415 to what the policy refuses, and preflight requests to what it allows."""

    def __init__(self, app: ASGIApp, access: AccessPolicy, upload_path: str) -> None:
        """`upload_path` is the one path to which forms are sent rather than JSON."""
        self._app = app
        self._access = access
        self._upload_path = upload_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        try:
            takes_form = scope["path"] == self._upload_path
            self._access.check(scope["method"], headers, takes_form=takes_form)
        except ApiError as error:
            body = envelope(error.message, code=error.code)
            return JSONResponse(body, status_code=error.status)
        return _preflight_response(headers) if is_preflight(scope["method"], headers) else None


def _preflight_response(asked: Headers) -> Response:
    """The answer to a preflight: an allowed page may send whatever headers its program wants."""
    headers = {
        "access-control-allow-methods": "GET, HEAD, POST, DELETE",
        "access-control-allow-headers": asked.get(
            "access-control-request-headers", "authorization, content-type"
        ),
        "access-control-max-age": str(_PREFLIGHT_SECONDS),
        "vary": "Access-Control-Request-Headers, Access-Control-Request-Private-Network",
    }
    if asked.get("access-control-request-private-network") == "true":
        headers["access-control-allow-private-network"] = "true"
    return Response(status_code=204, headers=headers)
