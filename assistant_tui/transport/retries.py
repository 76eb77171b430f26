"""Whether a failed request is sent again, and after how long: a decision without any I/O.

A read or a deletion may be repeated blindly. A creation or modification may not, since the API
has no idempotency key: it is repeated only where the server certainly did not carry it out.
"""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from assistant_tui.transport.messages import FailedAttempt

MOST_RETRIES = 2
MOST_RETRIES_AS_TOLD = 10
"""After a 429 that tells how long to wait: others may use up what is allowed meanwhile."""
LONGEST_WAIT = 120.0
"""Seconds; a server that asks for more is not tried again."""
_FIRST_WAIT, _LAST_WAIT = 0.5, 8.0
_JITTER = 0.25


def retry_delay(
    method: str, attempt: FailedAttempt, retries: int, jitter: float = 0.0
) -> float | None:
    """Return the seconds to wait before the next attempt; None: do not repeat.

    `retries` counts the repetitions so far; `jitter`, from 0 to 1, shortens the wait by up to a
    quarter, so that many clients do not come back at once.
    """
    asked = attempt.error.retry_after
    told = attempt.error.status == 429 and asked is not None
    most = MOST_RETRIES_AS_TOLD if told else MOST_RETRIES
    if retries >= most or not _may_retry(method, attempt):
        return None
    if asked is not None:
        return asked if asked <= LONGEST_WAIT else None
    return min(_FIRST_WAIT * 2.0**retries, _LAST_WAIT) * (1 - _JITTER * jitter)


def _may_retry(method: str, attempt: FailedAttempt) -> bool:
    status = attempt.error.status
    if attempt.permanent or attempt.error.code == "insufficient_quota":
        return False
    if method == "POST":
        unsent = status is None and not attempt.error.may_have_arrived
        return attempt.should_retry is not False and (unsent or status == 429)
    if attempt.should_retry is not None:
        return attempt.should_retry
    return status is None or status in (408, 409, 429) or (status >= 500 and status != 501)


def read_retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a server asks to wait; None if it says nothing usable.

    Reads `retry-after-ms`, and `retry-after` as seconds, a fraction or an HTTP date, which is
    compared with `now`, Unix seconds. The names of `headers` are in lower case.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _positive(milliseconds / 1000)
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None:
        return _positive(seconds)
    try:
        return _positive(parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


_UNITS = {"ms": 0.001, "milli": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(
    r"(\d{1,9}(?:\.\d{1,9})?)\s?(milli|ms|s|m|h)"
    r"(?:(?<=milli)seconds?|(?<=s)ec(?:ond)?s?|(?<=m)in(?:ute)?s?|(?<=h)ours?)?(?![a-z])"
)
"""One part of `1m30.5s`, `6 seconds`, `20 ms`, in lower case."""
_WORDS = re.compile(rf"(?:try again|retry|wait)[^.\d]{{0,60}}?((?:{_DURATION.pattern}\s?)+)")
_ALLOWANCES = ("requests", "tokens")
_LEAST_EPOCH = 1e9


def read_told_wait(message: str, headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a refusal for too many requests tells without `retry-after`.

    Reads words such as "Please try again in 6 seconds" or "retry after 1m30s", then the headers
    `x-ratelimit-reset-requests` and `-tokens` of what is used up, `ratelimit-reset` and
    `x-ratelimit-reset`: seconds, or a time in Unix seconds. None where nothing tells.
    """
    found = _WORDS.search(message.lower())
    if found is not None:
        return _positive(_seconds(found[1]) or 0.0)
    resets = [
        _seconds(headers.get(f"x-ratelimit-reset-{what}", "").lower()) or 0.0
        for what in _ALLOWANCES
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0"
    ]
    for name in ("ratelimit-reset", "x-ratelimit-reset"):
        at = _number(headers.get(name, "")) or 0.0
        resets.append(at - now if at > _LEAST_EPOCH else at)
    return _positive(max(resets))


def _seconds(text: str) -> float | None:
    """A duration such as `1m30s`; None where there is none."""
    parts = _DURATION.findall(text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if parts else None


def read_should_retry(headers: Mapping[str, str]) -> bool | None:
    """Return what `x-should-retry` says; None if it is absent or neither true nor false."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _positive(seconds: float) -> float | None:
    return seconds if seconds > 0 and math.isfinite(seconds) else None
