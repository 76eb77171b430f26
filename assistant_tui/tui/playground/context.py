"""What an action of the playground works on: the conversation, the threads, and the screen."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.entries import Change, Entry, EntryKind
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.service import ThreadService
from assistant_tui.services.threads.trial import Trial
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.playground.call_sheet import CallSheet
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.partner import Partner
from assistant_tui.tui.playground.schema_check import SchemaCheck
from assistant_tui.tui.playground.thread_list import ThreadList
from assistant_tui.tui.playground.transcript_view import TranscriptView
from assistant_tui.tui.playground.trial_end import end_trial
from assistant_tui.tui.widgets.status_line import Tone

if TYPE_CHECKING:
    from assistant_tui.tui.playground.screen import PlaygroundScreen


class PlaygroundContext:
    """The parts of one playground, as every action needs some of them."""

    def __init__(self, screen: "PlaygroundScreen", main: MainContext, partner: Partner) -> None:
        self.screen = screen
        self.main = main
        self.partner = partner
        self.reporter = Reporter(screen)
        self.say = self.reporter.say
        self.ask = self.reporter.ask
        self.trial: Trial | None = None
        """What is tried of an edit; None for an assistant as it is saved, or before it is asked."""
        self.conversation: Conversation | None = None
        self.when_open: Callable[[], None] | None = None
        """What is to be done once the first thread is open."""
        """The one that is shown; None before there is a connection."""
        self.editing: Entry | None = None
        """The message whose text is being edited in the composer."""
        self._set_aside = ""
        """What was being written before."""
        self.attachments: tuple[Path, ...] = ()
        """Files that go with the message that is being written; each was checked."""
        self.is_forking = False
        """A new thread is being made from this one."""
        self.search = ""
        """The words by which threads are searched for."""

    @property
    def app(self) -> App[object]:
        """The application."""
        return self.screen.app

    @property
    def only_reads(self) -> bool:
        """Nothing may be sent: the profile says so."""
        return self.main.profile.read_only

    @property
    def composer(self) -> Composer:
        """The message that is being written."""
        return self.screen.query_one(Composer)

    @property
    def transcript_view(self) -> TranscriptView:
        """What shows the conversation."""
        return self.screen.query_one(TranscriptView)

    @property
    def call_sheet(self) -> CallSheet:
        """The calls that wait for an answer."""
        return self.screen.query_one(CallSheet)

    @property
    def thread_list(self) -> ThreadList:
        """The threads at the left."""
        return self.screen.query_one(ThreadList)

    @property
    def long_lived(self) -> Screen[None]:
        """The screen in whose workers a run goes on when the playground is left."""
        return self.main.screen

    async def threads(self) -> ThreadService:
        """The threads of the server, once there is a connection.

        Raises:
            ServiceError: there is none.
        """
        service = await self.main.connector.connected()
        return service.threads

    def attach(self, paths: Sequence[Path]) -> None:
        """Let these files go with the message, and show their names."""
        self.attachments = tuple(paths)
        self.composer.name_attachments([path.name for path in paths])

    async def send(
        self, conversation: Conversation, text: str, attachments: Sequence[Path] = ()
    ) -> None:
        """Send a message, and run it on the assistant with its edit. Raises ServiceError."""
        trial = await self._trial()
        if trial is None:
            await conversation.send(text, attachments=attachments)
        else:
            self._tell_of(trial)
            await trial.send(conversation, text, attachments=attachments)
            self._tell_of(trial)

    async def run(self, conversation: Conversation) -> None:
        """Run a thread as it is on the assistant with its edit. Raises ServiceError."""
        trial = await self._trial()
        if trial is None:
            await conversation.run()
        else:
            await trial.run(conversation)
            self._tell_of(trial)

    async def _trial(self) -> Trial | None:
        if self.partner.draft is not None and self.trial is None:
            service = await self.main.connector.connected()
            self.trial = self.trial or Trial(service.temporary, self.partner.draft)
        return self.trial

    def _tell_of(self, trial: Trial) -> None:
        """Say that a temporary assistant answers, or that the edit does not."""
        if trial.notice:
            self.say(trial.notice, Tone.WARNING)

    async def end_trial(self) -> None:
        """Delete the temporary assistant, if there is one, once its runs have ended; says so."""
        if self.trial is not None:
            self.main.say(await end_trial(self.trial))

    def edit(self, entry: Entry) -> None:
        """Put the text of a message into the composer, in place of what is being written."""
        if self.editing is None:
            self._set_aside = self.composer.text
        self.editing = entry
        whose = "your message" if entry.kind is EntryKind.USER else "the answer"
        self.composer.put(entry.text)
        self.composer.name_task(f"Edit {whose}; it goes into a new thread")

    def end_edit(self) -> None:
        """Put back what was being written before a message was edited."""
        if self.editing is not None:
            self.composer.put(self._set_aside)
            self.leave_edit()

    def leave_edit(self) -> None:
        """Write a message again, whatever is in the composer."""
        if self.editing is not None:
            self.editing, self._set_aside = None, ""
            self.composer.name_task()

    def put_back(self, text: str) -> None:
        """Put a message that was not sent above what was typed since."""
        if self.editing is not None:
            self._set_aside = "\n".join(filter(None, (text, self._set_aside)))
        else:
            self.composer.put("\n".join(filter(None, (text, self.composer.text))))

    @property
    def unsent_text(self) -> str:
        """All that was typed: the message, and of a message that is edited what is new."""
        text = self.composer.text
        if self.editing is None:
            return text
        edited = "" if text == self.editing.text else text
        return "\n".join(filter(None, (self._set_aside, edited)))

    @property
    def is_running(self) -> bool:
        """Whether a run of the conversation is under way, or waits for a person."""
        if self.conversation is None or self.conversation.is_copy:
            return False
        run = self.conversation.transcript.run
        return run is not None and run.is_active

    @property
    def check(self) -> SchemaCheck:
        """Knows what arguments the functions take."""
        return self.screen.session.check

    def show_pane(self, pane: Widget) -> None:
        """Show a pane, and give it the focus."""
        self.screen.show_pane(pane)

    def leave_sheet(self) -> None:
        """Go to the message that is being written."""
        self.screen.show_pane(self.composer)

    async def answered(self) -> None:
        """List the threads, one of which has gone on. Raises ServiceError."""
        await self.screen.session.list_threads()

    def report(self, error: ServiceError, doing: str) -> None:
        """Report a failure on the status line."""
        self.say(f"{doing}: {error.title}: {error}", Tone.ERROR)


Changes = Sequence[Change]
