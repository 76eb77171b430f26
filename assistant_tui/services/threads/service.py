"""The threads of one profile: those that are open, and those that are known."""

from collections.abc import Sequence
from contextlib import suppress

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.thread_objects import value_of
from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import Invalid, NoBackup, ServiceError
from assistant_tui.core.formats.threads import lossless
from assistant_tui.core.formats.threads.import_plan import ThreadImport
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.threads.entries import EntryKind
from assistant_tui.core.threads.objects import read_thread
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.given_outputs import GivenOutput
from assistant_tui.journal.threads import DELETED, KnownThread
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.threads import records
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.open_thread import title_of
from assistant_tui.services.threads.unsettled import look_at_runs
from assistant_tui.services.writes import WriteGate


class ThreadService:
    """Opens, finds, forks and deletes threads; every method raises ServiceErrors alone."""

    def __init__(self, client: AssistantsClient, journal: AccountJournal, gate: WriteGate) -> None:
        """Share the connection of a service.

        Args:
            client: an open connection to the server.
            journal: of the account.
            gate: lets writes through, or refuses them.
        """
        self._client = ThreadsClient(
            client.transport, client.reader, client.server, client.endpoint.timeout
        )
        self._journal = journal.threads
        self.drafts = journal.thread_drafts
        """Messages that are being typed."""
        self._gate = gate
        self._conversations: list[Conversation] = []
        self._listed: tuple[KnownThread, ...] = ()
        """The threads that the server lists, as last answered."""

    async def known(self, assistant_id: str | None = None, words: str = "") -> list[KnownThread]:
        """The threads of the journal and of the server's own list, those used last first.

        Args:
            assistant_id: whose threads; those of which nobody knows it are among them. None: all.
            words: all stand in the title.
        """
        if not words.strip():
            with suppress(ServiceError):  # the journal's own are there all the same
                rows = await self._client.list_threads()
                self._listed = tuple(_listed_thread(row) for row in rows or () if row.has_id)
        kept = {thread.id: thread for thread in await self._journal.all()}
        merged = {each.id: each for each in self._listed} | kept
        found = [
            thread
            for thread in merged.values()
            if thread.matches(words)
            and (assistant_id is None or thread.assistant_id in ("", assistant_id))
        ]
        return sorted(found, key=lambda thread: thread.used_at, reverse=True)

    async def settled(self, known: Sequence[KnownThread]) -> list[KnownThread]:
        """The same threads, once it was looked at each run that seems to be under way."""
        return await look_at_runs(self._client, self._journal, known)

    async def open(self, thread_id: str) -> Conversation:
        """Open a thread, and take up its run if one is under way.

        While something is under way in it here, this is the same conversation.

        Raises:
            NotFound: there is no such thread.
        """
        self._conversations = [each for each in self._conversations if each.is_under_way]
        for conversation in self._conversations:
            if conversation.thread_id == thread_id:
                return conversation
        conversation = self._conversation("", thread_id)
        await conversation.load()
        return conversation

    def begin(self, assistant_id: str, *, origin: str = "", title: str = "") -> Conversation:
        """Begin a thread, which is made with its first message.

        Args:
            assistant_id: whose runs are started.
            origin: the thread that it repeats, if it does.
            title: empty for the first words.
        """
        conversation = self._conversation(assistant_id)
        conversation.name(title, origin)
        return conversation

    async def rename(self, thread_id: str, title: str) -> None:
        """Give a thread the person's title; it is known on this machine alone."""
        if await self._journal.get(thread_id) is None:
            await self._journal.keep(KnownThread(thread_id))
        await self._journal.rename(thread_id, title)

    async def delete(self, thread_id: str, *, keep_copy: bool = False) -> bool:
        """Delete a thread; nothing brings it back.

        Args:
            thread_id: one that is already gone is forgotten.
            keep_copy: keep all of it on this machine before.

        Returns:
            False if neither the server had it nor anything was known of it here.

        Raises:
            NoBackup: the copy cannot be kept; nothing was sent.
            NotServed: this server deletes none.
        """
        self._gate.check()
        if keep_copy:
            await self._keep_copy(thread_id)
        was_known = await self._journal.get(thread_id) is not None
        with self._gate.counting():
            was_there = await records.delete_thread(self._client, thread_id)
        self._listed = tuple(each for each in self._listed if each.id != thread_id)
        if keep_copy:
            await self._journal.keep(KnownThread(thread_id, status=DELETED))
        else:
            await self._journal.forget(thread_id)
        return was_there or was_known

    async def _keep_copy(self, thread_id: str) -> None:
        record, missing = await records.fetch_record(self._client, thread_id)
        if missing.withheld:
            raise NoBackup(f"not all of it can be copied: {missing.withheld[0]}")
        if await self._journal.get(thread_id) is None:
            await self._journal.keep(KnownThread(thread_id))
        try:
            await self._journal.keep_copy(thread_id, lossless.write(record))
        except JournalError as error:
            raise NoBackup(f"no copy can be kept: {error}") from None
        if await self._journal.copy(thread_id) is None:
            raise NoBackup("no copy can be kept: there is no journal")

    async def copy(self, thread_id: str) -> str | None:
        """The copy of a thread that was kept, as the lossless JSON; None for none."""
        return await self._journal.copy(thread_id)

    async def record(self, thread_id: str) -> tuple[ThreadRecord, Sequence[str]]:
        """Fetch a thread to its last letter, and sentences about what is missing."""
        record, missing = await records.fetch_record(self._client, thread_id)
        return record, missing.all

    async def make(self, plan: ThreadImport, assistant_id: str, title: str, origin: str) -> str:
        """Make a thread from a plan; its id, which the journal knows from then on."""
        thread_id = await records.make_thread(self._client, self._gate, plan)
        await self._journal.keep(KnownThread(thread_id, title, assistant_id, origin=origin))
        return thread_id

    async def fork(
        self, conversation: Conversation, entry_key: str, text: str | None = None
    ) -> Conversation:
        """Make a new thread from the messages of another one, up to an entry.

        Args:
            conversation: the other one.
            entry_key: the last entry; of one that is no message, the message before counts.
            text: takes the place of that message's text, be it the person's or the assistant's.

        Returns:
            The new thread, loaded. Nothing is run on it.

        Raises:
            Invalid: there is no message up to there.
        """
        self._gate.check()
        entries = conversation.transcript.entries
        keys = [entry.key for entry in entries]
        upto = entries[: keys.index(entry_key) + 1] if entry_key in keys else []
        messages = [entry.message for entry in upto if entry.message is not None]
        if not messages or conversation.thread_id is None:
            raise Invalid("there is no message to begin a thread with")
        origin = conversation.thread_id
        plan = records.plan_fork(origin, messages, text)
        title = conversation.title or title_of(messages[0].text)
        made = await self.make(plan, conversation.assistant_id, title, origin)
        forked = self._conversation(conversation.assistant_id, made)
        await forked.load()
        return forked

    async def regenerate(self, conversation: Conversation) -> Conversation:
        """Make a new thread that ends with the last message of the person, to be run once more."""
        users = [each for each in conversation.transcript.entries if each.kind is EntryKind.USER]
        if not users:
            raise Invalid("there is no message to answer once more")
        return await self.fork(conversation, users[-1].key)

    async def last_outputs(self, function: str, arguments: str) -> Sequence[GivenOutput]:
        """What the same call was answered with before, newest first."""
        return await self._journal.last_outputs(function, arguments)

    async def close(self) -> None:
        """Follow no run any more, once all that is being sent has been answered."""
        await self._gate.ended()
        for conversation in self._conversations:  # at once, before one of them sends again
            conversation.leave()
        for conversation in self._conversations:
            await conversation.ended()

    def _conversation(self, assistant_id: str, thread_id: str = "") -> Conversation:
        conversation = Conversation(
            self._client, self._journal, self._gate, assistant_id, thread_id
        )
        self._conversations.append(conversation)
        return conversation


def _listed_thread(row: ResourceRow) -> KnownThread:
    thread = read_thread(value_of(row))
    title = thread.metadata.get("title") or thread.metadata.get("name") or ""
    at = thread.created_at or 0.0
    return KnownThread(row.id, title_of(title), created_at=at, used_at=at)
