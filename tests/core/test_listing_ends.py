"""A list that is loaded from both ends at once, until they meet."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.rows import ResourceRow


def rows(numbers: Iterable[int]) -> tuple[ResourceRow, ...]:
    return tuple(
        ResourceRow(f"a{n}", n, "{}", summary=AssistantSummary(f"N{n}", "m")) for n in numbers
    )


def page(numbers: Sequence[int], has_more: bool | None = True, limit: int = 3) -> Page:
    return Page(rows(numbers), has_more, None, limit)


def ids(found: Iterable[ResourceRow]) -> list[int]:
    return [int(row.id[1:]) for row in found]


def both(front: Sequence[int], back: Sequence[int]) -> Listing:
    """Rows from the top, and rows from the end, oldest first."""
    return Listing().extended(page(front)).extended_back(page(back))


def test_the_tail_stands_in_the_order_of_the_list_and_apart_from_the_rows() -> None:
    listing = both([9, 8], [1, 2, 3]).extended_back(page([4, 5]))
    assert (ids(listing.rows), ids(listing.tail)) == ([9, 8], [5, 4, 3, 2, 1])
    assert ids(listing.loaded) == [9, 8, 5, 4, 3, 2, 1]
    assert (listing.cursor, listing.back_cursor) == ("a8", "a5")
    assert (len(listing), listing.complete, listing.count(0, 3)) == (2, False, "1–2 of 2+")


def test_rows_of_the_tail_are_found_but_have_no_place_yet() -> None:
    listing = both([9, 8], [1, 2])
    assert listing.row("a1") == rows([1])[0]
    assert (listing.position("a1"), listing.position("a8")) == (None, 1)
    assert (listing.row("a5"), listing.row(None)) == (None, None)


def test_a_front_page_that_runs_on_as_the_tail_does_makes_one_list() -> None:
    listing = both([9, 8], [1, 2, 3, 4]).extended(page([7, 6, 5, 4, 3]))
    assert (ids(listing.rows), ids(listing.tail)) == ([9, 8, 7, 6, 5, 4, 3, 2, 1], [])
    assert (listing.complete, listing.loaded == listing.rows) == (True, True)
    assert listing.position("a1") == 8


def test_a_back_page_that_runs_on_as_the_rows_do_makes_one_list() -> None:
    listing = both([9, 8, 7], [1, 2]).extended_back(page([3, 4, 5, 6, 7, 8]))
    assert (ids(listing.rows), listing.complete) == ([9, 8, 7, 6, 5, 4, 3, 2, 1], True)


def test_a_single_row_in_common_proves_nothing() -> None:
    """One of several of the same second, which come in another order from the other end."""
    front = both([9, 8], [1, 2, 3]).extended(page([5, 4, 3]))
    assert (front.complete, ids(front.rows), ids(front.tail)) == (False, [9, 8, 5, 4, 3], [2, 1])
    assert front.extended(page([2, 1])).complete
    back = both([9, 8], [1, 2]).extended_back(page([3, 8]))
    assert (back.complete, ids(back.rows), ids(back.tail)) == (False, [9, 8], [3, 2, 1])


def test_where_the_ends_differ_the_page_from_the_top_stands() -> None:
    """What it leaves out is gone, what it has more is there; the next page tells again."""
    listing = both([9, 8], [1, 2, 3, 4]).extended(page([7, 5, 4, 2]))
    assert (ids(listing.rows), ids(listing.tail)) == ([9, 8, 7, 5, 4, 2], [1])
    assert not listing.complete
    odd = both([9, 8], [1, 2, 3, 4]).extended(page([4, 5, 3]))
    assert (ids(odd.rows), ids(odd.tail), odd.complete) == ([9, 8, 4, 5, 3], [2, 1], False)


@pytest.mark.parametrize("numbers", [[9, 8], [1, 9, 8], [8], []])
def test_a_back_page_that_runs_against_the_rows_adds_what_stands_before_them(
    numbers: list[int],
) -> None:
    listing = both([9, 8], numbers)
    assert (ids(listing.rows), listing.complete) == ([9, 8], False)
    assert ids(listing.tail) == [1] * (1 in numbers)


def test_the_end_that_is_reached_from_the_top_leaves_no_tail() -> None:
    assert both([9, 8], [1]).extended(page([7, 6], False)).tail == ()
    listing = both([9, 8], [1]).extended(page([]))
    assert (listing.complete, ids(listing.loaded)) == (True, [9, 8])


def test_a_server_that_cannot_page_from_the_top_keeps_its_tail() -> None:
    listing = both([9, 8, 7], [1, 2]).extended(page([9, 8, 7]))
    assert (listing.single_page, ids(listing.tail)) == (True, [2, 1])
    met = listing.extended_back(page([3, 7, 8]))
    assert (met.complete, met.single_page, len(met)) == (True, False, 6)


def test_a_saved_row_of_the_tail_stays_in_its_place_and_a_deleted_one_goes() -> None:
    changed = rows([2])[0]._replace(summary=AssistantSummary("changed"))
    listing = both([9, 8], [1, 2, 3]).with_row(changed)
    assert (listing.row("a2"), ids(listing.tail)) == (changed, [3, 2, 1])
    assert ids(listing.without(["a9", "a3"]).loaded) == [8, 2, 1]
    assert ids(listing.with_row(rows([10])[0]).loaded) == [10, 9, 8, 3, 2, 1]


@st.composite
def walks(draw: st.DrawFn) -> tuple[list[int], list[tuple[bool, int]]]:
    """A list, and pages from its ends: whether from the top, and how many rows."""
    count = draw(st.integers(0, 30))
    steps = st.lists(st.tuples(st.booleans(), st.integers(1, 7)))
    return list(range(count, 0, -1)), draw(steps)


@given(walks(), st.sets(st.integers(1, 30)))
def test_ends_that_met_hold_everything_once_though_some_go_meanwhile(
    walk: tuple[list[int], list[tuple[bool, int]]], gone: set[int]
) -> None:
    there, steps = walk
    listing = Listing()
    for step, (from_top, size) in enumerate(steps):
        if step == len(steps) // 2:
            there = [number for number in there if number not in gone]
        listing = _step(listing, there, from_top, size)
        assert len(set(ids(listing.loaded))) == len(listing.loaded)
        assert ids(listing.loaded) == sorted(ids(listing.loaded), reverse=True)
        if listing.complete:
            assert set(ids(listing.rows)) >= set(there)
            return


def _step(listing: Listing, there: Sequence[int], from_top: bool, size: int) -> Listing:
    """Ask a perfect server for the next page of one end."""
    if from_top:
        after = int(listing.cursor[1:]) if listing.cursor else 1_000
        found = [number for number in there if number < after]
        return listing.extended(page(found[:size], len(found) > size, size))
    after = int(listing.back_cursor[1:]) if listing.back_cursor else 0
    found = [number for number in reversed(there) if number > after]
    return listing.extended_back(page(found[:size], len(found) > size, size))
