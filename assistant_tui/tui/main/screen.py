"""The screen where the panes meet: it holds the state, hears the panes and starts the work."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import var
from textual.screen import Screen

from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.listing import Listing
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.tui.assistants import cloning, copying, deleting, notices, showing
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.assistants.jobs import jobs, jobs_on_a_row
from assistant_tui.tui.dialogs.deletion import FOR_GOOD, YES
from assistant_tui.tui.dialogs.text_screen import help_screen
from assistant_tui.tui.main.command_state import CommandState
from assistant_tui.tui.main.leave_guard import LeaveGuard
from assistant_tui.tui.main.screen_context import ScreenContext
from assistant_tui.tui.main.write_runner import WriteRunner
from assistant_tui.tui.messages import FilterEdited, FormEdited, ResourcesWanted
from assistant_tui.tui.terminal.clipboard import Clipboard
from assistant_tui.tui.widgets.list_pane import ListPane
from assistant_tui.tui.widgets.status_line import HeaderLine, KeyLine, StatusLine, Tone
from assistant_tui.tui.workers import start

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService


WIDE = 100
"""Columns from which list and detail stand side by side."""
HEAD_START = 0.2
"""Seconds that a person has rows before the imports for the connection begin."""


class MainScreen(Screen[None]):
    """Browser and form of one profile."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 Textual types it so

    view: var[FilteredListing] = var(FilteredListing())

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
        connect: Callable[[Profile], Awaitable["AssistantService"]],
        clipboard: Clipboard,
        welcome: str = "",
    ) -> None:
        super().__init__()
        self.set_reactive(MainScreen.view, FilteredListing(opening))
        self.profile = profile
        self._settings = settings
        self._clipboard = clipboard
        self._welcome = welcome
        self._offered = False
        """Whether edits that were left behind have been spoken of."""
        self.context = ScreenContext(
            self,
            profile,
            settings.profiles,
            opening,
            connect,
            self._listing_changed,
            self._show_view,
        )
        self._runner = WriteRunner(self.context, self, self._set_busy)
        self.command_state = CommandState(self.context, self)
        self.leave_guard = LeaveGuard(self.context, self, self._runner, self._leave_for)

    def compose(self) -> ComposeResult:
        """A line above, the panes, and two lines below."""
        # Textual would find the breakpoint after a first frame, and draw all of it again.
        self.set_class(self.app.size.width >= WIDE, "-wide")
        profile = self.profile
        yield HeaderLine(profile.name, profile.host, read_only=profile.read_only)
        rows = self.context.listing.rows
        with Horizontal(id="panes"):
            browser = Browser(profile.page_size, rows[0] if rows else None)
            yield browser.data_bind(MainScreen.view)
        yield StatusLine()
        yield KeyLine(self._settings.keymap)

    def on_mount(self) -> None:
        """Show what is known at once, then ask the server."""
        self.browser.notice = notices.LOADING
        self.browser.show_list()
        self.context.say(self._welcome)
        self.context.filter.go_on()
        self._show_state()
        # What is there can be used at once: connecting must not compete with the first keys.
        if self.context.listing.rows:
            self.set_timer(HEAD_START, self.action_refresh)
        else:
            self.call_after_refresh(self.action_refresh)

    async def on_unmount(self) -> None:
        """Leave the server."""
        await self.context.loader.close()

    @on(Browser.Remarked)
    def _remark(self, event: Browser.Remarked) -> None:
        self.context.say(event.sentence, Tone.WARNING)

    def _set_busy(self, busy: bool) -> None:
        """Grey out what may not be done twice at once."""
        self.command_state.busy = busy
        self.refresh_bindings()
        self._show_state()

    @on(ListPane.PageWanted)
    def _extend(self, event: ListPane.PageWanted) -> None:
        self.context.loader.extend(event.after)

    @on(ListPane.Selected)
    async def _open_clicked(self) -> None:
        await self.action_open()

    @on(FormEdited)
    def _keep_draft(self) -> None:
        self.context.form.keep_soon()

    @on(Browser.CopyWanted)
    def _copy(self, event: Browser.CopyWanted) -> None:
        self.copy_text(*copying.part_of(event.row, event.part, self.profile))

    @on(ResourcesWanted)
    def _suggest_resources(self, event: ResourcesWanted) -> None:
        self.context.form.suggest_resources(event.editor)

    def copy_text(self, text: str, name: str, lines: bool = True) -> None:
        """Put a text on the person's clipboard; `name` is what the status line calls it."""
        start(self, partial(copying.copy, self.context, self._clipboard, text, name, lines), "copy")

    @on(Browser.Moved)
    @on(events.DescendantFocus)
    def _show_state(self) -> None:
        """Bring header and footer up to date."""
        if not self.query(Browser):
            return  # The program is being ended from outside while a dialog waits for an answer.
        header, view = self.header_line, self.view
        header.wanted, header.ordering = view.query.text, view.ordering
        cursor = self.browser.list_pane.cursor
        state, page_size = self.context.model.state, self.profile.page_size
        searching, loading = state.view.scan_pending, state.loading_all
        count = view.count(cursor, page_size, loading=loading, searching=searching)
        marked = len(self.browser.marks)
        facts = [
            count,
            "remembered" * self.context.listing.remembered,
            f"{marked:,} marked" * bool(marked),
        ]
        header.count = " · ".join(fact for fact in facts if fact)
        self.key_line.commands = self.command_state.footer()

    def _listing_changed(self) -> None:
        self._show_state()
        if not self._offered and self.context.loader.service is not None:
            self._offered = True
            start(self, partial(jobs()["offer"], self.context), "draft")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a command is at hand."""
        return self.command_state.holds(
            str(parameters[0]) if action in ("work", "find") else action
        )

    def _show_view(self, view: FilteredListing) -> None:
        self.view = view
        self._show_state()

    @on(Browser.BackWanted)
    def _take_back(self) -> None:
        self.context.filter.back()

    @on(FilterEdited)
    def _filter_edited(self) -> None:
        self.context.filter.typed()

    async def action_find(self, name: str) -> None:
        """Filter or sort."""
        await self.context.filter.act(name)

    def action_refresh(self) -> None:
        """Load the list anew."""
        self.context.loader.reload()

    async def action_open(self) -> None:
        """Open the form on the highlighted assistant; where it cannot be edited, read it."""
        row = self.browser.highlighted
        if row is None:
            return
        if row.problem:
            self.browser.action_json()
        elif self.command_state.only_reads:
            self.browser.action_switch_pane()
        else:
            await self.context.open_form(Draft(RawJson(row.text)))

    async def action_create(self) -> None:
        """Open the form on a new assistant."""
        await self.context.open_form(self.context.form.new_draft())

    async def action_clone(self) -> None:
        """Clone what is marked; else open the form on a new one like the highlighted."""
        if self.browser.marks:
            self.action_work("clone_marked")
        elif row := self.browser.highlighted:
            await cloning.open_clone(self.context, row)

    def action_save(self) -> None:
        """Save what the form holds."""
        self._runner.run(self.context.form.save)

    async def action_leave(self) -> None:
        """Leave the form; asks if something was changed."""
        await self.leave_guard.of_the_form()

    def action_show_changes(self) -> None:
        """Show what a save would send."""
        if (draft := self.context.form.draft) is not None:
            self.app.push_screen(showing.changes_screen(draft))

    def action_read_form(self) -> None:
        """Show the instructions as they are typed now, laid out."""
        if (draft := self.context.form.draft) is not None:
            self.app.push_screen(showing.reading_of_draft(draft))

    def action_edit_field(self) -> None:
        """Edit one text of the form in the person's editor."""
        self.context.form.edit_field()

    def action_delete(self) -> None:
        """Ask whether to delete what is marked; else the highlighted one, and just this."""
        if self.browser.marks:
            self.action_work("delete_marked")
        elif row := self.browser.highlighted:
            self.app.push_screen(deleting.question(self.context, row), partial(self._delete, row))

    def _delete(self, row: ResourceRow, answer: str | None) -> None:
        if answer in (YES, FOR_GOOD):
            for_good = answer == FOR_GOOD
            self._runner.run(partial(deleting.delete, self.context, row, for_good=for_good))

    def action_work(self, name: str) -> None:
        """Start the job of a command."""
        row = self.browser.highlighted
        if (job := jobs().get(name)) is not None:
            self._runner.run(partial(job, self.context))
        elif row is not None:
            self._runner.run(partial(jobs_on_a_row()[name], self.context, row))

    def action_help(self) -> None:
        """Show all keys, and what the server turned out not to do."""
        self.app.push_screen(help_screen(self._settings.keymap, self.command_state.lacks()))

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
        self.leave_guard.to_another_profile(self._settings)

    def _leave_for(self, profile: Profile) -> None:
        self.post_message(self.ProfileChosen(profile))
