"""The screen where the panes meet: it holds the state, hears the panes and starts the work."""

from collections.abc import Callable, Coroutine
from enum import Enum
from typing import TYPE_CHECKING, Any

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from assistant_tui.api.dialect import Capability
from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.listing import Listing, Row
from assistant_tui.tui.clipboard import Clipboard
from assistant_tui.tui.commands import Where, at_hand
from assistant_tui.tui.dialogs.help import help_screen
from assistant_tui.tui.dialogs.profiles import ProfileDialog
from assistant_tui.tui.flows import copying, deleting, editing, leaving, samples, showing
from assistant_tui.tui.flows.desk import Result
from assistant_tui.tui.messages import Tone
from assistant_tui.tui.screens import notices
from assistant_tui.tui.screens.form_desk import FormDesk
from assistant_tui.tui.screens.loader import Connect, Loader
from assistant_tui.tui.widgets.detail_pane import DetailPane
from assistant_tui.tui.widgets.list_pane import ListPane
from assistant_tui.tui.widgets.status_line import HeaderLine, KeyLine, StatusLine

if TYPE_CHECKING:
    from assistant_tui.catalog.catalog import Catalog


class Mode(Enum):
    """Which pane is at work; in a narrow terminal it is the only one shown."""

    LIST = "-list"
    DETAIL = "-detail"
    FORM = "-form"


_NEEDS_ROW = {
    *("open", "delete", "copy_id", "show_id", "json", "edit_json"),
    *("copy_name", "copy_json", "copy_curl"),
}
_WRITES = {
    "create": Capability.CREATE,
    "samples": Capability.CREATE,
    "delete": Capability.DELETE,
    "edit_json": Capability.MODIFY,
}
"""The commands that change something, and what the server must be able to do."""


_LACKS = {
    Capability.RETRIEVE: "It cannot retrieve one assistant: each is looked up through the list.",
    Capability.MODIFY: "It cannot modify assistants.",
    Capability.DELETE: "It cannot delete assistants.",
    Capability.CREATE: "It cannot create assistants.",
    Capability.CURSOR: "It gives one page only.",
    Capability.MODELS: "It lists no models.",
}


