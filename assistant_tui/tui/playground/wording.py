"""Moments and durations in words."""

from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def clock(at: float | None, now: float) -> str:
    """The time of day in local time; the date before it where it was another day."""
    if at is None:
        return ""
    try:
        then, today = datetime.fromtimestamp(at), datetime.fromtimestamp(now)
    except (OverflowError, ValueError, OSError):
        return ""
    if then.date() == today.date():
        return then.strftime("%H:%M")
    return then.strftime("%d %b %H:%M" if then.year == today.year else "%Y-%m-%d %H:%M")


def age(at: float | None, now: float) -> str:
    """How long ago something was: `now`, `12 min`, `1 h`, `yesterday`, `3 d`, then the date."""
    if at is None:
        return ""
    seconds = now - at
    if seconds < _MINUTE:
        return "now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h"
    if seconds < 2 * _DAY:
        return "yesterday"
    if seconds < 30 * _DAY:
        return f"{seconds // _DAY:.0f} d"
    try:
        return datetime.fromtimestamp(at).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return ""


def duration(seconds: float) -> str:
    """A length of time: `0.4 s`, `12 s`, `3 min 20 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
