"""The main screen: lays the panes out, makes the parts that work on them, and runs commands."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.list_state import ListState
from assistant_tui.core.listing import Listing
from assistant_tui.tui.assistants import notices
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.assistants.connector import Connector
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.commands import BY_NAME
from assistant_tui.tui.dialogs.text_screen import help_screen
from assistant_tui.tui.list_model import Display, ListModel
from assistant_tui.tui.main.command_state import CommandState
from assistant_tui.tui.main.leave_guard import LeaveGuard
from assistant_tui.tui.main.list_loader import ListLoader
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
        """`opening` is shown until the server has answered, `connect` opens a profile's service."""
        super().__init__()
        self.profile = profile
        self._settings = settings
        self._welcome = welcome
        self._offered = False
        """Whether edits that were left behind have been spoken of."""
        self._told: ListState | None = None
        """The state of the list of which was told last."""
        self._shown: Display | None = None
        """What the header and the footer were last made for."""
        self._progress = ("", Tone.PLAIN)
        """What was said last of how loading goes."""
        self.list_model = ListModel(opening, profile.page_size)
        reporter = Reporter(self)
        self._connector = Connector(profile, connect, reporter)
        self.loader = ListLoader(self.list_model, self, self._connector)
        self._runner = WriteRunner(
            self, self._connector, reporter, self._set_busy, lambda e: self.context.report(e)
        )
        self.context = MainContext(
            self,
            profile,
            settings.profiles,
            self.list_model,
            reporter,
            self._connector,
            clipboard,
            self._runner.run,
        )
        self.command_state = CommandState(self.context)
        self.leave_guard = LeaveGuard(self.context, self, self._runner, self._leave_for)
        self.list_model.listen(self._list_changed)

    def compose(self) -> ComposeResult:
        """A line above, the panes, and two lines below."""
        # Textual would find the breakpoint after a first frame, and draw all of it again.
        self.set_class(self.app.size.width >= WIDE, "-wide")
        profile = self.profile
        yield HeaderLine(profile.name, profile.host, read_only=profile.read_only)
        with Horizontal(id="panes"):
            yield Browser(self.list_model)
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
        if self.list_model.listing.rows:
            self.set_timer(HEAD_START, self.loader.reload)
        else:
            self.call_after_refresh(self.loader.reload)

    async def on_unmount(self) -> None:
        """Leave the server."""
        await self.loader.close()

    async def action_run(self, name: str) -> None:
        """Carry a command out, by the name that it has in the registry."""
        command = BY_NAME[name]
        handler = command.load_handler()

        async def run() -> None:
            if (waiting := handler(self.context)) is not None:
                await waiting

        if command.job:
            self._runner.run(run)
        else:
            await run()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a command can be given."""
        name = str(parameters[0]) if action == "run" else action
        return self.command_state.availability(name) if name in BY_NAME else True

    def _set_busy(self, busy: bool) -> None:
        """Grey out what may not be done twice at once."""
        self.command_state.busy = busy
        self.refresh_bindings()
        self._show_state()

    def _list_changed(self) -> None:
        """Tell how loading goes, and bring header and footer up to date, where that has changed."""
        if not self.query(Browser):
            return  # The program is being ended while an answer arrives.
        state, before = self.list_model.state, self._told
        if before is None or state.loads_otherwise(before):
            self._told = state
            self._tell_of_loading(state)
        elif self.list_model.display is not self._shown:
            self._show_state()

    def _tell_of_loading(self, state: ListState) -> None:
        service = self._connector.service
        self.browser.notice = notices.instead_of_rows(state, self.profile)
        said = notices.progress(state, self.profile, "" if service is None else service.notice)
        if said != self._progress:
            self._progress = said
            self.context.reporter.say_passing(*said)
        self._show_state()
        if not self._offered and service is not None:
            self._offered = True
            start(self, self._offer_left_edits, "draft")

    async def _offer_left_edits(self) -> None:
        from assistant_tui.tui.assistants.recovering import offer

        await offer(self.context)

    @on(Browser.PaneSwitched)
    @on(events.DescendantFocus)
    def _show_state(self) -> None:
        """Bring header and footer up to date."""
        if not self.query(Browser):
            return  # The program is being ended from outside while a dialog waits for an answer.
        model, header = self.list_model, self.header_line
        state, self._shown = model.state, model.display
        view, marks, cursor = model.display
        header.wanted, header.ordering = view.query.text, view.ordering
        searching, loading = state.view.scan_pending, state.loading_all
        count = view.count(cursor, self.profile.page_size, loading=loading, searching=searching)
        marked = f"{len(marks):,} marked" * bool(marks)
        facts = [count, "remembered" * model.listing.remembered, marked]
        header.count = " · ".join(fact for fact in facts if fact)
        self.key_line.commands = self.command_state.footer()

    @on(ListPane.Selected)
    async def _open_clicked(self) -> None:
        await self.action_run("open")

    @on(FormEdited)
    def _keep_draft(self) -> None:
        self.context.form.keep_soon()

    @on(ResourcesWanted)
    def _suggest_resources(self, event: ResourcesWanted) -> None:
        self.context.form.suggest_resources(event.editor)

    @on(FilterEdited)
    def _filter_edited(self) -> None:
        self.context.filter.typed()

    def action_refresh_list(self) -> None:
        """Load the list anew."""
        self.loader.reload()

    async def action_leave(self) -> None:
        """Leave the form; asks if something was changed."""
        await self.leave_guard.of_the_form()

    def action_profile(self) -> None:
        """Switch to another profile."""
        self.leave_guard.to_another_profile(self._settings)

    def _leave_for(self, profile: Profile) -> None:
        self.post_message(self.ProfileChosen(profile))

    def action_help(self) -> None:
        """Show all keys, and what the server turned out not to do."""
        self.app.push_screen(help_screen(self._settings.keymap, self.command_state.missing()))
