"""A second kind of object is one description: its columns, order and filter come of it."""

import json
from typing import Any, NamedTuple

import pytest

from assistant_tui.core.list_spec import AS_SERVED, CREATED, Column, ListSpec, Ordering
from assistant_tui.core.list_state import ListState
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import one_line
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import QueryError, parse
from assistant_tui.core.search.terms import ID_PLACE, Place, texts_inside


class NoteSummary(NamedTuple):
    """What a list shows of a note, a kind of object that no API has."""

    name: str
    role: str
    length: int | None


def summary_of(row: ResourceRow) -> NoteSummary:
    """The summary of a note's row."""
    assert isinstance(row.summary, NoteSummary)
    return row.summary


TEXT = Column(
    "text", lambda row, cells: one_line(row.name) or "(empty)", lambda row: row.name.lower()
)
LENGTH = Column(
    "length",
    lambda row, cells: f"{summary_of(row).length or 0:>{cells}}",
    lambda row: summary_of(row).length,
    widths=((20, 4), (40, 8)),
)
NOTES = ListSpec(
    columns=(TEXT, LENGTH, CREATED),
    anywhere=Place(
        "",
        lambda row: (row.name,),
        lambda members: texts_inside(members.get("content")),
        in_name=True,
    ),
    places=(
        ID_PLACE,
        Place("role", lambda row: (summary_of(row).role,), example="user"),
        Place("content", json_texts=lambda members: texts_inside(members.get("content"))),
    ),
    help=("role:user is who wrote it.",),
)


def note(id: str, name: str, role: str, length: int | None, content: Any = "") -> ResourceRow:
    """A note as a parser would make it."""
    text = json.dumps({"id": id, "content": content, "metadata": {"team": id}})
    return ResourceRow(id, 1_785_585_600 + ord(id), text, summary=NoteSummary(name, role, length))


ROWS = (
    note("c", "Hello there", "user", 30),
    note("b", "", "assistant", None, [{"text": {"value": "hidden words"}}]),
    note("a", "billing support", "assistant", 4),
)


def found(query: str, ordering: Ordering = AS_SERVED) -> str:
    """The ids of the notes that a query finds, as the state of a list shows them."""
    state = ListState(FilteredListing(Listing(ROWS, complete=True)))
    state = state.with_query(parse(query, NOTES), ordering).scanned(9)
    return "".join(row.id for row in state.view.rows)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "cba"),
        ("role:user", "c"),
        ("!role:assistant", "c"),
        ("role:*", "cba"),
        ("bisu", "a"),
        ("hidden", "b"),
        ("content:words", "b"),
        ("content:=hidden", ""),
        ("id:=a", "a"),
        ("meta.team:b", "b"),
        ("created:2026-08", "cba"),
        ("model:*", ""),
    ],
)
def test_its_filter_has_the_qualifiers_that_it_describes(query: str, ids: str) -> None:
    assert found(query) == ids


def test_a_qualifier_of_another_kind_is_a_word_and_one_of_its_own_has_an_example() -> None:
    assert parse("model:gpt-4o", NOTES).mistaken == "model:"
    assert NOTES.qualifiers == ("id", "role", "content", "created")
    with pytest.raises(QueryError, match="role: takes what is looked for, such as role:user"):
        parse("role:", NOTES)


@pytest.mark.parametrize(
    ("ordering", "ids"),
    [
        (Ordering(LENGTH, descending=False), "acb"),
        (Ordering(LENGTH), "cab"),
        (Ordering(TEXT, descending=False), "acb"),
        (AS_SERVED.reversed(), "abc"),
    ],
)
def test_its_rows_are_sorted_by_its_columns(ordering: Ordering, ids: str) -> None:
    assert found("", ordering) == ids


def test_a_key_goes_through_its_columns() -> None:
    said, ordering = [], AS_SERVED
    for _ in NOTES.columns:
        ordering = ordering.next(NOTES.columns)
        said.append(str(ordering))
    assert said == ["by text", "by length", "newest first"]


def fit(text: str, cells: int) -> str:
    """Cut or fill a text of plain letters."""
    return text[:cells].ljust(cells)


@pytest.mark.parametrize(
    ("width", "title", "line"),
    [
        (19, "Text ↑             ", "Hello there        "),
        (20, "Text ↑          Leng", "Hello there       30"),
        (70, "Text ↑                                            Length    Created   ",
             "Hello there                                             30  2026-08-01"),
    ],
)  # fmt: skip
def test_its_rows_are_laid_out_in_its_columns(width: int, title: str, line: str) -> None:
    assert NOTES.titles(width, fit, Ordering(TEXT, descending=False)) == title
    assert NOTES.row_text(ROWS[0], width, fit) == line
    assert NOTES.row_text(ROWS[1], width, fit).startswith("(empty)")
