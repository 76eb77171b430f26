"""What a list shows and what it needs next: an immutable state, changed by what happens.

Each method takes something that happened (a key, an answer, a failure) and returns the state that
follows. Whoever holds the state then looks at `next_request`, `superseded` and `view.scan_pending`
and starts a request, gives one up, or scans on. `request` alone says what is being done, so that a
request that was given up, failed or was overtaken leaves nothing behind.
"""

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import NamedTuple

from assistant_tui.core.errors import Forbidden, ServiceError, Unauthorized
from assistant_tui.core.list_spec import AS_SERVED, Ordering
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.core.search.query import EVERYTHING, Query

MOST_LOSSES = 3
"""Reloads in a row because a cursor is gone, after which the next one counts as a failure."""
SHORT = "the list was not loaded to its end"
"""The message where a server's answers ended before its list did."""


class Load(Enum):
    """How rows come from the server."""

    RELOAD = auto()
    """As many as there are, anew."""
    PAGE = auto()
    """The page that follows."""
    WALK = auto()
    """All that are missing, one answer after the other."""


@dataclass(frozen=True, eq=False)
class LoadRequest:
    """One request for rows; equal only to itself, so that no answer is taken for another's."""

    load: Load
    after: str = ""
    """The cursor of a page."""
    count: int = 0
    """How many rows a reload fetches at least."""


class Failure(NamedTuple):
    """An error, and the kind of request that failed with it."""

    load: Load
    error: ServiceError


