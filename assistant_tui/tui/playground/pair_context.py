"""What an action works on where two assistants are told the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.objects import Message, Run
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.pair import ConversationPair, Side
from assistant_tui.services.threads.replay import Replay
from assistant_tui.services.threads.service import ThreadService
from assistant_tui.services.threads.trial import Trial
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.playground.call_sheet import CallSheet
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.pair_view import PairView
from assistant_tui.tui.playground.schema_check import SchemaCheck
from assistant_tui.tui.playground.trial_end import end_trial
from assistant_tui.tui.widgets.status_line import Tone

if TYPE_CHECKING:
    from assistant_tui.tui.playground.pair_screen import PairScreen


@dataclass(frozen=True)
class PairSide:
    """One of the two: who answers, and where."""

    label: str
    service: AssistantService
    conversation: Conversation
    trial: Trial | None = None
    """What is edited of the assistant and not saved; None for an assistant as it is saved."""
    owns_service: bool = False
    """Whether the service was opened for this alone."""

    async def send(
        self, text: str, attachments: Sequence[Path] = (), copy_of: Message | None = None
    ) -> Run:
        """Send a message, and run it. Raises ServiceError."""
        do = partial(self.trial.send, self.conversation) if self.trial else self.conversation.send
        return await do(text, attachments=attachments, copy_of=copy_of)

    async def replay(self, _: Conversation, text: str, copy_of: Message | None) -> Run:
        """Send a message of another thread, as Replay does it."""
        return await self.send(text, copy_of=copy_of)

    async def end(self) -> str:
        """Delete what was made for this alone, once its run has ended; what there is to tell."""
        said = ""
        if self.trial is not None:
            said = await end_trial(self.trial)
        if self.owns_service:
            await self.service.close()
        return said


class PairContext:
    """The parts of the screen of two conversations."""

    def __init__(
        self,
        screen: "PairScreen",
        main: MainContext,
        sides: tuple[PairSide, PairSide],
        schemas: Mapping[str, Any],
        replay: Replay | None = None,
    ) -> None:
        """`replay` sends to the right one what was said in the left one."""
        self.screen = screen
        self.main = main
        self.sides = sides
        self.check = SchemaCheck(schemas)
        self.replay = replay
        self.attachments: tuple[Path, ...] = ()
        """The files that go with the message."""
        self.reporter = Reporter(screen)
        self.say = self.reporter.say
        self.ask = self.reporter.ask
        left, right = (Side(side.conversation, side.send) for side in sides)
        self.conversation = ConversationPair(left, right)

    @property
    def app(self) -> App[object]:
        """The application."""
        return self.screen.app

    @property
    def only_reads(self) -> bool:
        """Nothing may be sent; such a profile opens no pair."""
        return False

    @property
    def composer(self) -> Composer:
        """The message that is being written."""
        return self.screen.query_one(Composer)

    @property
    def transcript_view(self) -> PairView:
        """What shows both conversations."""
        return self.screen.query_one(PairView)

    @property
    def call_sheet(self) -> CallSheet:
        """The calls that wait for an answer."""
        return self.screen.query_one(CallSheet)

    @property
    def long_lived(self) -> Screen[None]:
        """The screen in whose workers runs go on when this one is left."""
        return self.main.screen

    async def threads(self) -> ThreadService:
        """The threads of the left one, which knows what its calls were answered with."""
        return self.sides[0].service.threads

    def attach(self, paths: Sequence[Path]) -> None:
        """Let these files go with the message, and show their names."""
        self.attachments = tuple(paths)
        self.composer.name_attachments([path.name for path in paths])

    def show_pane(self, pane: Widget) -> None:
        """Give a pane the focus."""
        self.screen.show_pane(pane)

    def leave_sheet(self) -> None:
        """Go to the message, or to the conversations where none is written."""
        self.screen.show_last_pane()

    async def answered(self) -> None:
        """Send what is left of a replay."""
        await self.screen.session.replay()

    def report(self, error: ServiceError, doing: str) -> None:
        """Report a failure on the status line."""
        self.say(f"{doing}: {error.title}: {error}", Tone.ERROR)
