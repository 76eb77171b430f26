"""Reads ranges of time as a person writes them: `2026`, `>2026-01-01`, `2026-01..2026-02`."""

import math
import re
from datetime import datetime, timedelta
from typing import NamedTuple

ALLOWED = "created: takes times such as 2026, 2026-01-31, >=2026-01 or 2025-11..2026-02"
_MOMENT = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:[T ](\d\d?):(\d\d))?)?)?")


class TimeRange(NamedTuple):
    """The seconds since 1970 from `start` on, and before `end`."""

    start: float
    end: float

    def holds(self, moment: int) -> bool:
        """Whether a moment is in it."""
        return self.start <= moment < self.end


ALWAYS = TimeRange(-math.inf, math.inf)


def parse_time_range(text: str) -> TimeRange:
    """Read what a person wrote, in local time.

    Raises:
        ValueError: it is none; the sentence says what is allowed.
    """
    first, dots, last = text.partition("..")
    if dots and (first or last):
        start = _period(first).start if first else -math.inf
        return TimeRange(start, _period(last).end if last else math.inf)
    moment = text.lstrip("<>=")
    sign, period = text[: len(text) - len(moment)], _period(moment)
    stretches = {
        "": period,
        "=": period,
        ">": TimeRange(period.end, math.inf),
        ">=": TimeRange(period.start, math.inf),
        "<": TimeRange(-math.inf, period.start),
        "<=": TimeRange(-math.inf, period.end),
    }
    if sign not in stretches:
        raise ValueError(ALLOWED)
    return stretches[sign]


def _period(text: str) -> TimeRange:
    """The whole year, month, day or minute."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(ALLOWED)
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        year, month, day, hour, minute = [*parts, *(1, 1, 1, 0, 0)[len(parts) :]]
        start = datetime(year, month, day, hour, minute)
        return TimeRange(start.timestamp(), _after(start, len(parts)).timestamp())
    except (ValueError, OverflowError, OSError):
        raise ValueError(ALLOWED) from None


def _after(start: datetime, parts: int) -> datetime:
    match parts:
        case 1:
            return start.replace(year=start.year + 1)
        case 2:
            return (start + timedelta(days=31)).replace(day=1)
        case 3:
            return start + timedelta(days=1)
    return start + timedelta(minutes=1)
