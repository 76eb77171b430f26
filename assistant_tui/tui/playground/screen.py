"""The playground: threads at the left, the conversation, and the message at its foot."""

from typing import ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widget import Widget

from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.commands import BY_NAME, Command, Where
from assistant_tui.tui.playground.call_sheet import CallSheet
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.context import PlaygroundContext
from assistant_tui.tui.playground.header import PlaygroundHeader, RunLine
from assistant_tui.tui.playground.partner import Partner
from assistant_tui.tui.playground.session import Session
from assistant_tui.tui.playground.thread_list import ThreadList
from assistant_tui.tui.playground.transcript_view import TranscriptView
from assistant_tui.tui.stylesheets import DEFERRED, PLAYGROUND
from assistant_tui.tui.widgets.status_line import KeyLine, StatusLine
from assistant_tui.tui.workers import start

WIDE = 100
"""Columns from which the threads stand beside the conversation."""
_HIGH = 30
"""Lines from which there is a blank one above what the run is doing."""
_LOW = 14
"""Lines below which there is room for the calls that wait or the message, not for both."""
_READS_ONLY = "This profile is read-only: threads can be read, nothing is sent"


class PlaygroundScreen(Screen[None]):
    """Talks to one assistant."""

    AUTO_FOCUS = ""
    CSS_PATH: ClassVar[CSSPathType | None] = [*DEFERRED, *PLAYGROUND]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 Textual types it so
        (0, "-lowest"),
        (_LOW, "-low"),
        (_HIGH, "-high"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 Textual types it so

    call_sheet = getters.query_one(CallSheet)
    composer = getters.query_one(Composer)
    thread_list = getters.query_one(ThreadList)
    transcript_view = getters.query_one(TranscriptView)

    def __init__(self, main: MainContext, partner: Partner) -> None:
        """`main` is what the list works on; `partner` is the assistant that is talked to."""
        super().__init__()
        self.context = PlaygroundContext(self, main, partner)
        self.session = Session(self.context)

    def compose(self) -> ComposeResult:
        """A line above, the panes, and two lines below."""
        self.set_class(self.app.size.width >= WIDE, "-wide")
        self.set_class(self.app.size.height >= _HIGH, "-high")
        profile, partner = self.context.main.profile, self.context.partner
        header = PlaygroundHeader(profile.name, partner.changes, read_only=profile.read_only)
        header.name_shown, header.model = partner.name or partner.id, partner.model
        yield header
        with Horizontal(id="panes"):
            yield ThreadList()
            with Vertical(id="talk"):
                yield TranscriptView(self.session.facts)
                yield RunLine()
                yield CallSheet()
                yield Composer()
        yield StatusLine(self.context.main.keymap)
        yield KeyLine(self.context.main.keymap)

    def on_mount(self) -> None:
        """Begin with a new thread, or the one in which a run is under way."""
        self.thread_list.hint = "" if self.context.only_reads else "n new "
        if self.context.only_reads:
            self.composer.close_off(_READS_ONLY)
            self.set_focus(self.transcript_view)
        else:
            self.set_focus(self.composer)
        self.context.main.keep_on_end.add(self.session.unsent.keep_now)
        start(self, self.session.begin, "threads")

    def on_unmount(self) -> None:
        """Follow nothing any more."""
        self.context.main.keep_on_end.discard(self.session.unsent.keep_now)
        self.session.end()

    async def action_run(self, name: str) -> None:
        """Carry a command out, by the name that it has in the registry."""
        waiting = BY_NAME[name].load_handler()(self.context)
        if waiting is not None:
            await waiting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a command can be given."""
        command = BY_NAME.get(str(parameters[0])) if action == "run" else None
        return command is None or self.offers(command)

    def offers(self, command: Command) -> bool:
        """Whether keys, footer and palette offer a command."""
        here = command.where in (Where.PLAYGROUND, Where.COMPOSER, Where.CALLS, Where.EVERYWHERE)
        return here and not (command.is_write and self.context.only_reads)

    @on(CallSheet.Changed)
    @on(events.DescendantFocus)
    def show_keys(self) -> None:
        """Show the keys that matter where the focus is."""
        # A widget learns of its focus by a message, and so later.
        place = Where.COMPOSER if self.focused is self.composer else Where.PLAYGROUND
        place = Where.CALLS if self.focused is self.call_sheet else place
        self.set_class(place is Where.CALLS and self.call_sheet.waits, "-calls")
        self.query_one(KeyLine).commands = self.session.keys_at(place)

    @on(Composer.Edited)
    def _keep_text(self) -> None:
        self.session.unsent.soon()

    @on(TranscriptView.Moved)
    def _show_new_lines(self, event: TranscriptView.Moved) -> None:
        self.query_one(RunLine).new_lines = event.new_lines

    @on(TranscriptView.Opened)
    @on(ThreadList.Chosen)
    async def _open_clicked(self) -> None:
        await self.action_run("open_entry")

    @property
    def _panes(self) -> list[Widget]:
        sheet = [self.call_sheet] if self.call_sheet.waits else []
        panes: list[Widget] = [*sheet, self.thread_list, self.transcript_view, self.composer]
        return [pane for pane in panes if not pane.disabled]

    def action_next_pane(self) -> None:
        """Go from pane to pane."""
        self._go(1)

    def action_previous_pane(self) -> None:
        """Go the other way round."""
        self._go(-1)

    def _go(self, by: int) -> None:
        panes = self._panes
        at = next((at for at, pane in enumerate(panes) if pane is self.focused), -1)
        self.show_pane(panes[(at + by) % len(panes)])

    def show_pane(self, pane: Widget) -> None:
        """Show a pane, and give it the focus."""
        self.set_class(pane is self.thread_list, "-threads")
        self.set_class(pane is self.call_sheet, "-calls")
        self.set_focus(pane)

    async def action_leave(self) -> None:
        """Go back to the list; a run goes on."""
        await self.session.leave()
        start(self.context.long_lived, self.context.end_trial, "run")
        self.dismiss()

    def action_help(self) -> None:
        """Show all keys."""
        from assistant_tui.tui.dialogs.text_screen import playground_help

        self.app.push_screen(playground_help(self.context.main.keymap))
