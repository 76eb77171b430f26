"""What is shown of a listing, while it grows and changes, and while one types."""

from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant_tui.core.assistants.summary import ASSISTANT_LIST, AssistantSummary
from assistant_tui.core.list_spec import AS_SERVED, NAME, Ordering
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import EVERYTHING, Query, parse

BY_NAME = Ordering(NAME, descending=False)


class Counted(Query):
    """A query that writes down at which rows it looked."""

    looked_at: list[str]

    def matches(self, row: ResourceRow) -> bool:
        self.looked_at.append(row.id)
        return super().matches(row)


def counted(text: str) -> Counted:
    query = Counted(parse(text, ASSISTANT_LIST).terms)
    object.__setattr__(query, "looked_at", [])
    return query


def rows(*names: str) -> tuple[ResourceRow, ...]:
    """Rows with different names, which are their ids."""
    return tuple(
        ResourceRow(name, None, "{}", summary=AssistantSummary(name, "m")) for name in names
    )


def settled(view: FilteredListing, step: int = 2) -> FilteredListing:
    while view.scan_pending:
        view = view.scanned(step)
    return view


def seen(listing: Listing, text: str, ordering: Ordering = AS_SERVED) -> FilteredListing:
    return settled(FilteredListing(listing).with_query(parse(text, ASSISTANT_LIST), ordering))


def ids(found: Iterable[ResourceRow]) -> list[str]:
    return [row.id for row in found]


def test_without_filter_and_order_the_listing_is_shown_as_it_is() -> None:
    view = FilteredListing(Listing(rows("b", "a")))
    assert view.unfiltered and not view.scan_pending and view.rows is view.listing.rows
    assert (view.position("a"), view.position("x"), view.position(None)) == (1, None, None)
    assert (view.cursor, view.exhausted, view.scanned(9)) == ("a", False, view)


def test_a_filter_asks_for_no_page_of_the_listing() -> None:
    assert (
        FilteredListing(Listing(rows("a")))
        .with_query(parse("a", ASSISTANT_LIST), AS_SERVED)
        .exhausted
    )
    assert FilteredListing(Listing(rows("a"))).with_query(EVERYTHING, BY_NAME).exhausted


def test_rows_are_found_step_by_step() -> None:
    view = FilteredListing(Listing(rows("ax", "b", "ay", "az"))).with_query(
        parse("a", ASSISTANT_LIST), AS_SERVED
    )
    assert view.scan_pending and not view.rows
    view = view.scanned(3)
    assert view.scan_pending and ids(view.rows) == ["ax", "ay"]
    view = view.scanned(3)
    assert not view.scan_pending and ids(view.rows) == ["ax", "ay", "az"]
    assert [view.position(each) for each in ("ax", "az", "b")] == [0, 2, None]


def test_a_page_that_comes_is_all_that_is_looked_at() -> None:
    query = counted("a")
    view = settled(FilteredListing(Listing(rows("a1", "b1"))).with_query(query, AS_SERVED))
    query.looked_at.clear()
    grown = settled(view.with_listing(view.listing.extended(Page(rows("a2", "b2"), True, "b1"))))
    assert (query.looked_at, ids(grown.rows)) == (["a2", "b2"], ["a1", "a2"])


def test_a_row_that_changed_or_went_is_all_that_is_looked_at() -> None:
    query = counted("a")
    view = settled(FilteredListing(Listing(rows("a1", "b1", "a2"))).with_query(query, BY_NAME))
    query.looked_at.clear()
    changed = rows("b1")[0]._replace(summary=AssistantSummary("now a"))
    view = settled(view.with_listing(view.listing.with_row(changed).without(["a2"])))
    assert (query.looked_at, ids(view.rows)) == (["b1"], ["a1", "b1"])


def test_a_query_that_grew_looks_at_what_the_former_found_and_what_it_had_not_seen() -> None:
    view = FilteredListing(Listing(rows("ax", "b", "ay", "c", "aax"))).with_query(
        parse("a", ASSISTANT_LIST), AS_SERVED
    )
    query = counted("ax")
    view = settled(view.scanned(3).with_query(query, AS_SERVED))
    assert (query.looked_at, ids(view.rows)) == (["ax", "ay", "c", "aax"], ["ax", "aax"])


def test_another_order_looks_at_nothing_anew() -> None:
    query = counted("a")
    view = settled(FilteredListing(Listing(rows("ab", "b", "aa"))).with_query(query, AS_SERVED))
    query.looked_at.clear()
    view = settled(view.with_query(query, BY_NAME))
    assert (query.looked_at, ids(view.rows)) == ([], ["aa", "ab"])


def test_another_filter_looks_at_all_anew() -> None:
    view = seen(Listing(rows("ab", "b", "aa")), "a")
    assert ids(settled(view.with_query(parse("b", ASSISTANT_LIST), BY_NAME)).rows) == ["ab", "b"]


