"""What a list asks for and keeps, case by case: walks, failures, answers overtaken."""

import pytest

from assistant_tui.core.assistants.summary import (
    ASSISTANT_LIST,
)
from assistant_tui.core.errors import NotFound, ServerFault, Unauthorized
from assistant_tui.core.list_spec import AS_SERVED
from assistant_tui.core.list_state import (
    MOST_LOSSES,
    SHORT,
    ListState,
    Load,
)
from assistant_tui.core.listing import Listing
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import EVERYTHING, parse
from tests.core.test_list_state import PAGE, Server, row


def state_of(count: int, loaded: int) -> tuple[Server, ListState]:
    server = Server(count)
    return server, ListState(FilteredListing(Listing(server.rows[:loaded])))


def test_a_walk_that_is_given_up_while_it_is_wanted_again_is_begun_anew() -> None:
    _, state = state_of(20, PAGE)
    state = state.with_query(parse("model", ASSISTANT_LIST), AS_SERVED)
    first = state.next_request()
    assert first is not None and first.load is Load.WALK
    state = state.started(first).with_query(EVERYTHING, AS_SERVED)
    assert state.superseded
    state = state.with_query(parse("model:m1", ASSISTANT_LIST), AS_SERVED)
    assert state.loading_all and state.next_request() is None
    state = state.given_up(first)
    again = state.next_request()
    assert again is not None and again.load is Load.WALK


def test_a_walk_that_ends_short_is_a_failure_and_not_begun_again_and_again() -> None:
    _, state = state_of(20, PAGE)
    state = state.wanting_all(True)
    request = state.next_request()
    assert request is not None
    state = state.started(request).ended(request)
    assert state.failure is not None and str(state.failure.error) == SHORT
    assert state.next_request() is None and not state.loading_all and not state.found_all


def test_a_server_whose_cursors_are_always_gone_is_asked_only_so_often() -> None:
    server, state = state_of(20, PAGE)
    asked = 0
    while state.failure is None:
        state = state.wanting_page(state.listing.cursor or "")
        request = state.next_request()
        assert request is not None
        state, asked = state.started(request), asked + 1
        if request.load is Load.PAGE:
            state = state.lost(request, NotFound("gone"))
        else:
            (listing,) = server.answers(request, state.listing)
            assert isinstance(listing, Listing)
            state = state.answered(request, listing).ended(request)
    assert asked == 2 * MOST_LOSSES + 1


def test_without_a_key_what_is_remembered_goes() -> None:
    state = ListState(FilteredListing(Listing([row(1)], remembered=True))).wanting_reload()
    request = state.next_request()
    assert request is not None
    state = state.started(request).failed(request, Unauthorized("no key"))
    assert len(state.listing) == 0 and state.failure is not None


def test_what_is_saved_here_tries_again_what_failed() -> None:
    server, state = state_of(20, PAGE)
    state = state.wanting_all(True)
    request = state.next_request()
    assert request is not None
    state = state.started(request).failed(request, ServerFault("down"))
    assert state.next_request() is None
    again = state.with_listing(state.listing.with_row(server.rows[0])).next_request()
    assert again is not None and again.load is Load.WALK


@pytest.mark.parametrize("load", [Load.WALK, Load.RELOAD])
def test_answers_that_were_overtaken_by_a_save_or_a_deletion_are_left_out(load: Load) -> None:
    server, state = state_of(20, PAGE)
    state = state.wanting_all(True) if load is Load.WALK else state.wanting_reload()
    request = state.next_request()
    assert request is not None and request.load is load
    older = next(server.answers(request, state.listing))
    assert isinstance(older, Listing)
    state = state.started(request)
    state = state.with_listing(state.listing.without([server.rows[0].id]))
    assert state.superseded and state.answered(request, older) is state
    again = state.given_up(request).next_request()
    assert again is not None and again.load is load


def test_no_page_is_added_to_rows_that_are_only_remembered() -> None:
    state = ListState(FilteredListing(Listing([row(1)], remembered=True)))
    assert state.wanting_page(state.listing.cursor or "").next_request() is None


def test_a_filter_loads_remembered_rows_anew_and_once() -> None:
    server, state = state_of(20, 0)
    state = ListState(FilteredListing(Listing([row(1)], remembered=True)))
    state = state.with_query(parse("model", ASSISTANT_LIST), AS_SERVED)
    request = state.next_request()
    assert request is not None and request.load is Load.WALK
    state = state.started(request).wanting_reload()
    assert not state.superseded
    answer = next(server.answers(request, state.listing))
    assert isinstance(answer, Listing)
    state = state.answered(request, answer)
    assert not state.superseded and not state.reload_wanted
