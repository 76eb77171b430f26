"""Holds the conversation that is shown: opens it, follows it, and keeps what is not sent."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.timer import Timer

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.entries import Change, ChangeKind, Entry, EntryKind
from assistant_tui.core.threads.objects import ToolCall
from assistant_tui.core.threads.phase import Phase, phase_of
from assistant_tui.journal.threads import KnownThread
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.tui.commands import Command, Where, commands_in
from assistant_tui.tui.playground.answering import show_waiting
from assistant_tui.tui.playground.block import Facts
from assistant_tui.tui.playground.composer import Composer
from assistant_tui.tui.playground.header import PlaygroundHeader, RunLine
from assistant_tui.tui.playground.schema_check import SchemaCheck
from assistant_tui.tui.playground.thread_list import ThreadRow
from assistant_tui.tui.playground.unsent import UnsentText
from assistant_tui.tui.playground.wording import age, duration

if TYPE_CHECKING:
    from assistant_tui.tui.playground.context import PlaygroundContext

_COPY = "Only this copy is left · f in the conversation makes a new thread of it"
_TICK = 0.5
"""Seconds between two looks at the phase while a run is under way."""


class Session:
    """The conversation of one playground."""

    def __init__(self, context: "PlaygroundContext") -> None:
        self._context = context
        self.check = SchemaCheck(context.partner.schemas)
        self._ticking: Timer | None = None
        self._unlisten: Callable[[], None] = lambda: None
        self._known: Sequence[KnownThread] = ()
        self.unsent = UnsentText(context.screen, self._composed)

    def _composed(self) -> str:
        return self._context.unsent_text if self._context.screen.query(Composer) else ""

    async def begin(self) -> None:
        """List the threads; open the one in which a run is under way, else begin a new one."""
        context = self._context
        try:
            threads = await context.threads()
            last = context.main.last_threads.get(context.partner.id)
            if context.only_reads:
                await self.list_threads()
                last = self._known[0].id if self._known else None
            if last is not None and context.partner.draft is None:
                await self.open(last)
            else:
                await self.show(threads.begin(context.partner.id))
            await self.list_threads()
        except ServiceError as error:
            context.when_open = None
            context.report(error, "The threads are not there")

    def end(self) -> None:
        """Follow nothing any more."""
        self._unlisten()
        if self._ticking is not None:
            self._ticking.stop()

    async def leave(self) -> None:
        """Keep what is not sent, and remember the thread in which a run is under way."""
        context, conversation = self._context, self._context.conversation
        await self.unsent.close()
        context.main.last_threads.pop(context.partner.id, None)
        if context.is_running and conversation is not None and conversation.thread_id:
            context.main.last_threads[context.partner.id] = conversation.thread_id

    async def list_threads(self) -> None:
        """Show the threads as they are known now."""
        context = self._context
        threads = await context.threads()
        self._known = known = await threads.known(context.partner.id, context.search)
        self.show_threads()
        settled = await threads.settled(known)
        if settled != known and self._known is known:
            self._known = settled
            self.show_threads()

    async def open(self, thread_id: str) -> None:
        """Open a thread. Raises ServiceError."""
        await self.show(await (await self._context.threads()).open(thread_id))

    async def show(self, conversation: Conversation) -> None:
        """Show a conversation, and follow it."""
        context, screen = self._context, self._context.screen
        threads = await context.threads()
        key = conversation.thread_id or f"new {context.partner.id}"
        text = await self.unsent.open(threads.drafts, key)
        self._unlisten()
        context.conversation = conversation
        context.leave_edit()
        context.composer.put(text)
        if not context.only_reads and conversation.is_copy:
            context.composer.close_off(_COPY)
        elif not context.only_reads:
            context.composer.open_up()
        self._unlisten = conversation.listen(self._follow)
        screen.transcript_view.show(conversation.transcript.entries)
        screen.thread_list.follow_open(conversation.thread_id or "")
        self.show_threads()
        self._show_run()
        when_open, context.when_open = context.when_open, None
        if when_open is not None:
            when_open()

    def _follow(self, changes: Sequence[Change]) -> None:
        """Draw what has changed in the conversation."""
        context, conversation = self._context, self._context.conversation
        if conversation is None or not context.screen.is_attached:
            return
        context.transcript_view.take(changes)
        if any(c.kind is ChangeKind.ADDED and self._is_sent(c.entry) for c in changes):
            self.unsent.arrived(conversation.thread_id or f"new {context.partner.id}")
        if any(change.kind is not ChangeKind.APPENDED for change in changes):
            self._show_run()

    def _is_sent(self, entry: Entry | None) -> bool:
        """Whether an entry is what is being sent, not what others have sent meanwhile."""
        if entry is None or entry.kind is not EntryKind.USER or entry.message is None:
            return False
        said = entry.message.parts[0].text if entry.message.parts else ""  # images come behind
        return self.unsent.is_sending(said) or self.unsent.is_sending(entry.text)

    def show_threads(self) -> None:
        """Bring the list up to date with what is known of the threads."""
        now, conversation = time.time(), self._context.conversation
        rows = [self._row(thread, now) for thread in self._known]
        opened = conversation.thread_id or "" if conversation is not None else ""
        begun = (opened or not self._context.only_reads) and not self._context.search
        if conversation is not None and begun and opened not in [row.id for row in rows]:
            status = conversation.transcript.run.status if conversation.transcript.run else ""
            title = conversation.title or "New thread"
            rows.insert(0, ThreadRow(opened, title, "now", status, conversation.origin))
        self._context.thread_list.show(rows, opened)

    def _row(self, thread: KnownThread, now: float) -> ThreadRow:
        used = thread.used_at if thread.used_at is not None else thread.created_at
        title, since = thread.title or thread.id, age(used, now)
        row = ThreadRow(thread.id, title, since, thread.status, thread.origin)
        shown = self._context.conversation
        if shown is None or shown.thread_id != thread.id or shown.transcript.run is None:
            return row
        return row._replace(status=shown.transcript.run.status)

    def _show_run(self) -> None:
        """Show what the run is doing, and look again while it is under way."""
        self._tick()
        self._show_used()
        show_waiting(self._context)
        self.show_threads()
        self._context.screen.show_keys()
        if self.is_under_way and self._ticking is None:
            self._ticking = self._context.screen.set_interval(_TICK, self._tick)
        elif not self.is_under_way and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    @property
    def is_under_way(self) -> bool:
        """Whether something is to be expected of a run."""
        conversation = self._context.conversation
        if conversation is None:
            return False
        return self._context.is_running or conversation.is_under_way

    @property
    def phase(self) -> Phase:
        """What the run is doing."""
        conversation = self._context.conversation
        if conversation is None:
            return Phase("")
        if conversation.is_copy:
            return Phase("the server has deleted this thread: this is the copy kept here")
        return phase_of(conversation.transcript, time.monotonic(), conversation.progress)

    def _tick(self) -> None:
        line, phase = self._context.screen.query_one(RunLine), self.phase
        line.words, line.tone = phase.words, phase.tone

    def _show_used(self) -> None:
        conversation = self._context.conversation
        runs = conversation.transcript.runs.values() if conversation is not None else ()
        tokens = sum(run.usage.total for run in runs if run.usage is not None)
        counts = f"{len(runs):,} run{'s' if len(runs) > 1 else ''}" if runs else ""
        used = f"{tokens:,} tokens" if tokens else ""
        header = self._context.screen.query_one(PlaygroundHeader)
        header.used = " · ".join(filter(None, (used, counts)))

    def facts(self) -> Facts:
        """What the conversation is drawn with, beside its entries."""
        return Facts(time.time(), self.check.problem, _time_of, self._waits)

    def _waits(self, call: ToolCall) -> bool:
        conversation = self._context.conversation
        waiting = conversation.transcript.waiting if conversation is not None else ()
        return any(entry.key == call.key for entry in waiting)

    def keys_at(self, place: Where) -> tuple[Command, ...]:
        """The commands whose keys are worth showing at a place."""
        offers = self._context.screen.offers
        shown = [each for each in commands_in(place) if each.footer and offers(each)]
        if place is Where.CALLS:
            wanted = self._context.call_sheet.offered
            shown = [each for each in commands_in(place) if each.name in wanted]
        if self.is_under_way:
            back = ("stop_or_leave", "stop_or_leave_composer")
            shown = [replace(c, label="Stop") if c.name in back else c for c in shown]
        return tuple(sorted(shown, key=lambda c: not c.name.startswith("stop_or_leave")))


def _time_of(entry: Entry) -> str:
    step = entry.step
    if step is None or step.created_at is None or step.ended_at is None:
        return ""
    return duration(max(step.ended_at - step.created_at, 0.0))
