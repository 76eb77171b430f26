"""By what rows are sorted, and what comes last."""

import pytest

from assistant_tui.core.assistants.summary import ASSISTANT_LIST, MODEL, TOOLS, AssistantSummary
from assistant_tui.core.list_spec import AS_SERVED, CREATED, NAME, Column, Ordering
from assistant_tui.core.rows import ResourceRow

ROWS = (
    ResourceRow("a", 3, "{}", summary=AssistantSummary("beta", "m2", ("file_search",))),
    ResourceRow("b", None, "{}"),
    ResourceRow(
        "c", 1, "{}", summary=AssistantSummary("Älpha", "M1", ("code_interpreter", "function"))
    ),
    ResourceRow("d", 2, "{}", summary=AssistantSummary("alpha", "m1", ("code_interpreter",))),
    ResourceRow("e", 9, "{}", "odd", AssistantSummary("aaa", "m0")),
)


def ids(ordering: Ordering) -> str:
    entries = sorted(ordering.sort_key(row, place) for place, row in enumerate(ROWS))
    rows = [entry[3].id for entry in entries]
    return "".join(rows[::-1] if ordering.descending else rows)


@pytest.mark.parametrize(
    ("column", "upwards", "downwards"),
    [
        (CREATED, "cdabe", "adcbe"),
        (NAME, "cdabe", "acdbe"),
        (MODEL, "cdabe", "acdbe"),
        (TOOLS, "dcabe", "acdbe"),
    ],
)
def test_what_has_no_value_is_last_in_both_directions_and_likes_keep_their_order(
    column: Column, upwards: str, downwards: str
) -> None:
    assert ids(Ordering(column, descending=False)) == upwards
    assert ids(Ordering(column, descending=True)) == downwards


def test_a_key_goes_through_the_columns_and_another_turns_them_round() -> None:
    said, ordering = [], AS_SERVED
    for _ in ASSISTANT_LIST.columns:
        said += [str(ordering), str(ordering.reversed())]
        ordering = ordering.next(ASSISTANT_LIST.columns)
    assert ordering == AS_SERVED
    assert said == [
        "newest first", "oldest first", "by name", "by name, Z–A",
        "by model", "by model, Z–A", "by tools", "by tools, Z–A",
    ]  # fmt: skip


def test_only_the_newest_first_is_as_the_server_lists() -> None:
    assert AS_SERVED.as_served and not AS_SERVED.reversed().as_served
    assert not Ordering(NAME).as_served
