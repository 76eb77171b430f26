"""Reports on the status line what happens, and shows the dialogs that ask the person."""

from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.timer import Timer

from assistant_tui.tui.dialogs.dialog import Dialog, ResultT
from assistant_tui.tui.widgets.status_line import StatusLine, Tone

if TYPE_CHECKING:
    from assistant_tui.transport.activity import Activity


class Reporter:
    """The status line and the dialogs of one screen."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._ticking: Timer | None = None
        """The next second of a wait that is counted down."""
        self._activities: list[Activity] = []
        """What the requests to each server that was opened here are doing."""
        self._asked: list[Dialog[Any]] = []
        """The dialogs that a job waits for."""

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line."""
        for status in self._screen.query(StatusLine):
            status.say(sentence, tone)

    def say_passing(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how loading goes; an empty sentence takes back only such a one."""
        for status in self._screen.query(StatusLine):
            status.say_passing(sentence, tone)

    async def ask(self, dialog: Dialog[ResultT]) -> ResultT | None:
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

    def show_waits_of(self, activity: "Activity") -> None:
        """Show, from now on, what the requests to a server wait for."""
        activity.changed = self._show_waits
        self._activities.append(activity)

    def give_up_waits(self) -> None:
        """Let each request that waits to be sent again fail as it did before."""
        for activity in self._activities:
            activity.give_up()

    def _show_waits(self) -> None:
        """Count down, on the status line, until a request is sent again."""
        if self._ticking is not None:
            self._ticking.stop()
        for status in self._screen.query(StatusLine):
            words = (each.wait_message for each in self._activities)
            status.waiting = next((said for said in words if said), "")
            if status.waiting:
                self._ticking = self._screen.set_timer(1, self._show_waits)
