"""What is known of one open thread, told to those who listen and kept in the journal."""

import time
from collections.abc import Callable, Sequence

from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import NotFound
from assistant_tui.core.formats.threads import lossless
from assistant_tui.core.threads.entries import Change, ChangeKind
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.objects import Run
from assistant_tui.core.threads.phase import Progress
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.journal.threads import KnownThread
from assistant_tui.services.account_threads import AccountThreads
from assistant_tui.services.threads.loading import ThreadLoader

Listener = Callable[[Sequence[Change]], None]
LONGEST_TITLE = 60


class OpenThread:
    """The state of a conversation: its transcript, its progress, its name."""

    def __init__(
        self, client: ThreadsClient, journal: AccountThreads, assistant_id: str, thread_id: str
    ) -> None:
        self._journal = journal
        self.assistant_id = assistant_id
        self.title = ""
        self.origin = ""
        """The thread that this one was made from."""
        self.is_copy = False
        """The copy that was kept of it is all that is left."""
        self.transcript = Transcript(thread_id)
        self.progress = Progress()
        self.loader = ThreadLoader(client, thread_id)
        self._listeners: list[Listener] = []
        self.on_event: Callable[[ThreadEvent], None] = lambda event: None
        """Gets each event of a stream as it came."""

    @property
    def id(self) -> str:
        """The id of the thread; empty before it is made."""
        return self.loader.thread_id

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have all changes told; returns what ends that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def tell(self, changes: Sequence[Change]) -> None:
        """Tell the listeners what has changed."""
        if changes:
            for listener in (*self._listeners,):
                listener(changes)

    def tell_progress(self) -> None:
        """Tell the listeners that the run, or what is known of its progress, has changed."""
        self.tell((Change(ChangeKind.CHANGED),))

    def begin_progress(self) -> None:
        """Something is sent: the time of what follows starts now."""
        self.progress.begin(time.monotonic())
        self.tell_progress()

    def end_progress(self) -> None:
        """Nothing is under way any more."""
        if self.progress.began is not None and self.progress.ended is None:
            self.progress.ended = time.monotonic()
        self.progress.stopping = False
        self.tell_progress()

    def show(self) -> None:
        """Bring the transcript to what was loaded."""
        self.tell(self.loader.show(self.transcript))

    async def load(self) -> None:
        """Load the thread, or the copy that was kept of it.

        Raises:
            NotFound: there is neither.
            ServiceError: it cannot be had.
        """
        known = await self._journal.get(self.id)
        try:
            await self.loader.load(self.show, known.run_id if known else "")
        except NotFound:
            copy = await self._journal.copy(self.id)
            if copy is None:
                raise
            self.loader.take(lossless.read(copy))
            self.is_copy = True
        for trouble in self.loader.troubles:
            self.tell(self.transcript.note(trouble))
        self.show()
        self._name(known or KnownThread(self.id))
        if not self.is_copy:
            await self.keep(self.transcript.run)

    def made(self, thread_id: str, text: str) -> None:
        """The thread was made; `text` is its first message."""
        self.loader.thread_id = self.transcript.thread_id = thread_id
        self.title = self.title or title_of(text)

    async def keep(self, run: Run | None) -> None:
        """Keep in the journal what the next start needs to find the thread and its run."""
        if run is not None:
            self.loader.put(run)
        await self._journal.keep(
            KnownThread(
                self.id,
                self.title,
                self.assistant_id,
                used_at=time.time(),
                run_id=run.id if run else "",
                status=run.status if run else "",
                origin=self.origin,
            )
        )

    def _name(self, known: KnownThread) -> None:
        messages = self.loader.messages.values()
        first = next((each.text for each in messages if each.role == "user"), "")
        self.title = known.title or title_of(first)
        self.origin = known.origin
        ran = (run.assistant_id for run in reversed([*self.loader.runs.values()]))
        last = next(filter(None, ran), "")
        self.assistant_id = self.assistant_id or known.assistant_id or last


def title_of(text: str) -> str:
    """The first words of a message, as the title of its thread."""
    words = " ".join(text[: 10 * LONGEST_TITLE].split())
    if len(words) <= LONGEST_TITLE:
        return words
    cut = words[:LONGEST_TITLE].rpartition(" ")[0] or words[:LONGEST_TITLE]
    return f"{cut}…"
