"""Makes responses: objects and lists as JSON, and for each exception the error that is sent."""

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from assistant_tui.server.errors import (
    ApiError,
    CallerGone,
    DamagedRow,
    ServerBusy,
    StoreBusy,
    StoreError,
    UnknownCursor,
    envelope,
)
from assistant_tui.server.store.interface import ObjectKind
from assistant_tui.server.store.paging import Json, StoredPage

_RETRY_SECONDS = 1
"""What a client is asked to wait before it sends a request again that met a lock."""


class JSONResponse(Response):
    """JSON in UTF-8, with text as it was sent."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body; with escapes alone where a text has a lone surrogate."""
        try:
            return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:  # a lone surrogate: only an escape can carry it
            return json.dumps(content, separators=(",", ":")).encode()


def list_response(page: StoredPage) -> Response:
    """A page as the API sends it."""
    ids = [each["id"] for each in page.data]
    return JSONResponse(
        {
            "object": "list",
            "data": page.data,
            "first_id": ids[0] if ids else None,
            "last_id": ids[-1] if ids else None,
            "has_more": page.has_more,
        }
    )


def object_response(kind: ObjectKind, object_id: str, found: Json | None) -> Response:
    """An object, or what is said about it. Raises ApiError, of status 404, for None."""
    return JSONResponse(required(kind, object_id, found))


def required(kind: ObjectKind, object_id: str, found: Json | None) -> Json:
    """The object that was found. Raises ApiError, of status 404, for None."""
    if found is None:
        raise ApiError(f"No {kind.noun} found with id '{object_id}'.", status=404)
    return found


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    body = envelope(error.message, param=error.param, code=error.code)
    # What is left of a request that did not come in time, or never ends, is not waited for.
    headers = {"connection": "close"} if error.status in (408, 413) else None
    return JSONResponse(body, status_code=error.status, headers=headers)


async def _unknown_cursor(request: Request, error: Exception) -> Response:
    assert isinstance(error, UnknownCursor)
    message = f"Invalid '{error.param}': no {error.noun} found with id '{error.cursor}'."
    body = envelope(message, param=error.param, code="invalid_value")
    return JSONResponse(body, status_code=400)


async def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = "Invalid URL" if error.status_code == 404 else error.detail
    body = envelope(f"{what} ({request.method} {request.scope['path']})")
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


async def _client_disconnected(request: Request, error: Exception) -> Response:
    return JSONResponse(envelope("The request was not sent to its end."), status_code=400)


async def _caller_gone(request: Request, error: Exception) -> Response:
    return JSONResponse(envelope("The client has left; nothing was changed."), status_code=499)


async def _busy(request: Request, error: Exception) -> Response:
    body = envelope(str(error), kind="server_error", code="busy")
    # What is left of a request that is not read is not waited for.
    headers = {"retry-after": str(_RETRY_SECONDS), "connection": "close"}
    return JSONResponse(body, status_code=503, headers=headers)


async def _store_busy(request: Request, error: Exception) -> Response:
    return await _busy(request, ServerBusy(f"{error}; nothing was changed"))


async def _store_fails(request: Request, error: Exception) -> Response:
    return JSONResponse(envelope(str(error), kind="server_error"), status_code=503)


async def _damaged(request: Request, error: Exception) -> Response:
    return JSONResponse(envelope(str(error), kind="server_error"), status_code=500)


EXCEPTION_HANDLERS: Mapping[Any, Callable[[Request, Exception], Coroutine[Any, Any, Response]]] = {
    ApiError: _api_error,
    UnknownCursor: _unknown_cursor,
    HTTPException: _no_such_route,
    ClientDisconnect: _client_disconnected,
    CallerGone: _caller_gone,
    ServerBusy: _busy,
    StoreBusy: _store_busy,
    StoreError: _store_fails,
    DamagedRow: _damaged,
}
"""What a request is answered with when one of these is raised, by the class that fits best."""
