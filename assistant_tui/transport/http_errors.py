"""Makes an error of `core/errors.py` from an answer whose status reports no success."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from assistant_tui.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotServed,
    Offline,
    RateLimited,
    ServerFault,
    ServiceError,
    TimedOut,
    Unauthorized,
    Unreadable,
)
from assistant_tui.core.json_text import read_json
from assistant_tui.transport.messages import FailedAttempt, Response
from assistant_tui.transport.retries import read_retry_after, read_should_retry, read_told_wait

_RAW_LIMIT = 200
_MESSAGE_LIMIT = 2_000
_NAME_LIMIT = 200
_DEEPEST = 4
_MESSAGE_MEMBERS = ("error", "detail", "message", "msg")
"""The members in which servers put their message, the most specific first."""
_NOTHING = ("", "None", "null")
_REQUEST_PARTS = ("body", "query", "path")
_ABSENT_ROUTE = (404, 405, 410, 501)
_SWITCHED_OFF = "OpenAI switched its Assistants API off on 2026-08-26"


class RequestContext(NamedTuple):
    """What of a request is needed to tell what a refusal of it means."""

    method: str
    host: str
    path: str
    names_object: bool
    """The path ends in the id of one assistant, so that a 404 is about that id."""
    has_cursor: bool = False
    """A list from a cursor on: a 404 is about the cursor."""


class ErrorBody(NamedTuple):
    """What a server says in the body of an answer."""

    message: str = ""
    param: str | None = None
    code: str | None = None


def read_error_body(text: str) -> ErrorBody:
    """Read a server's words out of a body in any of the forms in use; empty where there are none.

    Known are `error.message`, `error`, `detail` (a text, or FastAPI's list of `{loc, msg}`) and
    `message`, which may hold such a `detail`; also within an array, as Google sends them.
    """
    try:
        value = read_json(text)
    except ValueError:
        return ErrorBody()
    if "error" in (first := _first(value)):
        value = first
    message = _message_in(value)[:_MESSAGE_LIMIT]
    inner = value if isinstance(value, dict) else {}
    if isinstance(inner.get("error"), dict):
        inner = inner["error"]
    detail = _detail(inner)
    param, code = _said(inner.get("param")), _said(inner.get("code"))
    if inner.get("type") == "insufficient_quota":
        code = inner["type"]
    if code is None:
        code = _first(detail).get("type")
    param = param if isinstance(param, str) else _field_path(detail)
    return ErrorBody(
        message,
        param and param[:_NAME_LIMIT],
        str(code)[:_NAME_LIMIT] if isinstance(code, str | int) else None,
    )


def _said(value: Any) -> Any:
    """A member; None also where it is written as a text, as Python programs do."""
    return None if isinstance(value, str) and value in _NOTHING else value


def _message_in(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict) and depth < _DEEPEST:
        said = (_message_in(value.get(name), depth + 1) for name in _MESSAGE_MEMBERS)
        return next((text for text in said if text), "")
    if isinstance(value, list) and 0 < depth < _DEEPEST:
        return "; ".join(text for item in value if (text := _message_in_item(item, depth + 1)))
    return ""


def _message_in_item(item: Any, depth: int) -> str:
    field_path, text = _field_path([item]), _message_in(item, depth)
    return f"{field_path}: {text}" if field_path and text else text


def _detail(error: Mapping[str, Any]) -> Any:
    """FastAPI's complaints, which Mistral puts into its message."""
    message = error.get("message")
    inside = message.get("detail") if isinstance(message, dict) else message
    return error.get("detail") or inside


def _first(detail: Any) -> dict[str, Any]:
    """FastAPI's first complaint; an empty one where there is none."""
    first = detail[0] if isinstance(detail, list) and detail else None
    return first if isinstance(first, dict) else {}


def _field_path(detail: Any) -> str | None:
    """The path that FastAPI's first complaint names, without the part of the request it is in."""
    parts = _first(detail).get("loc")
    if not isinstance(parts, list):
        return None
    return ".".join(str(part) for part in parts if part not in _REQUEST_PARTS) or None


def http_error(
    response: Response, context: RequestContext, now: float | None = None
) -> FailedAttempt:
    """Return the error for an answer whose status is not 2xx.

    `now`, in Unix seconds, is what a date in Retry-After is compared with.
    """
    body = read_error_body(response.text)
    kind = _kind(response.status, context, body)
    message = _message(kind, response, context, body)
    at = time.time() if now is None else now
    wait = read_retry_after(response.headers, at)
    if wait is None and kind is RateLimited:
        wait = read_told_wait(message, response.headers, at)
    error = kind(
        message,
        status=response.status,
        param=body.param,
        code=body.code,
        request_id=response.request_id,
        retry_after=wait,
        may_have_arrived=_may_have_acted(response.status),
    )
    return FailedAttempt(error, should_retry=read_should_retry(response.headers))


def _kind(status: int, context: RequestContext, body: ErrorBody) -> type[ServiceError]:
    if status in _ABSENT_ROUTE:
        return _kind_of_absence(status, context, body)
    if status >= 500:
        return ServerFault
    return _KINDS.get(status, Invalid if status >= 400 else Unreadable)


_KINDS: Mapping[int, type[ServiceError]] = {
    401: Unauthorized,
    403: Forbidden,
    407: Offline,
    408: TimedOut,
    409: Conflict,
    429: RateLimited,
}


def _kind_of_absence(status: int, context: RequestContext, body: ErrorBody) -> type[ServiceError]:
    if status != 404:
        return NotServed
    if body.code == "model_not_found":
        return Invalid
    if context.names_object:
        return NotFound
    return Invalid if context.has_cursor else NotServed


def _may_have_acted(status: int) -> bool:
    """A server that failed may have acted before; 301 to 303 are also sent after a success."""
    return status in (301, 302, 303) or (status >= 500 and status != 501)


def _message(
    kind: type[ServiceError], response: Response, context: RequestContext, body: ErrorBody
) -> str:
    said = body.message or _raw(response)
    if kind is NotServed:
        gone = f"{_SWITCHED_OFF}. " if context.host == "api.openai.com" else ""
        return f"{gone}{context.host} does not serve {context.method} {context.path}: {said}"
    if kind is Offline:
        return f"The proxy wants to know who asks ({said}): see proxy in the profile"
    return said


def _raw(response: Response) -> str:
    """The beginning of the body; the status alone where the body is empty or an HTML page."""
    text = response.text.strip()
    if text and not response.is_html:
        return text if len(text) <= _RAW_LIMIT else text[:_RAW_LIMIT] + "…"
    return f"{response.status} {_phrase(response.status)}".strip()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
