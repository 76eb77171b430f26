"""Bytes to JSON and back: strict on the way in, exact on the way out."""

import asyncio
import json
import math
import re
from typing import Any, NoReturn

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from assistant_tui.server.errors import Refused
from assistant_tui.server.paging import PageQuery
from assistant_tui.server.rules import number, refuse_type, refuse_value

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes; ten times what a valid assistant with the longest instructions takes."""

BODY_SECONDS = 60.0
"""For the whole of a body: a client in drips must not hold a connection for ever."""

_DEPTH_LIMIT = 100
"""Levels of nesting; far below where Python's own JSON reader and writer give up."""


class JSONAnswer(Response):
    """JSON in UTF-8, with text as it was sent."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        try:
            return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        except UnicodeEncodeError:  # a lone surrogate: only an escape can carry it
            return json.dumps(content, separators=(",", ":")).encode()


async def read_object(request: Request) -> dict[str, Any]:
    """The body, which must be one JSON object. Raises Refused."""
    body = await _read_bytes(request)
    try:
        value = json.loads(body.decode(), parse_float=_finite, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(value, dict):
        raise refuse_type("", "an object", "something else")
    if not _is_shallow(value):
        raise _unreadable()
    return value


async def _read_bytes(request: Request) -> bytes:
    """All that was sent, within the limit; the rest is read and dropped, so that the sender is
    there to hear the answer."""
    body, size = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size <= BODY_LIMIT:
                    body += chunk
    except TimeoutError:
        raise Refused("The request body did not arrive in time.", status=408) from None
    if size > BODY_LIMIT:
        message = f"The request body is larger than {BODY_LIMIT} bytes."
        raise Refused(message, status=413)
    return bytes(body)


def _unreadable() -> Refused:
    return Refused(
        "We could not parse the JSON body of your request. It must be one valid JSON object in"
        f" UTF-8, nested no deeper than {_DEPTH_LIMIT} levels, with finite numbers."
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


def read_query(params: QueryParams) -> PageQuery:
    """The paging parameters; others are ignored. Raises Refused."""
    order = params.get("order", "desc")
    if order not in ("asc", "desc"):
        raise refuse_value("order", order, ("asc", "desc"))
    return PageQuery(
        limit=_limit(params.get("limit", "20")),
        ascending=order == "asc",
        after=params.get("after"),
        before=params.get("before"),
    )


def _limit(literal: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,4000}", literal):
        raise refuse_type("limit", "an integer", "a string")
    limit = int(literal)
    number(1, 100, whole=True)("limit", limit)
    return limit
