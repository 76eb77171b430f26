"""Gives actions the state of one screen, and a place to say what they did."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen
from textual.timer import Timer

from assistant_tui.config.settings import Profile
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.list_state import ListState
from assistant_tui.core.listing import Listing
from assistant_tui.core.pending_writes import PendingWrites
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.tui.assistants import notices
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.assistants.filter_controller import FilterController
from assistant_tui.tui.assistants.form_controller import FormController
from assistant_tui.tui.dialogs.dialog import Dialog, Result
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.main.list_loader import ListLoader
from assistant_tui.tui.widgets.status_line import StatusLine, Tone

if TYPE_CHECKING:
    from assistant_tui.services.account_journal import AccountJournal
    from assistant_tui.services.assistants import AssistantService
    from assistant_tui.transport.activity import Activity


class ScreenContext:
    """The context of one screen's actions, and the state of what is loaded there."""

    def __init__(
        self,
        screen: Screen[None],
        profile: Profile,
        profiles: Mapping[str, Profile],
        opening: Listing,
        connect: Callable[[Profile], Awaitable["AssistantService"]],
        changed: Callable[[], None],
        show: Callable[[FilteredListing], None],
    ) -> None:
        """`changed` hears of each change of the list, `show` gets each view that is to be seen."""
        self._screen = screen
        self._changed = changed
        self._told: ListState | None = None
        """The state of which was told last."""
        self._ticking: Timer | None = None
        """The next second of a wait that is counted down."""
        self._activities: list[Activity] = []
        """What the requests to each server that was opened here are doing."""
        self.writes = PendingWrites()
        """The writes under way, to this server or another."""
        self._asked: list[Dialog[Any]] = []
        """The dialogs that a job waits for."""
        self._said = ("", Tone.PLAIN)
        """What was said last of how loading goes."""
        self.profile = profile
        self.profiles = profiles
        """All that can be opened, by name."""
        self._connect = connect
        self.model = ListModel(opening)
        self.loader = ListLoader(self.model, screen, partial(self.service_of, profile))
        self.form = FormController(self, screen, self._form_closed)
        self.filter = FilterController(self.model, screen, show)
        self.model.listen(self._tell)

    @property
    def app(self) -> App[object]:
        """The application, whose terminal an editor needs."""
        return self._screen.app

    @property
    def browser(self) -> Browser:
        """List and detail."""
        return self._screen.query_one(Browser)

    @property
    def listing(self) -> Listing:
        """What is loaded."""
        return self.model.state.listing

    @listing.setter
    def listing(self, listing: Listing) -> None:
        self.model.update(self.model.state.with_listing(listing))

    def _tell(self) -> None:
        """Say how loading goes, where that is something else than before."""
        if not self._screen.query(Browser):
            return  # The program is being ended while an answer arrives.
        service, state, before = self.loader.service, self.model.state, self._told
        if before is not None and not state.loads_otherwise(before):
            return
        self._told = state
        self.browser.notice = notices.instead_of_rows(state, self.profile)
        said = notices.progress(state, self.profile, "" if service is None else service.notice)
        if said != self._said:
            self._said = said
            self.say_passing(*said)
        self._changed()

    @property
    def service(self) -> "AssistantService":
        """The open service; flows are only started when there is one."""
        assert self.loader.service is not None
        return self.loader.service

    @property
    def journal(self) -> "AccountJournal | None":
        """What is kept of this server on this machine; None before there is a connection."""
        return None if self.loader.service is None else self.loader.service.journal

    async def service_of(self, profile: Profile) -> "AssistantService":
        """Open the service of a profile, whose waits are told. Raises ServiceError."""
        service = await self._connect(profile)
        service.writes = self.writes
        service.activity.changed = self._tell_of_waits
        self._activities.append(service.activity)
        return service

    def give_up_waits(self) -> None:
        """Let each request that waits to be sent again fail as it did before."""
        for activity in self._activities:
            activity.give_up()

    def _tell_of_waits(self) -> None:
        """Count down, on the status line, until a request is sent again."""
        if self._ticking is not None:
            self._ticking.stop()
        for status in self._screen.query(StatusLine):
            words = (each.words for each in self._activities)
            status.waiting = next((said for said in words if said), "")
            if status.waiting:
                self._ticking = self._screen.set_timer(1, self._tell_of_waits)

    async def connected(self) -> "AssistantService":
        """The open service, once there is one; raises ServiceError if it cannot be opened."""
        return await self.loader.connected()

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line."""
        for status in self._screen.query(StatusLine):
            status.say(sentence, tone)

    def say_passing(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how loading goes; an empty sentence takes back only such a one."""
        for status in self._screen.query(StatusLine):
            status.say_passing(sentence, tone)

    def report(self, error: ServiceError, doing: str = "") -> None:
        """Tell of a failure on the status line, and beside the field that it names."""
        said = f"{error.title}: {error}"
        self.say(f"{doing}: {said}" if doing else said, Tone.ERROR)
        self.form.refuse(error)

    async def ask(self, dialog: Dialog[Result]) -> Result | None:
        """Show a dialog and wait for its answer; only in a worker."""
        self._asked.append(dialog)
        try:
            return await self._screen.app.push_screen_wait(dialog)
        finally:
            self._asked.remove(dialog)

    @property
    def asks(self) -> bool:
        """Whether a job waits for nothing but an answer of the person."""
        return any(not dialog.working for dialog in self._asked)

    @property
    def marked(self) -> tuple[ResourceRow, ...]:
        """The assistants that the person has marked."""
        return self.browser.marks.listed(self.listing.loaded)

    @property
    def targets(self) -> tuple[ResourceRow, ...]:
        """The marked assistants; where none is, the highlighted one."""
        row = self.browser.highlighted
        return self.marked or (() if row is None else (row,))

    def unmark(self, assistant_ids: Iterable[str]) -> None:
        """Take the marks of some away."""
        self.browser.marks = self.browser.marks.without(assistant_ids)

    def show_row(self, row: ResourceRow) -> None:
        """Put a row that the server answered into the listing and highlight it."""
        self.listing = self.listing.with_row(row)
        self.browser.highlight(row.id)

    def reveal(self, assistant_id: str) -> None:
        """Highlight an assistant that is loaded, whatever filter would hide it."""
        self.filter.reveal(assistant_id)

    async def open_form(self, draft: Draft, key: str = "", title: str = "") -> None:
        """Open the form on a draft; `key` is where it is kept, if it is."""
        await self.filter.close()
        self._screen.add_class("-form")
        self.browser.close_off(True)
        await self.form.open(draft, key, title)

    def _form_closed(self) -> None:
        self._screen.remove_class("-form")
        self.browser.close_off(False)
        self.browser.show_list()
