"""Two conversations side by side: the same message to both, or a thread said once more."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widget import Widget

from assistant_tui.services.threads.replay import Replay
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.commands import BY_NAME, Command, Where, commands_in
from assistant_tui.tui.playground.call_sheet import CallSheet
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.header import RunLine
from assistant_tui.tui.playground.pair_context import PairContext, PairSide
from assistant_tui.tui.playground.pair_head import PairHead
from assistant_tui.tui.playground.pair_session import PairSession
from assistant_tui.tui.playground.pair_view import PairView
from assistant_tui.tui.stylesheets import DEFERRED, PLAYGROUND
from assistant_tui.tui.widgets.status_line import KeyLine, StatusLine, Tone
from assistant_tui.tui.workers import start

_HINT = "What you write goes to both; each answers in a thread of its own."
_PLACES = (Where.PAIR, Where.COMPOSER, Where.CALLS, Where.EVERYWHERE)


class PairScreen(Screen[None]):
    """Talks to two assistants at once, or shows how one answers what another was told."""

    AUTO_FOCUS = ""
    CSS_PATH: ClassVar[CSSPathType | None] = [*DEFERRED, *PLAYGROUND]

    call_sheet = getters.query_one(CallSheet)
    pair_view = getters.query_one(PairView)

    def __init__(
        self,
        main: MainContext,
        sides: tuple[PairSide, PairSide],
        schemas: Mapping[str, Any],
        replay: Replay | None = None,
    ) -> None:
        """`replay` sends to the right one what was said in the left one; else one writes."""
        super().__init__()
        self.context = PairContext(self, main, sides, schemas, replay)
        self.session = PairSession(self)
        self._handlers: Mapping[str, Callable[[], Coroutine[Any, Any, None] | None]] = {
            "send": self._send,
            "scroll_down": lambda: self.pair_view.scroll_pages(1),
            "scroll_up": lambda: self.pair_view.scroll_pages(-1),
            "stop_or_leave_composer": self.stop_or_leave,
            "stop_or_leave_calls": self.stop_or_leave,
        }
        """What commands of other places do here."""

    def compose(self) -> ComposeResult:
        """Two lines above, the conversations, the calls, the message, and two lines below."""
        left, right = (side.conversation.transcript for side in self.context.sides)
        yield PairHead()
        view = PairView(left, right, self.session.facts)
        view.hint = _HINT if self.context.replay is None else ""
        yield view
        yield RunLine()
        yield CallSheet()
        if self.context.replay is None:
            composer = Composer()
            composer.border_title = "Message to both"
            yield composer
        yield StatusLine(self.context.main.keymap)
        yield KeyLine(self.context.main.keymap)

    def on_mount(self) -> None:
        """Follow both, and begin to replay where that is what this is for."""
        self.show_last_pane()
        self.session.begin()
        self.context.main.keep_on_end.add(self.session.unsent.keep_now)
        if self.context.replay is not None:
            self._start(self.session.replay)
        else:
            start(self, self.session.take_up, "threads")

    def on_unmount(self) -> None:
        """Follow nothing any more."""
        self.context.main.keep_on_end.discard(self.session.unsent.keep_now)
        self.session.end()

    def _start(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        start(self.context.long_lived, job, "run")

    async def action_run(self, name: str) -> None:
        """Carry a command out, by the name that it has in the registry."""
        handler = self._handlers.get(name)
        waiting = BY_NAME[name].load_handler()(self.context) if handler is None else handler()
        if waiting is not None:
            await waiting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Say whether a command can be given."""
        command = BY_NAME.get(str(parameters[0])) if action == "run" else None
        return command is None or self.offers(command)

    def offers(self, command: Command) -> bool:
        """Whether keys, footer and palette offer a command."""
        return command.where in _PLACES

    @on(CallSheet.Changed)
    @on(events.DescendantFocus)
    def show_keys(self) -> None:
        """Show the keys that matter where the focus is."""
        place = Where.CALLS if self.call_sheet.has_focus else Where.PAIR
        place = Where.COMPOSER if any(c.has_focus for c in self.query(Composer)) else place
        shown = [each for each in commands_in(place) if each.footer]
        if place is Where.CALLS:
            shown = [c for c in commands_in(place) if c.name in self.call_sheet.offered]
        if self.session.is_under_way:
            back = ("stop_or_leave_pair", "stop_or_leave_composer")
            shown = [replace(c, label="Stop") if c.name in back else c for c in shown]
        shown.sort(key=lambda each: not each.name.startswith("stop_or_leave"))
        self.query_one(KeyLine).commands = tuple(shown)

    @on(Composer.Edited)
    def _keep_text(self) -> None:
        self.session.unsent.soon()

    @on(PairView.Moved)
    def _show_new_lines(self, event: PairView.Moved) -> None:
        self.query_one(RunLine).new_lines = event.new_lines

    def _send(self) -> None:
        context, text = self.context, self.context.composer.text
        if not text.strip():
            return
        if self.session.is_under_way:
            context.say("Not sent: a run is under way · Esc stops it", Tone.WARNING)
            return
        context.say("")
        self.session.unsent.sending(text)
        context.composer.put("")
        self.pair_view.action_move_last()
        attachments = context.attachments
        context.attach(())
        context.conversation.announce()
        self._start(partial(self.session.send, text, attachments))

    async def stop_or_leave(self) -> None:
        """Stop what is under way; else go back."""
        if self.context.replay is not None:
            self.context.replay.stop()
        if not self.session.is_under_way:
            await self.action_leave()
            return
        self.context.say("Stopping…", Tone.WORKING)
        self._start(self._stop)

    async def _stop(self) -> None:
        errors = await self.context.conversation.cancel()
        self.context.say("")
        for side, error in zip(self.context.sides, errors, strict=True):
            if error is not None:
                self.context.report(error, f"{side.label} goes on")

    async def action_leave(self) -> None:
        """Go back; what was made for this alone is deleted once its run has ended."""
        await self.session.unsent.close()
        self._start(self._end)
        self.dismiss()

    async def _end(self) -> None:
        said = [await side.end() for side in self.context.sides]
        if told := " · ".join(filter(None, said)):
            self.context.main.say(told)

    @property
    def _panes(self) -> list[Widget]:
        sheet = [self.call_sheet] if self.call_sheet.waits else []
        return [*sheet, self.pair_view, *self.query(Composer)]

    def action_next_pane(self) -> None:
        """Go from pane to pane."""
        self._go(1)

    def action_previous_pane(self) -> None:
        """Go the other way round."""
        self._go(-1)

    def _go(self, by: int) -> None:
        panes = self._panes
        at = next((at for at, pane in enumerate(panes) if pane.has_focus), -1)
        self.show_pane(panes[(at + by) % len(panes)])

    def show_pane(self, pane: Widget) -> None:
        """Give a pane the focus."""
        self.set_focus(pane)

    def show_last_pane(self) -> None:
        """Go to the message, or to the conversations where none is written."""
        self.set_focus(self._panes[-1])

    def action_help(self) -> None:
        """Show all keys."""
        from assistant_tui.tui.dialogs.text_screen import pair_help

        self.app.push_screen(pair_help(self.context.main.keymap))
