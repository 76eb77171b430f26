"""The list's state against a model: whatever happens in whatever order, it ends with all rows."""

from collections.abc import Iterator
from typing import Any

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
from assistant_tui.core.list_spec import CREATED, NAME, Column, Ordering
from assistant_tui.core.list_state import (
    ListState,
    Load,
    LoadRequest,
)
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import QueryError, parse

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