def test_a_change_before_all_was_looked_at_hides_nothing() -> None:
    view = (
        FilteredListing(Listing(rows("a1", "a2", "a3")))
        .with_query(parse("a", ASSISTANT_LIST), AS_SERVED)
        .scanned(1)
    )
    view = settled(view.with_listing(view.listing.without(["a2"])))
    assert ids(view.rows) == ["a1", "a3"]


def test_where_both_ends_meet_only_what_came_with_the_meeting_is_looked_at() -> None:
    query = counted("a")
    listing = Listing().extended(Page(rows("a1", "b1"), True))
    listing = listing.extended_back(Page(rows("a5", "b4", "a3", "a2"), True))
    view = settled(FilteredListing(listing).with_query(query, AS_SERVED))
    assert ids(view.rows) == ["a1", "a2", "a3", "a5"]
    assert [view.position(each) for each in ("a1", "a2", "a5", "b4")] == [0, 1, 3, None]
    query.looked_at.clear()
    listing = listing.extended(Page(rows("a2", "a3"), True, "b1"))
    view = settled(view.with_listing(listing))
    assert listing.complete
    assert (query.looked_at, ids(view.rows)) == (["a2", "a3"], ["a1", "a2", "a3", "a5"])


@pytest.mark.parametrize(
    ("text", "complete", "loading", "said"),
    [
        ("a", True, False, "2 of 3 (all)"),
        ("a", False, True, "2 of 3 (loading…)"),
        ("a", False, False, "2 of 3+"),
        ("zz", True, False, "0 of 3 (all)"),
        ("", True, False, "1–2 of 3 (all)"),
        ("", False, True, "1–2 of 3 (loading…)"),
    ],
)
def test_how_many_of_how_many(text: str, complete: bool, loading: bool, said: str) -> None:
    view = seen(Listing(rows("a1", "b", "a2"), complete=complete), text, BY_NAME)
    assert view.count(0, 2, loading=loading) == said


def test_without_a_filter_it_says_what_the_listing_says() -> None:
    assert FilteredListing(Listing(rows("a", "b"))).count(0, 50, loading=False) == "1–2 of 2+"
    assert seen(Listing(), "a").count(0, 50, loading=False) == ""
    assert seen(Listing(complete=True), "a").count(0, 50, loading=False) == "0 (all)"


ORDERINGS = [Ordering(*each) for each in product(ASSISTANT_LIST.columns, (True, False))]
numbers = st.lists(st.integers(0, 20), max_size=4, unique=True)
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["front", "back", "change", "delete"]), numbers),
        st.tuples(st.just("query"), st.sampled_from(["", "a", "ab", "b", "!a", "0"])),
        st.tuples(st.just("order"), st.sampled_from(ORDERINGS)),
        st.tuples(st.just("look"), st.sampled_from([1, 3, 99])),
    ),
    max_size=16,
)


def made(number: int, salt: str = "") -> ResourceRow:
    name = ("ab", "ac", "b", "", "Ab")[number % 5] + salt
    tools = ("function",) * (number % 3)
    return ResourceRow(
        f"r{number}",
        50 - number or None,
        "{}",
        summary=AssistantSummary(name, "m" * (number % 2), tools),
    )


def after(view: FilteredListing, step: tuple[str, Any]) -> FilteredListing:
    kind, what = step
    listing = view.listing
    match kind:
        case "front":
            fresh = tuple(made(number) for number in sorted(what))
            return view.with_listing(listing.extended(Page(fresh, True, limit=9)))
        case "back":
            fresh = tuple(made(number) for number in sorted(what, reverse=True))
            return view.with_listing(listing.extended_back(Page(fresh, True, limit=9)))
        case "change":
            for number in what:
                if listing.row(f"r{number}"):
                    listing = listing.with_row(made(number, "b"))
            return view.with_listing(listing)
        case "delete":
            return view.with_listing(listing.without(f"r{number}" for number in what))
        case "query":
            return view.with_query(parse(what, ASSISTANT_LIST), view.ordering)
        case "order":
            return view.with_query(view.query, what)
    return view.scanned(what)


def expected(view: FilteredListing) -> list[str]:
    loaded = view.listing.rows if view.unfiltered else view.listing.loaded
    found = [row for row in loaded if view.query.matches(row)]
    if not view.ordering.as_served:
        down = view.ordering.descending
        found.sort(key=lambda row: view.ordering.sort_key(row, 0)[:2], reverse=down)
    return ids(found)


@settings(max_examples=250)
@given(steps)
def test_whatever_comes_the_same_is_shown_as_if_all_were_looked_at_at_once(
    taken: list[tuple[str, Any]],
) -> None:
    view = FilteredListing()
    for step in taken:
        view = after(view, step)
        assert set(ids(view.rows)) <= set(expected(view))
    view = settled(view)
    assert ids(view.rows) == expected(view)
    for place, row in enumerate(view.rows):
        assert view.position(row.id) == place
