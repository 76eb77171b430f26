"""Reads requests: a body within limits of size and time as strict JSON, and paging parameters."""

import asyncio
import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request

from assistant_tui.server.errors import ApiError, ServerBusy
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.server.validation.checks import number, unsupported_value, wrong_type

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes; ten times what a valid assistant with the longest instructions takes."""

BODY_SECONDS = 60.0
"""For the whole of a body: a client that sends slowly must not hold a connection for ever."""

BODIES_LIMIT = 64 * 1024 * 1024
"""Bytes of all bodies together, those up to SMALL_BODY left out; beyond, a request gets 503."""

SMALL_BODY = 64 * 1024
"""Bytes; read at once on the event loop, where it takes no time that anybody notices."""

DROPPED_LIMIT = 64 * 1024 * 1024
"""Bytes of a body that is too large which are still read; then the connection is closed."""

VALUES_LIMIT = 1_000_000
"""Commas and opening brackets in a body, those inside of text too; each value takes some 60 bytes
of memory, and the longest valid instructions may be 256,000 commas."""

_PARSED_AT_ONCE = 2

_DEPTH_LIMIT = 100
"""Levels of nesting; far below where Python's own JSON reader and writer give up."""


class BodyReader:
    """Reads the bodies of requests into memory, which all of them together share."""

    def __init__(self) -> None:
        self._held = 0
        """Bytes of the bodies that are being read or worked on, small ones left out."""
        self._parsing = asyncio.Semaphore(_PARSED_AT_ONCE)

    async def read_object(
        self, request: Request, check: Callable[[str, Any], None], *, optional: bool = False
    ) -> dict[str, Any]:
        """The body of a request, which must be one JSON object.

        Args:
            request: one of which nothing was read yet.
            check: raises ApiError for an object that will not do.
            optional: whether an empty body stands for an empty object.

        Raises:
            ApiError: it is no such object, is larger than BODY_LIMIT, or takes longer than
                BODY_SECONDS to come.
            ServerBusy: all bodies together take more than BODIES_LIMIT.
        """
        body = bytearray()
        try:
            await self._read_into(body, request)
            if optional and not body:
                return {}
            if len(body) <= SMALL_BODY:
                return _checked(body, check)
            async with self._parsing:
                return await run_in_threadpool(_checked, body, check)
        finally:
            self._drop(body)

    async def _read_into(self, body: bytearray, request: Request) -> None:
        """All that was sent within the limit; the rest is dropped, and the sender gets the
        answer."""
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size <= BODY_LIMIT:
                        self._take(body, chunk)
                        continue
                    self._drop(body)
                    if size > DROPPED_LIMIT:
                        break
        except TimeoutError:
            raise late_body() from None
        if size > BODY_LIMIT:
            message = f"The request body is larger than {BODY_LIMIT} bytes."
            raise ApiError(message, status=413)

    def _take(self, body: bytearray, chunk: bytes) -> None:
        before = _counted(body)
        body += chunk
        self._held += _counted(body) - before
        if self._held > BODIES_LIMIT:
            self._drop(body)
            raise ServerBusy("Too many large requests are coming in at once.")

    def _drop(self, body: bytearray) -> None:
        self._held -= _counted(body)
        body.clear()


def late_body() -> ApiError:
    """The error for a body of which the next part did not come in time."""
    return ApiError("The request body did not arrive in time.", status=408)


def _counted(body: bytearray) -> int:
    return len(body) if len(body) > SMALL_BODY else 0


def _checked(body: bytearray, check: Callable[[str, Any], None]) -> dict[str, Any]:
    if body.count(b",") + body.count(b"[") + body.count(b"{") > VALUES_LIMIT:
        raise _invalid_json()
    try:
        value = json.loads(body.decode(), parse_float=_finite, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _invalid_json() from error
    if not isinstance(value, dict):
        raise wrong_type("", "an object", "something else")
    if not _is_shallow(value):
        raise _invalid_json()
    check("", value)
    return value


def _invalid_json() -> ApiError:
    return ApiError(
        "We could not parse the JSON body of your request. It must be one valid JSON object in"
        f" UTF-8, nested no deeper than {_DEPTH_LIMIT} levels, with finite numbers and at most"
        f" {VALUES_LIMIT:,} values."
    )


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise ValueError(literal)
    return value


def _no_number(literal: str) -> NoReturn:
    raise ValueError(literal)


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEPTH_LIMIT):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return True
    return False


def read_query(params: QueryParams, *, default: int = 20, maximum: int = 100) -> PageQuery:
    """The paging parameters; others are ignored. Raises ApiError.

    Args:
        params: of the request.
        default: the limit where none is given.
        maximum: the highest limit.
    """
    order = params.get("order", "desc")
    if order not in ("asc", "desc"):
        raise unsupported_value("order", order, ("asc", "desc"))
    return PageQuery(
        limit=_limit(params.get("limit", str(default)), maximum),
        ascending=order == "asc",
        after=params.get("after"),
        before=params.get("before"),
    )


def _limit(literal: str, maximum: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,4000}", literal):
        raise wrong_type("limit", "an integer", "a string")
    limit = int(literal)
    number(1, maximum, whole=True)("limit", limit)
    return limit
