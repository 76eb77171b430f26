"""One open thread, as the screen and the command line use it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assistant_tui.api.threads import ThreadsClient
from assistant_tui.api.uploads import check_attachment
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.objects import Message, RequiredAction, Run
from assistant_tui.core.threads.phase import Progress
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.services.account_threads import AccountThreads
from assistant_tui.services.threads.background_task import BackgroundTask
from assistant_tui.services.threads.open_thread import Listener, OpenThread
from assistant_tui.services.threads.run_flow import RunFlow
from assistant_tui.services.writes import WriteGate

_NOTHING: Mapping[str, str] = {}


class Conversation:
    """An open thread. Methods that send, load or wait raise ServiceErrors.

    What is begun goes on in a task of the conversation: whoever waits for it may be cancelled, and
    neither a request nor the run ends by that. One thing is under way at a time.
    """

    def __init__(
        self,
        client: ThreadsClient,
        journal: AccountThreads,
        gate: WriteGate,
        assistant_id: str,
        thread_id: str = "",
    ) -> None:
        """Make a conversation that has nothing loaded.

        Args:
            client: of the server.
            journal: of the account.
            gate: lets writes through, or refuses them.
            assistant_id: whose runs are started; empty for the one that ran last.
            thread_id: empty for a thread that is made with its first message.
        """
        self._gate = gate
        self._thread = OpenThread(client, journal, assistant_id, thread_id)
        self._flow = RunFlow(client, journal, gate, self._thread)
        self._task = BackgroundTask(self._thread)

    @property
    def thread_id(self) -> str | None:
        """The id of the thread; None before it is made."""
        return self._thread.id or None

    @property
    def assistant_id(self) -> str:
        """The assistant whose runs are started."""
        return self._thread.assistant_id

    @property
    def title(self) -> str:
        """The person's, or the first words; empty before there are any."""
        return self._thread.title

    def name(self, title: str, origin: str) -> None:
        """Give a thread that is begun a title, and the thread that it repeats."""
        self._thread.title, self._thread.origin = title, origin

    @property
    def origin(self) -> str:
        """The id of the thread that this one was made from; empty for one that was begun."""
        return self._thread.origin

    @property
    def transcript(self) -> Transcript:
        """What is shown; changes are told to those who listen."""
        return self._thread.transcript

    @property
    def required(self) -> RequiredAction | None:
        """What the run waits for now."""
        run = None if self.is_copy else self.transcript.run
        return run.required if run is not None and run.status == "requires_action" else None

    @property
    def is_copy(self) -> bool:
        """Whether the copy on this machine is all that is left of the thread."""
        return self._thread.is_copy

    @property
    def progress(self) -> Progress:
        """When what happened."""
        return self._thread.progress

    @property
    def is_under_way(self) -> bool:
        """Whether something is being sent or about to be, or a run followed."""
        return self._task.is_under_way

    def announce(self) -> None:
        """Something is about to be sent; `cancel` keeps it back until `send` is called."""
        self._task.announce()

    def withdraw(self) -> None:
        """What was announced is not sent after all; nothing to do where it was."""
        self._task.withdraw()

    @property
    def trouble(self) -> str:
        """Why what was under way failed, where nobody waited for it any more."""
        return self._task.trouble

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have all changes of the transcript told; returns what ends that."""
        return self._thread.listen(listener)

    def on_event(self, take: Callable[[ThreadEvent], None]) -> None:
        """Have `take` called with each event of a stream as it comes, whatever it is about."""
        self._thread.on_event = take

    async def load(self) -> None:
        """Load the thread, and take up a run that is under way; NotFound where there is none."""
        await self._thread.load()
        run = None if self.is_copy else self.transcript.run
        if run is not None and run.is_active and run.status != "requires_action":
            self._task.begin(self._flow.resume(run.id))

    async def send(
        self,
        text: str,
        *,
        attachments: Sequence[Path] = (),
        overrides: Mapping[str, str] = _NOTHING,
        copy_of: Message | None = None,
    ) -> Run:
        """Send a message and run the assistant on it.

        Args:
            text: of the message; may be empty where something is attached.
            attachments: files, which are checked before anything is sent.
            overrides: names and exact JSON texts for this run; an `assistant_id` answers instead.
            copy_of: a message that is sent once more as it is; `text` names the thread alone.

        Returns:
            The run when it has ended, or waits for outputs.

        Raises:
            Forbidden: the profile is read-only.
            Invalid: nothing to send, a file that cannot be attached, or only a copy is left.
            Conflict: another run of this thread waits for outputs, or something is under way here.
        """
        self._gate.check()
        if not text.strip() and not attachments and copy_of is None:
            raise Invalid("there is nothing to send")
        paths = [check_attachment(path) for path in attachments]
        return await self._task.carry_out(self._flow.send(text, paths, overrides, copy_of))

    async def run(self, overrides: Mapping[str, str] = _NOTHING) -> Run:
        """Run the assistant on the thread as it is; returns and raises as `send` does."""
        self._gate.check()
        return await self._task.carry_out(self._flow.run(overrides))

    async def answer(
        self, outputs: Mapping[str, str], approvals: Mapping[str, bool] | None = None
    ) -> Run:
        """Answer all calls that the run waits for; returns as `send` does.

        Args:
            outputs: by the keys of the calls.
            approvals: of calls that want one instead, by their keys.

        Raises:
            Invalid: nothing waits, or a call has no answer: nothing was sent.
        """
        self._gate.check()
        approvals = approvals or {}
        run, waiting = self.transcript.run, self.transcript.waiting
        if run is None or not waiting:
            raise Invalid("no call waits for an answer")
        missing = [each for each in waiting if each.key not in outputs | approvals.keys()]
        if missing:
            raise Invalid(f"{len(missing)} of {len(waiting)} calls have no answer yet")
        return await self._task.carry_out(self._flow.answer(run, waiting, outputs, approvals))

    async def cancel(self) -> None:
        """Ask for the end of what is under way; what the run has written stays.

        A run of others that is waited for goes on: what waits for it is not sent.

        Raises:
            NotServed: this server cannot stop runs; it goes on.
        """
        self._gate.check()
        run = self.transcript.run
        if run is not None and not run.is_active:
            run = None
        if self._flow.give_up():
            return
        if run is None and not self.is_under_way:
            return
        self.progress.stopping = True
        self._thread.tell_progress()
        if run is None:
            return  # it is stopped as soon as its id is known
        try:
            await self._flow.cancel(run)
        except ServiceError:
            self.progress.stopping = False
            self._thread.tell_progress()
            raise
        if not self._task.has_begun:
            await self._task.carry_out(self._flow.resume(run.id))

    async def ended(self) -> None:
        """Wait until nothing is under way; why it failed is in `trouble`."""
        await self._task.ended()

    def leave(self) -> None:
        """Follow nothing any more; runs go on on the server."""
        self._task.cancel()
