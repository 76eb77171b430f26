"""The columns of the list: the name always, the others as width allows, nothing that steers."""

import time

import pytest
from rich.cells import cell_len

from assistant_tui.core.assistants.summary import ASSISTANT_LIST, tools_text
from assistant_tui.core.list_spec import created_text, laid_out
from assistant_tui.core.rows import ResourceRow
from assistant_tui.tui.widgets.text_layout import fit
from tests.tui.rows import HOSTILE, row


def row_text(shown: ResourceRow, width: int) -> str:
    """One row as the list draws it."""
    return ASSISTANT_LIST.row_text(shown, width, fit)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (37, ["Name"]),
        (42, ["Name", "Model"]),
        (54, ["Name", "Model", "Tools"]),
        (77, ["Name", "Model", "Tools", "Created"]),
        (200, ["Name", "Model", "Tools", "Created"]),
    ],
)
def test_narrow_lists_show_fewer_columns(width: int, shown: list[str]) -> None:
    assert ASSISTANT_LIST.titles(width, fit).split() == shown


@pytest.mark.parametrize("width", [10, 37, 44, 56, 57, 70, 77, 100, 250])
def test_every_row_is_exactly_as_wide_as_the_list(width: int) -> None:
    name = "日本語 👩🏽‍🔧 " * 30
    for shown in (row(), row(name=name), row(name=HOSTILE), row(problem="no id " * 60)):
        assert cell_len(row_text(shown, width)) == width
    assert cell_len(ASSISTANT_LIST.titles(width, fit)) == width


@pytest.mark.parametrize("name", ["", "   ", "\u3164\u3164", "\u2800\u00a0", "\ufe0f\U000e0100"])
def test_a_name_of_which_nothing_is_seen_is_none(name: str) -> None:
    assert row_text(row(name=name), 80).startswith("(no name) asst_")


@pytest.mark.parametrize("width", range(20, 260))
def test_the_name_keeps_the_most_of_the_width(width: int) -> None:
    name, *others = [cells for _, cells in laid_out(ASSISTANT_LIST, width)]
    assert name >= max(others, default=0)


def test_a_wide_list_shows_the_time_and_a_narrow_one_the_day() -> None:
    assert row_text(row(), 110).endswith("2026-08-01 12:00")
    assert row_text(row(), 77).endswith("2026-08-01")


def test_an_assistant_without_a_name_shows_its_id() -> None:
    assert row_text(row(name=""), 60).startswith("(no name) asst_1")


def test_an_unreadable_row_says_so_and_why() -> None:
    text = row_text(row("asst_9", problem="model: should be a text"), 70)
    assert text.rstrip() == "! unreadable · asst_9 · model: should be a text"


def test_nothing_that_a_server_says_can_steer_the_terminal() -> None:
    shown = row_text(row("asst_\x1b[2J", HOSTILE, model=HOSTILE, tools=(HOSTILE,)), 250)
    assert shown.isprintable() and "[@click=app.quit]x[/]" in shown
    assert row_text(row("\x1b[2J", problem=HOSTILE), 250).isprintable()


@pytest.mark.parametrize(
    ("tools", "text"),
    [
        ((), ""),
        (("code_interpreter", "file_search"), "code search"),
        (("function", "file_search", "function", "function"), "fn×3 search"),
        (("web_search",), "web_search"),
    ],
)
def test_tools_are_counted_by_kind(tools: tuple[str, ...], text: str) -> None:
    assert tools_text(tools) == text


@pytest.mark.parametrize(
    ("created_at", "text"),
    [
        (None, "-"),
        (0, "1970-01-01 00:00"),
        (1_785_585_600, "2026-08-01 12:00"),
        (10**18, "1000000000000000000"),
        (-(10**18), "-1000000000000000000"),
    ],
)
def test_times_are_shown_as_dates_where_they_can_be(created_at: int | None, text: str) -> None:
    assert created_text(created_at) == text


def test_times_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    created_text.cache_clear()
    try:
        assert created_text(1_785_585_600) == "2026-08-01 21:00"
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()
        created_text.cache_clear()