class MainScreen(Screen[None]):
    """List, detail and form of one profile."""

    class ProfileChosen(Message):
        """The person wants another profile, and nothing is lost by leaving this one."""

        def __init__(self, profile: Profile) -> None:
            super().__init__()
            self.profile = profile

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 Textual types it so

    listing: var[Listing] = var(Listing())
    row: var[Row | None] = var(None)
    notice: var[str] = var("")
    mode: var[Mode] = var(Mode.LIST)
    busy: var[bool] = var(False)
    """A write is under way: no other may start, and the form stays."""

    list_pane = getters.query_one(ListPane)
    detail_pane = getters.query_one(DetailPane)
    header_line = getters.query_one(HeaderLine)
    status_line = getters.query_one(StatusLine)
    key_line = getters.query_one(KeyLine)

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        opening: Listing,
        connect: Connect,
        clipboard: Clipboard,
        welcome: str = "",
    ) -> None:
        super().__init__()
        self.profile = profile
        self._settings = settings
        self._opening = opening
        self._clipboard = clipboard
        self._welcome = welcome
        self._loader = Loader(self, connect)
        self._form = FormDesk(self, self, self._form_closed)

    def compose(self) -> ComposeResult:
        """A line above, the panes, and two lines below."""
        profile = self.profile
        yield HeaderLine(profile.name, profile.host, read_only=profile.read_only)
        with Horizontal(id="panes"):
            yield ListPane(profile.page_size).data_bind(MainScreen.listing, MainScreen.notice)
            yield DetailPane().data_bind(MainScreen.row)
        yield StatusLine()
        yield KeyLine(self._settings.keymap)

    def on_mount(self) -> None:
        """Show what is known at once, then ask the server."""
        self.notice = notices.LOADING
        self.listing = self._opening
        self.list_pane.focus()
        self.say(self._welcome)
        self.call_after_refresh(self.action_refresh)

    async def on_unmount(self) -> None:
        """Leave the server."""
        await self._loader.close()

    # What the flows and the loader use.

    @property
    def catalog(self) -> "Catalog":
        """The open catalog; commands that need it are not at hand before it is there."""
        assert self._loader.catalog is not None
        return self._loader.catalog

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line."""
        self.status_line.say(sentence, tone)

    def report(self, error: ServiceError, doing: str = "") -> None:
        """Tell of a failure on the status line, and beside the field that it names."""
        self.say(
            f"{doing}: {error.title}: {error}" if doing else f"{error.title}: {error}", Tone.ERROR
        )
        self._form.refuse(error)

    async def ask(self, dialog: Screen[Result]) -> Result | None:
        """Show a dialog and wait for its answer; only in a worker."""
        return await self.app.push_screen_wait(dialog)

    def show_row(self, row: Row) -> None:
        """Put a row that the server answered into the listing and highlight it."""
        self.listing = self.listing.with_row(row)
        self.list_pane.highlight(row.id)
        self.row = self.list_pane.highlighted

    def load_started(self) -> None:
        """Say so where there is nothing else to see."""
        self.notice = notices.LOADING
        if not self.listing.rows:
            return
        if not self.listing.remembered:
            self.say("Loading…", Tone.WORKING)

    def load_ended(self) -> None:
        """The listing is what the server has."""
        if self.status_line.tone is not Tone.PLAIN or self.status_line.sentence == "Loading…":
            self.say("")
        if self.listing.single_page:
            self.say("This server gives one page only; there may be more", Tone.WARNING)
        self.notice = notices.empty(writable=not self.profile.read_only)
        self._show_state()

    def load_failed(self, error: ServiceError) -> None:
        """Keep what is there, and say which key helps."""
        self.notice = notices.failed(error, self.profile)
        if self.listing.rows:
            self.say(f"{error.title}: {error} · r tries again", Tone.ERROR)
        self._show_state()

    def _work(self, job: Coroutine[Any, Any, None]) -> None:
        """Start a job that may ask and write; it is never cancelled, and no two run at once."""
        self.run_worker(self._while_busy(job), group="write")

    async def _while_busy(self, job: Coroutine[Any, Any, None]) -> None:
        self.busy = True
        try:
            await job
        finally:
            self.busy = False

    # What the panes say.

    @on(ListPane.Highlighted)
    def _follow(self, event: ListPane.Highlighted) -> None:
        self.row = self.listing.row(event.assistant_id)
        self._show_state()

    @on(ListPane.PageWanted)
    def _extend(self, event: ListPane.PageWanted) -> None:
        self.run_worker(self._loader.extend(event.after), group="page")

    @on(ListPane.Selected)
    async def _open_clicked(self) -> None:
        await self.run_action("screen.open")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the focus: the footer shows the keys of where it is."""
        if event.widget is self.list_pane:
            self.mode = Mode.LIST
        elif event.widget is self.detail_pane:
            self.mode = Mode.DETAIL
        self._show_state()

    def watch_mode(self) -> None:
        """Show the pane that is at work."""
        for mode in Mode:
            self.set_class(mode is self.mode, mode.value)
        self.list_pane.can_focus = self.mode is not Mode.FORM

    def watch_busy(self) -> None:
        """Grey out what may not be done twice at once."""
        self.refresh_bindings()
        self._show_state()

    def watch_listing(self) -> None:
        """Show how many rows there are."""
        self._show_state()

    def _show_state(self) -> None:
        """Bring header and footer up to date."""
        count = self.listing.count(self.list_pane.cursor, self.profile.page_size)
        self.header_line.count = f"{count} · remembered" if self.listing.remembered else count
        where = Where.FORM if self.mode is Mode.FORM else Where.BROWSE
        self.key_line.commands = tuple(
            command
            for command in at_hand((where,))
            if command.footer and self.check_action(command.name, ())
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """False hides a command that makes no sense here, None greys out one that must wait."""
        if action in ("save", "leave", "edit_field"):
            if action == "edit_field" and self._form.form is not None:
                return self._form.form.focused_text is not None
            return not self.busy or None
        if action in _NEEDS_ROW and self.list_pane.highlighted is None:
            return False
        if action == "samples" and (self.listing.rows or not self.listing.complete):
            return False
        if action in _WRITES:
            if self.profile.read_only:
                return False
            catalog = self._loader.catalog
            if catalog is None or self.busy or not catalog.can(_WRITES[action]):
                return None
        return True

    # What the keys do.

    def action_refresh(self) -> None:
        """Load the list anew."""
        self.run_worker(self._loader.reload(), group="page")

    def action_next_page(self) -> None:
        """Go to the next page."""
        self.list_pane.move_page(1)

    def action_previous_page(self) -> None:
        """Go to the page before."""
        self.list_pane.move_page(-1)

    def action_switch_pane(self) -> None:
        """Go from the list to the detail, or back."""
        self.mode = Mode.DETAIL if self.mode is Mode.LIST else Mode.LIST
        (self.detail_pane if self.mode is Mode.DETAIL else self.list_pane).focus()

    def action_back(self) -> None:
        """Go back to the list."""
        self.mode = Mode.LIST
        self.list_pane.focus()

    def action_open(self) -> None:
        """Open the form on the highlighted assistant; where it cannot be edited, read it."""
        row = self.list_pane.highlighted
        if row is None:
            return
        if row.problem:
            self.action_json()
        elif self.profile.read_only or self._loader.catalog is None:
            self.action_switch_pane()
        else:
            self._open_form(Draft(Document(row.text)))

    def action_create(self) -> None:
        """Open the form on a new assistant."""
        self._open_form(self._form.open_new())

    def _open_form(self, draft: Draft) -> None:
        self.mode = Mode.FORM
        self.run_worker(self._form.open(draft), group="form")

    def _form_closed(self) -> None:
        self.action_back()

    def action_save(self) -> None:
        """Save what the form holds."""
        self._work(self._form.save())

    def action_leave(self) -> None:
        """Leave the form."""
        self.run_worker(self._form.leave(), group="form")

    def action_edit_field(self) -> None:
        """Edit one text of the form in the person's editor."""
        self._form.edit_field()

    def _on_row(self, flow: Callable[[Row], Coroutine[Any, Any, None]]) -> None:
        """Start a flow on the row that is highlighted now, wherever the cursor goes meanwhile."""
        row = self.list_pane.highlighted
        if row is not None:
            self._work(flow(row))

    def action_delete(self) -> None:
        """Delete the highlighted assistant."""
        self._on_row(lambda row: deleting.delete(self, row))

    def action_edit_json(self) -> None:
        """Edit the whole object in the person's editor."""
        self._on_row(lambda row: editing.edit_object(self, self.app, row))

    def action_samples(self) -> None:
        """Add three samples to an empty store."""
        self._work(samples.add_samples(self))

    def action_json(self) -> None:
        """Show the object as JSON."""
        if row := self.list_pane.highlighted:
            self.app.push_screen(showing.json_screen(row))

    def action_show_id(self) -> None:
        """Show the id as plain text."""
        if row := self.list_pane.highlighted:
            self.app.push_screen(showing.id_screen(row))

    def _copy(self, part: Callable[[Row], tuple[str, str]]) -> None:
        if row := self.list_pane.highlighted:
            text, name = part(row)
            self.run_worker(copying.copy(self, self._clipboard, text, name), group="copy")

    def action_copy_id(self) -> None:
        """Copy the id."""
        self._copy(lambda row: (row.id, row.id))

    def action_copy_name(self) -> None:
        """Copy the name."""
        self._copy(lambda row: (row.name, "the name"))

    def action_copy_json(self) -> None:
        """Copy the object as the server sent it."""
        self._copy(lambda row: (row.text, "the JSON"))

    def action_copy_curl(self) -> None:
        """Copy a command that reads the assistant."""
        self._copy(lambda row: (copying.curl(self.profile, row), "the curl command"))

    def copy_text(self, text: str) -> None:
        """Copy what was selected."""
        self.run_worker(copying.copy(self, self._clipboard, text, "the selection"), group="copy")

    def action_help(self) -> None:
        """Show all keys."""
        self.app.push_screen(help_screen(self._settings.keymap, self._learned()))

    action_help_form = action_help

    def _learned(self) -> tuple[str, ...]:
        catalog = self._loader.catalog
        if catalog is None:
            return ()
        return tuple(words for lack, words in _LACKS.items() if not catalog.can(lack))

    def action_palette(self) -> None:
        """Open the command palette."""
        self.app.action_command_palette()

    action_palette_form = action_palette

    async def action_quit(self) -> None:
        """Quit, once nothing is lost by it."""
        await self.app.run_action("quit")

    def action_profile(self) -> None:
        """Switch to another profile."""
        self.run_worker(self._switch(), group="form")

    async def _switch(self) -> None:
        profiles = self._settings.profiles
        name = await self.ask(ProfileDialog(profiles.values(), self.profile.name))
        if name is not None and await self.may_leave():
            self.post_message(self.ProfileChosen(profiles[name]))

    async def may_leave(self) -> bool:
        """Whether nothing is lost if this screen goes; asks where something would be."""
        if self.busy and not await leaving.may_interrupt(self):
            return False
        return await leaving.may_leave(self, self._form.draft)
