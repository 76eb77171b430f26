"""The main screen: lays the panes out, makes the parts that work on them, and runs commands."""

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.list_state import ListState
from assistant_tui.startup.profile_opening import ProfileOpener
from assistant_tui.tui.assistants import notices
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.commands import BY_NAME, Command
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
from assistant_tui.tui.workers import Job, start


class ListStatus:
    """Says how loading goes, what is in sight, and which commands can be given now."""

    def __init__(self, context: MainContext, command_state: CommandState) -> None:
        self._context = context
        self._command_state = command_state
        self._left_edits_offered = False
        """Whether edits that were left behind have been offered."""
        self._reported: ListState | None = None
        """The state of the list that was last reported."""
        self._shown: Display | None = None
        """What the header and the footer were last made for."""
        self._progress = ("", Tone.PLAIN)
        """What was last said of how loading goes."""
        context.list_model.listen(self._follow)

    def _follow(self) -> None:
        """Report how loading goes, and bring header and footer up to date, if that has changed."""
        if not self._context.screen.query(Browser):
            return  # The program is being ended while an answer arrives.
        model, before = self._context.list_model, self._reported
        if before is None or model.state.loads_otherwise(before):
            self._reported = model.state
            self._report_loading(model.state)
        elif model.display is not self._shown:
            self.show()

    def _report_loading(self, state: ListState) -> None:
        profile, service = self._context.profile, self._context.connector.service
        self._context.browser.notice = notices.instead_of_rows(state, profile)
        said = notices.progress(state, profile, "" if service is None else service.notice)
        if said != self._progress:
            self._progress = said
            self._context.reporter.say_passing(*said)
        self.show()
        if not self._left_edits_offered and service is not None:
            self._left_edits_offered = True
            start(self._context.screen, self._offer_left_edits, "draft")

    async def _offer_left_edits(self) -> None:
        from assistant_tui.tui.assistants.left_assistants import delete_left_behind
        from assistant_tui.tui.assistants.recovering import offer

        await offer(self._context)
        await delete_left_behind(self._context)

    def show(self) -> None:
        """Bring header and footer up to date."""
        screen = self._context.screen
        if not screen.query(Browser):
            return  # The program is being ended from outside while a dialog waits for an answer.
        model, header = self._context.list_model, screen.query_one(HeaderLine)
        state, self._shown = model.state, model.display
        view, marks, cursor = model.display
        header.wanted, header.ordering = view.query.text, view.ordering
        header.oldest_first = model.listing.oldest_first
        page_size = self._context.profile.page_size
        searching, loading = state.view.scan_pending, state.loading_all
        count = view.count(cursor, page_size, loading=loading, searching=searching)
        marked = f"{len(marks):,} marked" * bool(marks)
        facts = [count, "remembered" * model.listing.remembered, marked]
        header.count = " · ".join(fact for fact in facts if fact)
        screen.query_one(KeyLine).commands = self._command_state.footer()


WIDE = 100
"""Columns from which list and detail stand side by side."""
HEAD_START = 0.2
"""Seconds that a person has rows before the imports for the connection begin."""


class MainScreen(Screen[None]):
    """Browser and form of one profile."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 Textual types it so

    browser = getters.query_one(Browser)
    status_line = getters.query_one(StatusLine)

    class ProfileChosen(Message):
        """The person wants another profile, and nothing is lost by leaving this one."""

        def __init__(self, profile: Profile) -> None:
            super().__init__()
            self.profile = profile

    def __init__(
        self,
        settings: Settings,
        profile: Profile,
        opener: ProfileOpener,
        clipboard: Clipboard,
        welcome: str = "",
    ) -> None:
        """`opener` has what is shown until the server has answered, and opens profiles."""
        super().__init__()
        self.profile = profile
        self._settings = settings
        self._welcome = welcome
        self.list_model = ListModel(ASSISTANT_LIST, opener.cached_rows(profile), profile.page_size)
        self.context = MainContext(
            self,
            profile,
            settings.profiles,
            self.list_model,
            opener,
            clipboard,
            self._run_job,
            settings.keymap,
        )
        self._runner = WriteRunner(self.context, self._set_busy)
        self.loader = ListLoader(self.list_model, self, self.context.connector)
        self.command_state = CommandState(self.context)
        self._list_status = ListStatus(self.context, self.command_state)
        self.leave_guard = LeaveGuard(self.context, self._runner, self._leave_for)

    def compose(self) -> ComposeResult:
        """A line above, the panes, and two lines below."""
        # Textual would find the breakpoint after a first frame, and draw all of it again.
        self.set_class(self.app.size.width >= WIDE, "-wide")
        profile = self.profile
        yield HeaderLine(profile.name, profile.host, read_only=profile.read_only)
        with Horizontal(id="panes"):
            yield Browser(self.list_model)
        yield StatusLine(self._settings.keymap)
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
            self._run_job(run)
        else:
            await run()

    def _run_job(self, job: Job) -> None:
        self._runner.run(job)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a command can be given."""
        name = str(parameters[0]) if action == "run" else action
        return self.command_state.availability(name) if name in BY_NAME else True

    def offers(self, command: Command) -> bool:
        """Whether the palette offers a command."""
        return self.command_state.is_offered(command)

    def _set_busy(self, busy: bool) -> None:
        """Grey out what may not be done twice at once."""
        self.command_state.busy = busy
        self.refresh_bindings()
        self._show_state()

    @on(Browser.PaneSwitched)
    @on(events.DescendantFocus)
    def _show_state(self) -> None:
        self._list_status.show()

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
        self.leave_guard.to_another_profile()

    def _leave_for(self, profile: Profile) -> None:
        self.post_message(self.ProfileChosen(profile))

    def action_help(self) -> None:
        """Show all keys, and what the server turned out not to do."""
        keymap, spec = self._settings.keymap, self.list_model.spec
        self.app.push_screen(help_screen(keymap, spec.help, self.command_state.missing()))
