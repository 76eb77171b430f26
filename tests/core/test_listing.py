"""How a list grows page by page, whatever the server says about pages."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.rows import ResourceRow


def rows(*numbers: int) -> tuple[ResourceRow, ...]:
    return tuple(
        ResourceRow(f"a{n}", n, "{}", summary=AssistantSummary(f"N{n}", "m")) for n in numbers
    )


def page(
    numbers: Sequence[int],
    has_more: bool | None = None,
    *,
    limit: int = 3,
    after: str | None = None,
    refused: bool = False,
    total: int | None = None,
) -> Page:
    return Page(rows(*numbers), has_more, after, limit, refused, total)


def ids(listing: Listing) -> list[str]:
    return [row.id for row in listing.rows]


def test_a_perfect_server() -> None:
    listing = Listing().extended(page([1, 2, 3], True))
    assert (listing.complete, listing.exhausted, listing.cursor) == (False, False, "a3")
    listing = listing.extended(page([4, 5], False, after="a3"))
    assert (listing.complete, listing.exhausted) == (True, True)
    assert ids(listing) == ["a1", "a2", "a3", "a4", "a5"]


@pytest.mark.parametrize("has_more", [False, None])
def test_a_full_page_that_says_it_is_the_last_is_not_believed(has_more: bool | None) -> None:
    listing = Listing().extended(page([1, 2, 3], has_more))
    assert not listing.exhausted
    listing = listing.extended(page([], has_more, after="a3"))
    assert listing.complete
    assert len(listing) == 3


def test_a_short_page_is_the_last_where_the_server_says_so() -> None:
    assert Listing().extended(page([1, 2], False)).complete
    assert not Listing().extended(page([1, 2], True)).exhausted


def test_a_short_page_that_says_nothing_is_the_last_once_another_brings_nothing() -> None:
    """Some servers give fewer than they are asked for."""
    listing = Listing().extended(page(range(20), None, limit=50))
    assert not listing.exhausted
    assert listing.total(20) == "20+"
    listing = listing.extended(page(range(20, 27), None, limit=50, after="a19"))
    assert not listing.exhausted
    listing = listing.extended(page([], None, limit=50, after="a26"))
    assert listing.total(27) == "27 (all)"


@pytest.mark.parametrize("refused", [True, False])
@pytest.mark.parametrize(("count", "shown"), [(20, "20+"), (100, "100+"), (17, "17 (all)")])
def test_a_short_page_that_says_nothing_and_comes_again_is_doubted_if_it_has_a_usual_length(
    count: int, shown: str, refused: bool
) -> None:
    first = page(range(count), None, limit=150)
    again = page([] if refused else range(count), None, limit=150, after="a", refused=refused)
    listing = Listing().extended(first).extended(again)
    assert listing.total(count) == shown
    assert (listing.single_page, listing.exhausted) == ("+" in shown, True)


@pytest.mark.parametrize("has_more", [False, None])
def test_a_told_total_refutes_that_this_is_all(has_more: bool | None) -> None:
    """150 are told: neither a list that ignores the limit, nor an empty page, is all of them."""
    first = Listing().extended(page(range(100), has_more, limit=50, total=150))
    assert not first.exhausted
    for page_that_follows in (
        page(range(100), has_more, limit=50, after="a99", total=150),
        page([], has_more, limit=50, after="a99", refused=True),
        page([], has_more, limit=50, after="a99"),
    ):
        listing = first.extended(page_that_follows)
        assert (listing.total(100), listing.single_page) == ("100+", True)
    assert first.extended(page(range(100, 150), False, limit=51, total=150)).complete


def test_a_told_total_that_is_reached_needs_no_further_page() -> None:
    assert Listing().extended(page(range(20), None, limit=50, total=20)).complete
    assert not Listing().extended(page(range(50), None, limit=50, total=50)).exhausted


def test_what_is_created_or_deleted_here_does_not_count_against_a_told_total() -> None:
    listing = Listing().extended(page(range(3), True, total=6)).without(["a0"])
    listing = listing.with_row(rows(9)[0])
    assert not listing.extended(page([3, 4], False, limit=4, after="a2")).complete
    assert listing.extended(page([3, 4, 5], False, limit=4, after="a2")).complete


def test_an_empty_server() -> None:
    listing = Listing().extended(page([], False))
    assert (listing.complete, listing.single_page, listing.cursor) == (True, False, None)
    assert listing.count(0, 50) == "0 (all)"


def test_more_that_never_comes_ends_the_walk() -> None:
    listing = Listing().extended(page([1, 2, 3], True)).extended(page([], True, after="a3"))
    assert listing.exhausted


@pytest.mark.parametrize("has_more", [True, False, None])
def test_a_server_that_ignores_the_cursor_has_one_page(has_more: bool | None) -> None:
    listing = Listing().extended(page([1, 2, 3], has_more))
    listing = listing.extended(page([1, 2, 3], has_more, after="a3"))
    assert (listing.single_page, listing.complete, len(listing)) == (True, False, 3)
    assert listing.count(0, 3) == "1–3 of 3+"


def test_a_server_that_ignores_cursor_and_limit_has_sent_all() -> None:
    listing = Listing().extended(page(range(9), None)).extended(page(range(9), None, after="a8"))
    assert (listing.complete, listing.single_page, len(listing)) == (True, False, 9)


def test_a_server_that_ignores_the_limit_and_refuses_the_cursor_has_sent_all() -> None:
    refused = page([], None, after="a8", refused=True)
    listing = Listing().extended(page(range(9), False)).extended(refused)
    assert (listing.complete, listing.single_page) == (True, False)
    listing = Listing().extended(page(range(9), True)).extended(refused)
    assert (listing.complete, listing.single_page) == (False, True)


def test_a_row_that_was_created_meanwhile_does_not_make_one_page_all() -> None:
    listing = Listing().extended(page([1, 2, 3], False)).with_row(rows(4)[0])
    listing = listing.extended(page([4, 1, 2], False, after="a3"))
    assert (listing.complete, listing.single_page) == (False, True)


def test_pages_that_overlap_add_what_is_new() -> None:
    listing = Listing().extended(page([1, 2, 3], True)).extended(page([3, 4, 4], True, after="a3"))
    assert ids(listing) == ["a1", "a2", "a3", "a4"]
    assert not listing.exhausted


def test_a_refused_cursor_keeps_what_there_is() -> None:
    listing = Listing().extended(page([1, 2, 3], True))
    listing = listing.extended(page([], None, after="a3", refused=True))
    assert (len(listing), listing.single_page, listing.complete) == (3, True, False)


def test_an_answer_ends_remembering() -> None:
    assert not Listing(remembered=True).extended(page([1], False)).remembered
    assert not Listing(rows(1), remembered=True).extended(page([], None, refused=True)).remembered


@given(st.lists(st.tuples(st.lists(st.integers(0, 9)), st.none() | st.booleans())))
def test_no_id_stands_twice_and_a_walk_without_new_ids_ends(
    answers: list[tuple[list[int], bool | None]],
) -> None:
    listing = Listing()
    for numbers, has_more in answers:
        before = set(ids(listing))
        listing = listing.extended(page(numbers, has_more))
        assert len(set(ids(listing))) == len(listing)
        assert set(ids(listing)) == before | {f"a{n}" for n in numbers}
        assert listing.exhausted or {f"a{n}" for n in numbers} - before
        assert not (listing.complete and listing.single_page)


@pytest.mark.parametrize(
    ("numbers", "oldest_first"), [([3, 2, 1], False), ([1, 2, 3], True), ([1], False), ([], False)]
)
def test_a_server_that_lists_the_oldest_first_is_noticed(
    numbers: list[int], oldest_first: bool
) -> None:
    assert Listing(rows(*numbers)).oldest_first is oldest_first
    assert not Listing(row._replace(created_at=None) for row in rows(*numbers)).oldest_first


def test_looking_up() -> None:
    listing = Listing(rows(1, 2))
    assert (listing.position("a2"), listing.position("x"), listing.position(None)) == (
        1,
        None,
        None,
    )
    assert listing.row("a2") == rows(2)[0]
    assert listing.row("x") is None


def test_a_saved_row_stays_in_its_place_and_a_new_one_comes_first() -> None:
    changed = rows(2)[0]._replace(summary=AssistantSummary("changed"))
    listing = Listing(rows(1, 2, 3), complete=True).with_row(changed)
    assert listing.rows[1] == changed
    assert ids(listing.with_row(rows(4)[0])) == ["a4", "a1", "a2", "a3"]
    assert listing.complete


def test_leaving_out() -> None:
    listing = Listing(rows(1, 2, 3), complete=True).without(["a2", "x"])
    assert (ids(listing), listing.complete) == (["a1", "a3"], True)


@pytest.mark.parametrize(
    ("count", "complete", "position", "said"),
    [
        (0, False, 0, ""),
        (0, True, 0, "0 (all)"),
        (50, False, 0, "1–50 of 50+"),
        (120, False, 50, "51–100 of 120+"),
        (120, True, 119, "101–120 of 120 (all)"),
        (1_234, True, 0, "1–50 of 1,234 (all)"),
    ],
)
def test_loaded_and_all_are_told_apart(
    count: int, complete: bool, position: int, said: str
) -> None:
    assert Listing(rows(*range(count)), complete=complete).count(position, 50) == said
