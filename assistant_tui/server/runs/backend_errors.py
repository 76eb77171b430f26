"""From a failure of a backend to the error of a run: its code, its words, whether to try again."""

import re
from collections.abc import Iterable
from typing import Any

from assistant_tui.core.errors import Invalid, RateLimited, ServiceError
from assistant_tui.core.json_text import read_json
from assistant_tui.server.runs.chat import ChatError, ErrorCode
from assistant_tui.server.store.paging import Json
from assistant_tui.transport.http_errors import RequestContext, http_error
from assistant_tui.transport.messages import Response

MOST_RETRIES = 2
LONGEST_WAIT = 120.0
"""Seconds; a backend that asks for more is not tried again."""
_FIRST_WAIT, _LOADING_WAIT = 1.0, 2.0
_OVERFLOW = re.compile(
    r"context[ _-]?(?:size|length|window)|maximum context|exceed_context|too many (?:input )?tokens"
    r"|prompt is too long|input is too long",
    re.IGNORECASE,
)
_CONTEXT_SIZE = re.compile(
    r"(?:maximum context length (?:is|of)|context (?:size|length|window)\D{0,20})\s*\(?(\d{3,9})",
    re.IGNORECASE,
)
_PROMPT_SIZE = re.compile(
    r"(?:request \(|resulted in |you requested |request has |prompt (?:has|contains) )(\d{1,9})",
    re.IGNORECASE,
)
_NO_IMAGES = re.compile(
    r"image input is not supported|does not support images?|not a multimodal", re.IGNORECASE
)
_LOADING = re.compile(r"\bload(?:ing|ed)\b", re.IGNORECASE)
_KINDS = (
    (re.compile(r"rate.?limit|too.?many.?requests|quota", re.IGNORECASE), 429),
    (re.compile(r"overloaded|unavailable", re.IGNORECASE), 503),
    (re.compile(r"invalid|bad.?request|exceed_context", re.IGNORECASE), 400),
)
"""What the type of an error within a stream says of its status."""


def chat_error(
    error: ServiceError, who: str, *, begun: bool = False, notes: Iterable[str] = ()
) -> ChatError:
    """The error that ends a run for a failure of its backend, which is named in it."""
    return ChatError(
        f"{who}: {error}",
        code=_code(error),
        begun=begun,
        context_size=context_size(error.message) if is_overflow(error) else None,
        notes=[*notes],
    )


def _code(error: ServiceError) -> ErrorCode:
    if isinstance(error, RateLimited):
        return "rate_limit_exceeded"
    refused = isinstance(error, Invalid) and error.status not in (402, 404)
    if refused or is_overflow(error) or _NO_IMAGES.search(error.message):
        return "invalid_prompt"
    return "server_error"


def is_overflow(error: ServiceError) -> bool:
    """Whether the prompt is longer than the model takes."""
    return bool(_OVERFLOW.search(error.message) or _OVERFLOW.search(error.code or ""))


def context_size(message: str) -> int | None:
    """The tokens that a model takes, where the words of a refusal tell."""
    found = _CONTEXT_SIZE.search(message.replace(",", ""))
    return int(found[1]) if found else None


def prompt_tokens(message: str) -> int | None:
    """The tokens of the prompt that is too long, where the words of a refusal tell."""
    found = _PROMPT_SIZE.search(message.replace(",", ""))
    return int(found[1]) if found else None


def retry_wait(error: ServiceError, retries: int, *, in_stream: bool) -> float | None:
    """Return the seconds after which a turn without any delta is tried again; None: it is not.

    A model that is being loaded is waited for as long as the caller likes. A status of 429 was
    waited for by the transport, but not one that is reported `in_stream`.
    """
    loading = error.status == 503 and bool(_LOADING.search(error.message))
    passing = error.status in ((408, 429, 503) if in_stream else (408, 503))
    passing = passing and error.code != "insufficient_quota"
    if not loading and (not passing or retries >= MOST_RETRIES):
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT else None
    return _LOADING_WAIT if loading else _FIRST_WAIT * 2.0**retries


def error_in_stream(text: str, context: RequestContext) -> ServiceError:
    """The error that the JSON in a stream of status 200 stands for, as if it had come instead."""
    return http_error(Response(_status(text), {}, text), context).error


def _status(text: str) -> int:
    """The status that an error tells of itself; 500 if it does not."""
    try:
        value = read_json(text)
    except ValueError:
        return 500
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, dict)), None)
    outer: Json = value if isinstance(value, dict) else {}
    error = outer.get("error")
    inner: Json = error if isinstance(error, dict) else {}
    said = [each.get(name) for each in (inner, outer) for name in ("code", "status", "status_code")]
    numbers = (_number(each) for each in said)
    status = next((number for number in numbers if number is not None), None)
    return status or _status_of_kind([*said, inner.get("type"), outer.get("type")])


def _status_of_kind(said: Iterable[Any]) -> int:
    words = " ".join(each for each in said if isinstance(each, str))
    return next((status for kind, status in _KINDS if kind.search(words)), 500)


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch("[45][0-9]{2}", text) else None