@dataclass(frozen=True, eq=False)
class ListState:
    """An immutable snapshot; a method that has nothing to change returns the same one."""

    view: FilteredListing = field(default_factory=FilteredListing)
    """What is loaded, looked for, sorted by and found so far."""
    reload_wanted: bool = False
    page_wanted: str | None = None
    """The cursor whose page is wanted; ignored once the list ends with another row."""
    all_wanted: bool = False
    """All rows are waited for, whatever filter and order there are."""
    request: LoadRequest | None = None
    """What is under way, from its start until it was answered, has failed or was given up."""
    base: Listing | None = None
    """What was loaded when the request, or its last answer, was added to it."""
    failure: Failure | None = None
    """Why nothing is asked for; a reload, a change and another wish take it away."""
    losses: int = 0
    """How often all was loaded anew since a cursor was gone, without a page in between."""

    @property
    def listing(self) -> Listing:
        """What is loaded."""
        return self.view.listing

    @property
    def needs_all(self) -> bool:
        """Every row must be there: for a filter, an order, or somebody who waits for them.

        Also for the next page where the server gives none: only the other end brings it.
        """
        return self.all_wanted or not self.view.unfiltered or self._page_from_other_end

    @property
    def _page_from_other_end(self) -> bool:
        stuck = self.listing.single_page and not self.listing.remembered
        return stuck and self.page_wanted is not None and self.page_wanted == self.listing.cursor

    @property
    def loading_all(self) -> bool:
        """The remaining rows are being loaded."""
        return self.needs_all and self._missing and self.failure is None

    @property
    def found_all(self) -> bool:
        """What is shown is all that there is to show: every row was loaded and looked at."""
        return not self._missing and not self.view.scan_pending

    @property
    def _missing(self) -> bool:
        return self.listing.remembered or not self.listing.ended

    # What is to be requested.

    def next_request(self) -> LoadRequest | None:
        """What to ask for now; None where nothing is needed, or something is under way."""
        return None if self.request is not None else self._needed()

    @property
    def superseded(self) -> bool:
        """What is under way is not wanted any more, or was overtaken: it is to be given up."""
        if self.request is None:
            return False
        match self.request.load:
            case Load.RELOAD:
                return self.listing is not self.base
            case Load.PAGE:
                return self.reload_wanted or self.listing.cursor != self.request.after
        # Rows that were only remembered are loaded anew by a walk as well.
        anew = self.reload_wanted and not self.listing.remembered
        return anew or not self.needs_all or self.listing is not self.base

    @property
    def activity(self) -> Load | None:
        """The kind of request that is under way, or will be once a superseded one was given up."""
        if self.request is not None and not self.superseded:
            return self.request.load
        needed = self._needed()
        return None if needed is None else needed.load

    def loads_otherwise(self, before: "ListState") -> bool:
        """Whether the loaded rows, the failure or the progress differ from an earlier state."""
        same = self.listing is before.listing and self.failure is before.failure
        going = (self.activity, self.loading_all, self.all_wanted)
        return not same or going != (before.activity, before.loading_all, before.all_wanted)

    def _needed(self) -> LoadRequest | None:
        listing = self.listing
        if self.failure is not None:
            return None
        if self.reload_wanted:
            return LoadRequest(Load.RELOAD, count=0 if listing.remembered else len(listing))
        if not self._missing:
            return None
        if self.needs_all:
            return LoadRequest(Load.WALK)
        wanted = self.page_wanted is not None and self.page_wanted == listing.cursor
        # What follows remembered rows is asked for when the server has confirmed them.
        if wanted and not listing.remembered:
            return LoadRequest(Load.PAGE, after=listing.cursor or "")
        return None

    # What the person asks for.

    def with_query(self, query: Query, ordering: Ordering) -> "ListState":
        """Filter by another query and sort by another order."""
        if query == self.view.query and ordering == self.view.ordering:
            return replace(self, view=replace(self.view, query=query))
        return self._wish(replace(self, view=self.view.with_query(query, ordering)))

    def unfiltered(self) -> "ListState":
        """Take back the filter, else the order."""
        return self.with_query(EVERYTHING, self.view.ordering if self.view.query else AS_SERVED)

    def wanting_all(self, wanted: bool) -> "ListState":
        """Ask for all rows, whatever the filter; or no longer."""
        return self if wanted == self.all_wanted else self._wish(replace(self, all_wanted=wanted))

    def wanting_page(self, after: str) -> "ListState":
        """Ask for the page that follows a cursor."""
        return self if after == self.page_wanted else replace(self, page_wanted=after)

    def wanting_reload(self) -> "ListState":
        """Load all anew, and try again what failed."""
        return replace(self, reload_wanted=True, failure=None, losses=0)

    def retrying(self) -> "ListState":
        """Try again what failed, from where it stands."""
        return replace(self, failure=None)

    def _wish(self, wished: "ListState") -> "ListState":
        """Forget a failure that has nothing to do with the new wish."""
        failure = self.failure
        done = failure is not None and failure.load is Load.WALK and not wished.needs_all
        if done or (wished.needs_all and not self.needs_all):
            failure = None
        return replace(wished, failure=failure)

    # Changes of rows, and answers to requests.

    def with_listing(self, listing: Listing) -> "ListState":
        """Take over rows that were changed here: created, saved or deleted."""
        if listing is self.listing:
            return self
        lasting = self.failure is not None and self.failure.load is Load.RELOAD
        failure = self.failure if lasting else None
        return replace(self, view=self.view.with_listing(listing), failure=failure)

    def scanned(self, count: int) -> "ListState":
        """Match the next rows against the query, `count` at most."""
        return replace(self, view=self.view.scanned(count)) if self.view.scan_pending else self

    def started(self, request: LoadRequest) -> "ListState":
        """A request is under way."""
        return replace(self, request=request, base=self.listing)

    def answered(self, request: LoadRequest, listing: Listing) -> "ListState":
        """Rows came; what was overtaken meanwhile is left out."""
        if request is not self.request or self.superseded:
            return self
        reloaded = request.load is Load.RELOAD or self.listing.remembered
        return replace(
            self,
            view=self.view.with_listing(listing),
            base=listing,
            reload_wanted=self.reload_wanted and not reloaded,
            losses=self.losses if request.load is Load.RELOAD else 0,
        )

    def answered_with(self, request: LoadRequest, page: Page) -> "ListState":
        """The page that follows came."""
        if request is not self.request or self.superseded:
            return self
        return self.answered(request, self.listing.extended(page))

    def ended(self, request: LoadRequest) -> "ListState":
        """There are no more answers; a walk that has not brought all is not begun again unasked."""
        if request is not self.request:
            return self
        if request.load is Load.WALK and not self.superseded and self._missing:
            return self.failed(request, ServiceError(SHORT))
        return self.given_up(request)

    def given_up(self, request: LoadRequest) -> "ListState":
        """A request was given up before its end."""
        return replace(self, request=None, base=None) if request is self.request else self

    def failed(self, request: LoadRequest, error: ServiceError) -> "ListState":
        """A request failed; that of one that was not wanted any more is no news.

        Without a key, what is remembered is not shown any longer.
        """
        if request is not self.request or self.superseded:
            return self.given_up(request)
        view = self.view
        if view.listing.remembered and isinstance(error, Unauthorized | Forbidden):
            view = view.with_listing(Listing())
        failure = Failure(request.load, error)
        now = replace(self, view=view, reload_wanted=False, failure=failure)
        return now.given_up(request)

    def lost(self, request: LoadRequest, error: ServiceError) -> "ListState":
        """The cursor of a page is gone: all is loaded anew, unless that helps no more."""
        if request is not self.request or self.superseded:
            return self.given_up(request)
        if self.losses == MOST_LOSSES:
            return self.failed(request, error)
        now = replace(self, reload_wanted=True, losses=self.losses + 1)
        return now.given_up(request)
