"""The list's state against a model: whatever happens in whatever order, it ends with all rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assistant_tui.core.assistants.summary import (
    ASSISTANT_LIST,
    MODEL,
    AssistantSummary,
    summary_of,
)
from assistant_tui.core.errors import NotFound, ServerFault, ServiceError, Unauthorized
from assistant_tui.core.list_spec import AS_SERVED, CREATED, NAME, Column, Ordering
from assistant_tui.core.list_state import (
    MOST_LOSSES,
    SHORT,
    ListState,
    Load,
    LoadRequest,
)
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import EVERYTHING, QueryError, parse

Answer = Listing | Page | ServiceError
PAGE = 4
WORDS = ("alpha", "beta", "gamma", "model", "omega")


def row(number: int, name: str = "") -> ResourceRow:
    """An assistant; the higher its number, the newer it is."""
    name = name or WORDS[number % len(WORDS)]
    return ResourceRow(
        f"asst_{number}",
        number,
        f'{{"name": "{name}"}}',
        summary=AssistantSummary(name, f"m{number % 3}"),
    )


def shown(state: ListState) -> list[ResourceRow]:
    return [*state.view.rows]


class Server:
    """All rows, newest first; the sequence of answers to one request, as the list is by then."""

    def __init__(self, count: int) -> None:
        self.rows = [row(number) for number in range(count, 0, -1)]
        self.next = count + 1

    def page(self, after: str | None, *, ascending: bool = False, limit: int = PAGE) -> Page:
        rows = self.rows[::-1] if ascending else self.rows
        ids = [each.id for each in rows]
        if after is not None and after not in ids:
            raise NotFound("gone")
        start = 0 if after is None else ids.index(after) + 1
        more = len(rows) > start + limit
        return Page(tuple(rows[start : start + limit]), more, after, limit)

    def answers(self, request: LoadRequest, listing: Listing) -> Iterator[Answer]:
        """What comes of a request on a listing, one answer after the other."""
        match request.load:
            case Load.PAGE:
                yield self.page(request.after)
            case Load.RELOAD:
                whole = Listing()
                while not whole.exhausted and (not whole.rows or len(whole) < request.count):
                    whole = whole.extended(self.page(whole.cursor))
                yield whole
            case Load.WALK:
                whole, back = Listing() if listing.remembered else listing, False
                while not whole.exhausted:
                    if back and not whole.back:
                        whole = whole.extended_back(self.page(whole.back_cursor, ascending=True))
                    else:
                        whole = whole.extended(self.page(whole.cursor))
                    back = not back
                    yield whole


class ListMachine(RuleBasedStateMachine):
    """A person, a server and an executor that does what the state says, each in its own time."""

    @initialize(count=st.integers(0, 30), remembered=st.booleans())
    def begin(self, count: int, remembered: bool) -> None:
        self.server = Server(count)
        rows = [row(1_000), *self.server.rows[1:PAGE], row(0)]
        """Others deleted two of them, and created one."""
        opening = Listing(rows, remembered=True) if remembered else Listing()
        self.state = ListState(FilteredListing(opening))
        self.asking: LoadRequest | None = None
        self.answers: Iterator[Answer] = iter(())
        self.cancelled = False
        self.late: list[tuple[LoadRequest, Listing]] = []
        """Answers that came before, and may come a second time."""
        self.become(self.state.wanting_reload())

    def become(self, state: ListState) -> None:
        """Go on with a state, as an executor does that looks at it at once."""
        self.state = state
        if self.asking is not None and state.superseded:
            self.cancelled = True

    # The person.

    @rule(text=st.sampled_from(["a", "al", "alpha", "model:", "model:m", "model:m1", "!a", ""]))
    def types(self, text: str) -> None:
        try:
            query = parse(text, ASSISTANT_LIST)
        except QueryError as error:
            query = error.rest
        self.become(self.state.with_query(query, self.state.view.ordering))

    @rule(column=st.sampled_from(ASSISTANT_LIST.columns), descending=st.booleans())
    def sorts(self, column: Column, descending: bool) -> None:
        self.become(self.state.with_query(self.state.view.query, Ordering(column, descending)))

    @rule()
    def takes_back(self) -> None:
        self.become(self.state.unfiltered())

    @rule(wanted=st.booleans())
    def waits_for_all(self, wanted: bool) -> None:
        self.become(self.state.wanting_all(wanted))

    @rule()
    def scrolls_to_the_end(self) -> None:
        if (cursor := self.state.listing.cursor) is not None:
            self.become(self.state.wanting_page(cursor))

    @rule(anew=st.booleans())
    def tries_again(self, anew: bool) -> None:
        self.become(self.state.wanting_reload() if anew else self.state.retrying())

    @rule(place=st.integers(0, 40), name=st.sampled_from(WORDS))
    def saves(self, place: int, name: str) -> None:
        loaded = self.state.listing.loaded
        if place < len(loaded) and (old := loaded[place]) in self.server.rows:
            new = row(int(old.id[5:]), name)
            self.server.rows[self.server.rows.index(old)] = new
            self.become(self.state.with_listing(self.state.listing.with_row(new)))

    @precondition(lambda self: not self.state.listing.remembered)
    @rule(name=st.sampled_from(WORDS))
    def creates(self, name: str) -> None:
        new = row(self.server.next, name)
        self.server.next += 1
        self.server.rows.insert(0, new)
        self.become(self.state.with_listing(self.state.listing.with_row(new)))

    @rule(places=st.sets(st.integers(0, 40), min_size=1, max_size=3))
    def deletes(self, places: set[int]) -> None:
        gone = [each.id for at, each in enumerate(self.state.listing.loaded) if at in places]
        self.server.rows = [each for each in self.server.rows if each.id not in gone]
        self.become(
            self.state.with_listing(self.state.listing.without(gone)) if gone else self.state
        )

    # The executor and the server.

    @rule(count=st.integers(1, 20))
    def looks(self, count: int) -> None:
        self.become(self.state.scanned(count))

    @rule(early=st.booleans())
    def starts(self, early: bool = True) -> None:
        """`early`: the server reads its list at once, and not with each answer."""
        request = self.state.next_request()
        if request is not None:
            assert self.asking is None
            self.asking, self.cancelled = request, False
            self.become(self.state.started(request))
            self.answers = self.server.answers(request, self.state.listing)
            if early:
                self.answers = iter([*self._without_failure(self.answers)])

    def _without_failure(self, answers: Iterator[Answer]) -> Iterator[Answer]:
        try:
            yield from answers
        except NotFound as error:
            yield error

    @precondition(lambda self: self.asking is not None)
    @rule()
    def answers_once(self) -> None:
        request = self.asking
        assert request is not None
        if self.cancelled:
            self.asking = None
            self.become(self.state.given_up(request))
            return
        answer = next(self._without_failure(self.answers), None)
        if isinstance(answer, ServiceError):
            self.fails(answer)
        elif answer is None:
            self.asking = None
            self.become(self.state.ended(request))
        elif isinstance(answer, Page):
            self.become(self.state.answered_with(request, answer))
        else:
            self.late.append((request, answer))
            self.become(self.state.answered(request, answer))

    @rule(steps=st.integers(1, 30))
    def goes_on(self, steps: int) -> None:
        """Nothing else happens for a while."""
        for _ in range(steps):
            self.looks(5)
            self.answers_once() if self.asking is not None else self.starts()
            self.what_is_said_is_so()

    @precondition(lambda self: self.asking is not None and not self.cancelled)
    @rule(error=st.sampled_from([ServerFault("down"), Unauthorized("no key"), NotFound("none")]))
    def fails(self, error: ServiceError) -> None:
        request, self.asking = self.asking, None
        assert request is not None
        lost = request.load is Load.PAGE and isinstance(error, NotFound)
        past = self.state.lost if lost else self.state.failed
        self.become(past(request, error))

    @precondition(lambda self: bool(self.late))
    @rule(data=st.data())
    def answers_again(self, data: st.DataObject) -> None:
        request, listing = data.draw(st.sampled_from(self.late))
        if request is not self.asking or self.cancelled:
            before = self.state
            self.become(self.state.answered(request, listing))
            self.become(self.state.ended(request) if not self.cancelled else self.state)
            assert self.state is before

    # What holds.

    def expected(self) -> list[ResourceRow]:
        """The filter and the order, applied to the whole list of the server."""
        view, found = self.state.view, [*self.server.rows]
        found = [each for each in found if view.query.matches(each)]
        keys: dict[Column, Any] = {
            CREATED: lambda each: each.created_at,
            NAME: lambda each: each.name,
            MODEL: lambda each: summary_of(each).model,
        }
        if (key := keys.get(view.ordering.column)) is not None:
            found.sort(key=key, reverse=view.ordering.descending)
        return found

    @property
    def is_idle(self) -> bool:
        idle = self.state.request is None and self.state.next_request() is None
        return idle and not self.state.view.scan_pending

    @invariant()
    def what_is_said_is_so(self) -> None:
        state = self.state
        under_way = state.request is not None or state.next_request() is not None
        assert not (state.loading_all or state.activity is not None) or under_way
        assert (state.request is None) == (self.asking is None)
        if state.found_all:
            assert shown(state) == self.expected()

    @invariant()
    def at_rest_all_is_there(self) -> None:
        state = self.state
        if not self.is_idle or state.failure is not None:
            return
        assert not state.loading_all and not state.superseded
        if state.needs_all:
            assert state.found_all
            assert shown(state) == self.expected()
        else:
            assert shown(state) == self.server.rows[: len(state.view)] or state.listing.remembered

    def teardown(self) -> None:
        """From wherever it stands, it comes to rest; after a failure, trying again helps."""
        if not hasattr(self, "state"):
            return
        for helped in (False, True):
            self.goes_on(100)
            assert self.is_idle
            assert not helped or self.state.failure is None
            self.what_is_said_is_so()
            self.at_rest_all_is_there()
            self.become(self.state.retrying())


TestListState = ListMachine.TestCase
TestListState.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


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
