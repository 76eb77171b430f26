"""When an assistant was created, as the filter asks for it."""

from datetime import datetime

import pytest

from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import QueryError, parse
from tests.core.search.query_rows import finds, row


def at(*moment: int) -> ResourceRow:
    year, month, day, hour, minute = [*moment, *(1, 1, 1, 0, 0)[len(moment) :]]
    return row(created_at=int(datetime(year, month, day, hour, minute).timestamp()))


@pytest.mark.parametrize(
    ("query", "inside", "outside"),
    [
        ("created:2026", [(2026,), (2026, 12, 31, 23, 59)], [(2025, 12, 31), (2027,)]),
        ("created:=2026-02", [(2026, 2), (2026, 2, 28, 23)], [(2026, 1, 31), (2026, 3)]),
        ("created:2026-12", [(2026, 12, 31, 23, 59)], [(2027,)]),
        ("created:2026-02-03", [(2026, 2, 3, 23, 59)], [(2026, 2, 2, 23, 59), (2026, 2, 4)]),
        ("created:2026-2-3", [(2026, 2, 3)], [(2026, 2, 4)]),
        ('created:"2026-02-03 04:05"', [(2026, 2, 3, 4, 5)], [(2026, 2, 3, 4, 6)]),
        ("created:>2026-01-01", [(2026, 1, 2)], [(2026, 1, 1, 23, 59)]),
        ("created:>=2026-01-01", [(2026, 1, 1)], [(2025, 12, 31, 23, 59)]),
        ("created:<2026", [(2025, 12, 31, 23, 59)], [(2026,)]),
        ("created:<=2026-01", [(2026, 1, 31, 23, 59)], [(2026, 2)]),
        ("created:2026-01..2026-02", [(2026, 1), (2026, 2, 28, 23)], [(2025, 12, 31), (2026, 3)]),
        ("created:2026-01..", [(2026, 1), (2030,)], [(2025, 12, 31)]),
        ("created:..2026", [(1999,), (2026, 12, 31)], [(2027,)]),
        ("!created:2026", [(2025,)], [(2026, 5)]),
    ],
)  # fmt: skip
def test_times_are_whole_years_months_days_or_minutes(
    query: str, inside: list[tuple[int, ...]], outside: list[tuple[int, ...]]
) -> None:
    assert all(finds(query, at(*moment)) for moment in inside)
    assert not any(finds(query, at(*moment)) for moment in outside)


def test_what_tells_no_time_is_in_no_stretch_of_it() -> None:
    assert not finds("created:<2030", row()) and not finds("created:*", row())
    assert finds("!created:*", row()) and finds("created:*", at(2026))


@pytest.mark.parametrize(
    "value",
    ["", ">", "202", "2026-13", "2026-02-30", "..", "2026..x", "=>2026", "0000", "9999", "soon"],
)
def test_a_time_that_is_none_says_what_is_allowed(value: str) -> None:
    with pytest.raises(QueryError, match="created: takes times such as 2026, 2026-01-31"):
        parse(f"created:{value}", ASSISTANT_LIST)
