"""The one state of a screen's list: whoever changes it does so here, and all others hear of it."""

from collections.abc import Callable

from assistant_tui.core.list_state import ListState
from assistant_tui.core.listing import Listing
from assistant_tui.core.search.filtered_listing import FilteredListing


class ListModel:
    """Holds the state; listeners are called after each change, and read it themselves.

    A listener may change the state again, so each one acts on what it reads, not on what happened.
    """

    def __init__(self, opening: Listing) -> None:
        self._state = ListState(FilteredListing(opening))
        self._listeners: list[Callable[[], None]] = []

    @property
    def state(self) -> ListState:
        """What is shown, wanted and under way."""
        return self._state

    def update(self, state: ListState) -> None:
        """Go on with another state."""
        if state is not self._state:
            self._state = state
            for listener in [*self._listeners]:
                listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call a listener after each change."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Call a listener no more."""
        self._listeners.remove(listener)
