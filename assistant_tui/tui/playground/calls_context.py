"""What the answering of calls works on: one conversation of the playground, or two."""

from collections.abc import Mapping
from typing import Protocol

from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.objects import RequiredAction
from assistant_tui.services.threads.service import ThreadService
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.playground.call_sheet import CallSheet
from assistant_tui.tui.playground.schema_check import SchemaCheck
from assistant_tui.tui.widgets.status_line import Tone


class CallingConversation(Protocol):
    """One conversation whose run waits, or two that are answered together."""

    @property
    def required(self) -> RequiredAction | None:
        """What is to be answered now."""

    async def ended(self) -> None:
        """Wait until nothing is under way in what waits for answers."""

    async def answer(self, outputs: Mapping[str, str], approvals: Mapping[str, bool]) -> object:
        """Answer all calls that wait, by their keys. Raises ServiceError."""


class EntryView(Protocol):
    """What shows the calls where they were made."""

    def update_entry(self, key: str) -> None:
        """Draw an entry anew about which something else is known now."""


class CallsContext(Protocol):
    """The parts of a screen with a sheet of calls."""

    @property
    def main(self) -> MainContext:
        """What the list works on."""

    @property
    def screen(self) -> Screen[None]:
        """The screen."""

    @property
    def app(self) -> App[object]:
        """The application."""

    @property
    def call_sheet(self) -> CallSheet:
        """The calls that wait for an answer."""

    @property
    def transcript_view(self) -> EntryView:
        """What shows them where they were made."""

    @property
    def conversation(self) -> CallingConversation | None:
        """What makes the calls."""

    @property
    def check(self) -> SchemaCheck:
        """Knows what arguments the functions take."""

    @property
    def only_reads(self) -> bool:
        """Nothing may be sent."""

    @property
    def long_lived(self) -> Screen[None]:
        """The screen in whose workers runs go on when this one is left."""

    async def threads(self) -> ThreadService:
        """Know what calls were answered with before. Raises ServiceError."""

    def show_pane(self, pane: Widget) -> None:
        """Show a pane, and give it the focus."""

    def leave_sheet(self) -> None:
        """Go to where one writes or reads."""

    async def answered(self) -> None:
        """Go on after the calls were answered, and the run has ended or waits again."""

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Put a sentence on the status line."""

    def report(self, error: ServiceError, doing: str) -> None:
        """Report a failure on the status line."""
