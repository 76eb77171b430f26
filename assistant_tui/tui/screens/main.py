"""The screen where the panes meet: it holds the state, hears the panes and starts the work."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.listing import Listing, Row
from assistant_tui.core.view import View
from assistant_tui.tui.background import start
from assistant_tui.tui.clipboard import Clipboard
from assistant_tui.tui.dialogs.help import help_screen
from assistant_tui.tui.flows import cloning, copying, deleting, showing
from assistant_tui.tui.flows.desk import Result
from assistant_tui.tui.flows.jobs import jobs, jobs_on_a_row
from assistant_tui.tui.messages import Tone
from assistant_tui.tui.screens import notices
from assistant_tui.tui.screens.browser import Browser
from assistant_tui.tui.screens.finding import Finding
from assistant_tui.tui.screens.form_desk import FormDesk
from assistant_tui.tui.screens.hand import Hand
from assistant_tui.tui.screens.loader import Loader
from assistant_tui.tui.screens.turn import Turn
from assistant_tui.tui.screens.way_out import WayOut
from assistant_tui.tui.widgets.list_pane import ListPane
from assistant_tui.tui.widgets.status_line import HeaderLine, KeyLine, StatusLine

if TYPE_CHECKING:
    from assistant_tui.catalog.catalog import Catalog
    from assistant_tui.tui.widgets.editors.ids import IdsEditor


WIDE = 100
"""Columns from which list and detail stand side by side."""
HEAD_START = 0.2
"""Seconds that a person has rows before the imports for the connection begin."""


class MainScreen(Screen[None]):
    """Browser and form of one profile."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 Textual types it so

    listing: var[Listing] = var(Listing())
    view: var[View] = var(View())
    notice: var[str] = var("")

    browser = getters.query_one(Browser)
    header_line = getters.query_one(HeaderLine)
    status_line = getters.query_one(StatusLine)
    key_line = getters.query_one(KeyLine)

    class ProfileChosen(Message):
        """The person wants another profile, and nothing is lost by leaving this one."""

        def __init__(self, profile: Profile) -> None:
            super().__init__()
            self.profile = profile

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        opening: Listing,
        connect: Callable[[Profile], Awaitable["Catalog"]],
        clipboard: Clipboard,
        welcome: str = "",
    ) -> None:
        super().__init__()
        self.set_reactive(MainScreen.listing, opening)
        self.set_reactive(MainScreen.view, View(opening))
        self.profile = profile
        self._settings = settings
        self._clipboard = clipboard
        self._welcome = welcome
        self.catalog_of = connect
        self._loader = Loader(self, partial(connect, profile))
        self._turn = Turn(self, self, self._set_busy)
        self._offered = False
        """Whether edits that were left behind have been spoken of."""
        self._form = FormDesk(self, self, self._form_closed)
        self.finding = Finding(self, self, self._loader, self._show_view)
        self.hand = Hand(self, self, self._loader, self._form, self.finding)
        self.way_out = WayOut(self, self, self._loader, self._turn, self._form, self._leave_for)

    def compose(self) -> ComposeResult:
        """A line above, the panes, and two lines below."""
        # Textual would find the breakpoint after a first frame, and draw all of it again.
        self.set_class(self.app.size.width >= WIDE, "-wide")
        profile = self.profile
        yield HeaderLine(profile.name, profile.host, read_only=profile.read_only)
        first = self.listing.rows[0] if self.listing.rows else None
        with Horizontal(id="panes"):
            browser = Browser(profile.page_size, first)
            yield browser.data_bind(MainScreen.view, MainScreen.notice)
        yield StatusLine()
        yield KeyLine(self._settings.keymap)

    def on_mount(self) -> None:
        """Show what is known at once, then ask the server."""
        self.notice = notices.LOADING
        self.browser.show_list()
        self.say(self._welcome)
        self._show_state()
        # What is there can be used at once: connecting must not compete with the first keys.
        if self.listing.rows:
            self.set_timer(HEAD_START, self.action_refresh)
        else:
            self.call_after_refresh(self.action_refresh)

    async def on_unmount(self) -> None:
        """Leave the server."""
        await self._loader.close()

    @property
    def catalog(self) -> "Catalog":
        """The open catalog; flows are only started when there is one."""
        assert self._loader.catalog is not None
        return self._loader.catalog

    async def connected(self) -> "Catalog":
        """The open catalog, once there is one; raises ServiceError if it cannot be opened."""
        return await self._loader.connected()

    def say_passing(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how loading goes; an empty sentence takes back only such a one."""
        self.status_line.say_passing(sentence, tone)

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line."""
        self.status_line.say(sentence, tone)

    def report(self, error: ServiceError, doing: str = "") -> None:
        """Tell of a failure on the status line, and beside the field that it names."""
        said = f"{error.title}: {error}"
        self.say(f"{doing}: {said}" if doing else said, Tone.ERROR)
        self._form.refuse(error)

    async def ask(self, dialog: Screen[Result]) -> Result | None:
        """Show a dialog and wait for its answer; only in a worker."""
        return await self.app.push_screen_wait(dialog)

    def show_row(self, row: Row) -> None:
        """Put a row that the server answered into the listing and highlight it."""
        self.listing = self.listing.with_row(row)
        self.browser.highlight(row.id)

    @property
    def marked(self) -> tuple[Row, ...]:
        """The assistants that the person has marked."""
        return self.browser.marks.listed(self.listing.loaded)

    @property
    def targets(self) -> tuple[Row, ...]:
        """The marked assistants; where none is, the highlighted one."""
        row = self.browser.highlighted
        return self.marked or (() if row is None else (row,))

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """All that can be opened, by name."""
        return self._settings.profiles

    def unmark(self, assistant_ids: Iterable[str]) -> None:
        """Take the marks of some away."""
        self.browser.marks = self.browser.marks.without(assistant_ids)

    @on(Browser.Remarked)
    def _remark(self, event: Browser.Remarked) -> None:
        self.say(event.sentence, Tone.WARNING)

    def _set_busy(self, busy: bool) -> None:
        """Grey out what may not be done twice at once."""
        self.hand.busy = busy
        self.refresh_bindings()
        self._show_state()

    @on(ListPane.PageWanted)
    def _extend(self, event: ListPane.PageWanted) -> None:
        start(self, partial(self._loader.extend, event.after), "page")

    @on(ListPane.Selected)
    async def _open_clicked(self) -> None:
        await self.action_open()

    def on_assistant_form_changed(self) -> None:
        """Keep what is typed; by its name, since the form is imported when it is first opened."""
        self._form.keep_soon()

    @on(Browser.CopyWanted)
    def _copy(self, event: Browser.CopyWanted) -> None:
        self.copy_text(*copying.part_of(event.row, event.part, self.profile))

    def on_ids_editor_wanted(self, event: "IdsEditor.Wanted") -> None:
        """Ask what the server has; by its name, as above."""
        self._form.offer_resources(event.editor)

    def copy_text(self, text: str, name: str) -> None:
        """Put a text on the person's clipboard; `name` is what the status line calls it."""
        start(self, partial(copying.copy, self, self._clipboard, text, name), "copy")

    @on(Browser.Moved)
    @on(events.DescendantFocus)
    def _show_state(self) -> None:
        """Bring header and footer up to date."""
        if not self.query(Browser):
            return  # The program is being ended from outside while a dialog waits for an answer.
        header, view = self.header_line, self.view
        header.wanted, header.ordering = view.query.text, view.ordering
        cursor = self.browser.list_pane.cursor
        count = view.count(cursor, self.profile.page_size, loading=self.finding.loading)
        marked = len(self.browser.marks)
        facts = [count, "remembered" * self.listing.remembered, f"{marked:,} marked" * bool(marked)]
        header.count = " · ".join(fact for fact in facts if fact)
        self.key_line.commands = self.hand.footer()

    def watch_listing(self) -> None:
        """Show how many rows there are."""
        self.finding.follow(self.listing)
        if not self._offered and self._loader.catalog is not None:
            self._offered = True
            start(self, partial(jobs()["offer"], self), "draft")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a command is at hand."""
        return self.hand.holds(str(parameters[0]) if action in ("work", "find") else action)

    def _show_view(self, view: View) -> None:
        self.view = view
        self._show_state()

    @on(Browser.BackWanted)
    def _take_back(self) -> None:
        self.finding.back()

    def on_filter_bar_typed(self) -> None:
        """Look for it; by its name, since the line is imported when it is first opened."""
        self.finding.typed()

    async def action_find(self, name: str) -> None:
        """Filter or sort."""
        await self.finding.act(name)

    def reveal(self, assistant_id: str) -> None:
        """Highlight an assistant that is loaded, whatever filter would hide it."""
        self.finding.reveal(assistant_id)

    def action_refresh(self) -> None:
        """Load the list anew."""
        start(self, self._loader.reload, "page")

    async def action_open(self) -> None:
        """Open the form on the highlighted assistant; where it cannot be edited, read it."""
        row = self.browser.highlighted
        if row is None:
            return
        if row.problem:
            self.browser.action_json()
        elif self.hand.only_reads:
            self.browser.action_switch_pane()
        else:
            await self.open_form(Draft(Document(row.text)))

    async def action_create(self) -> None:
        """Open the form on a new assistant."""
        await self.open_form(self._form.new_draft())

    async def action_clone(self) -> None:
        """Clone what is marked; else open the form on a new one like the highlighted."""
        if self.browser.marks:
            self.action_work("clone_marked")
        elif row := self.browser.highlighted:
            await cloning.open_clone(self, row)

    async def open_form(self, draft: Draft, key: str = "", title: str = "") -> None:
        """Open the form on a draft; `key` is where it is kept, if it is."""
        await self.finding.close()
        self.add_class("-form")
        self.browser.close_off(True)
        await self._form.open(draft, key, title)

    def _form_closed(self) -> None:
        self.remove_class("-form")
        self.browser.close_off(False)
        self.browser.show_list()

    def action_save(self) -> None:
        """Save what the form holds."""
        self._turn.take(self._form.save)

    async def action_leave(self) -> None:
        """Leave the form; asks if something was changed."""
        await self.way_out.of_the_form()

    def action_show_changes(self) -> None:
        """Show what a save would send."""
        if (draft := self._form.draft) is not None:
            self.app.push_screen(showing.changes_screen(draft))

    def action_read_form(self) -> None:
        """Show the instructions as they are typed now, laid out."""
        if (draft := self._form.draft) is not None:
            self.app.push_screen(showing.reading_of_draft(draft))

    def action_edit_field(self) -> None:
        """Edit one text of the form in the person's editor."""
        self._form.edit_field()

    def action_delete(self) -> None:
        """Ask whether to delete what is marked; else the highlighted one, and just this."""
        if self.browser.marks:
            self.action_work("delete_marked")
        elif row := self.browser.highlighted:
            self.app.push_screen(deleting.question(row), partial(self._delete, row))

    def _delete(self, row: Row, answer: str | None) -> None:
        if answer == deleting.YES:
            self._turn.take(partial(deleting.delete, self, row))

    def action_work(self, name: str) -> None:
        """Start the job of a command."""
        row = self.browser.highlighted
        if (job := jobs().get(name)) is not None:
            self._turn.take(partial(job, self))
        elif row is not None:
            self._turn.take(partial(jobs_on_a_row()[name], self, row))

    def action_help(self) -> None:
        """Show all keys, and what the server turned out not to do."""
        self.app.push_screen(help_screen(self._settings.keymap, self.hand.lacks()))

    action_help_form = action_help

    def action_palette(self) -> None:
        """Open the command palette."""
        self.app.action_command_palette()

    action_palette_form = action_palette

    async def action_quit(self) -> None:
        """Quit, once nothing is lost by it."""
        await self.app.action_quit()

    def action_profile(self) -> None:
        """Switch to another profile."""
        self.way_out.to_another_profile(self._settings)

    def _leave_for(self, profile: Profile) -> None:
        self.post_message(self.ProfileChosen(profile))
