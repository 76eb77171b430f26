"""Loads what a server holds of a thread, all of it or what a run has changed."""

import asyncio
from collections.abc import Callable, Sequence

from assistant_tui.api.thread_objects import Objects, is_of_thread, value_of
from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import NotServed, ServiceError
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import read_json
from assistant_tui.core.threads.objects import (
    Message,
    Run,
    Step,
    read_message,
    read_run,
    read_step,
)
from assistant_tui.core.threads.reading import object_in
from assistant_tui.core.threads.transcript import Change, Transcript

MOST_RUNS_WITH_STEPS = 30
"""The newest runs, whose steps are fetched when a thread is opened: a request for each."""
_AT_ONCE = 4
_RECENT = 100
"""Messages that are looked at after a run."""


class ThreadLoader:
    """What is known of the objects of one thread; the newest answer about each counts."""

    def __init__(self, client: ThreadsClient, thread_id: str) -> None:
        self._client = client
        self.thread_id = thread_id
        self.messages: dict[str, Message] = {}
        """Oldest first."""
        self.runs: dict[str, Run] = {}
        self._steps: dict[str, Sequence[Step]] = {}
        self._has_steps = True
        self.lists_runs = True
        """Whether the server lists the runs of a thread, as far as is known."""
        self._lacks_steps = False
        """The steps of a run could not be had."""
        self.troubles: list[str] = []
        """Sentences about what could not be loaded."""

    async def load(self, show: Callable[[], None], last_run: str = "") -> None:
        """Load the thread.

        Args:
            show: is called when the newest messages are there, and when all are, before steps are.
            last_run: the id of a run that is looked for where the server lists none.

        Raises:
            NotFound: there is no such thread.
            ServiceError: its messages cannot be had.
        """
        runs = asyncio.ensure_future(self._try_to_load_runs(last_run))
        try:
            await self._load_messages(show)
            await runs
            await self._try_to_load_last_writer()
        finally:
            runs.cancel()
        newest = [*self.runs.values()][-MOST_RUNS_WITH_STEPS:]
        if len(newest) < len(self.runs):
            older = len(self.runs) - len(newest)
            self.troubles.append(f"the calls of the {older:,} oldest runs are not shown")
        await self._load_steps(newest)

    async def reload(self, run: Run) -> None:
        """Load what a run, as it is now, may have changed: the newest messages, and its steps.

        Raises:
            ServiceError: the messages cannot be had.
        """
        self.put(run)
        listed, _ = await asyncio.gather(
            self._client.list_messages(self.thread_id, _RECENT), self._load_steps_of(run.id)
        )
        recent = [*self._own(listed).values()]
        first = next((each.id for each in recent if each.id in self.messages), None)
        known = [*self.messages]
        older = known if first is None else known[: known.index(first)]
        kept = {each: self.messages[each] for each in older}
        self.messages = kept | {each.id: each for each in recent}

    async def _load_messages(self, show: Callable[[], None]) -> None:
        def take(listed: Objects) -> None:
            self.messages = self._own(listed)
            show()

        listed = await self._client.list_messages(self.thread_id, show=take)
        if not listed.complete:
            self.troubles.append("older messages of this thread cannot be had from this server")
        take(listed)

    def _own(self, listed: Objects) -> dict[str, Message]:
        """The messages by their ids; those that say that they are of another thread are not."""
        read = {row.id: read_message(value_of(row)) for row in listed.rows}
        return {key: each for key, each in read.items() if is_of_thread(each.raw, self.thread_id)}

    def put(self, run: Run) -> None:
        """Note a run as the server has it now."""
        self.runs[run.id] = run

    def add(self, message: Message) -> None:
        """Note a message that the server has just taken."""
        self.messages[message.id] = message

    def take(self, record: ThreadRecord) -> None:
        """Note all of a record, in the place of what was loaded."""
        messages = (read_message(object_in(read_json(text))) for text in record.messages)
        runs = (read_run(object_in(read_json(text))) for text in record.runs)
        self.messages = {each.id: each for each in messages}
        self.runs = {each.id: each for each in runs}
        self._steps, self.troubles = {}, []
        for text in record.steps:
            step = read_step(object_in(read_json(text)))
            self._steps[step.run_id] = [*self._steps.get(step.run_id, ()), step]

    def show(self, transcript: Transcript) -> Sequence[Change]:
        """Bring a transcript to what is known here."""
        steps = [step for each in self._steps.values() for step in each]
        return transcript.replace(
            [*self.messages.values()],
            [*self.runs.values()],
            steps if self._has_steps else None,
            all_steps=not self._lacks_steps,
        )

    async def _try_to_load_runs(self, last_run: str) -> None:
        """Load the runs; a thread is shown without them, too."""
        try:
            await self.load_runs(last_run)
        except ServiceError as error:
            self.troubles.append(f"the runs of this thread cannot be had: {error}")

    async def load_runs(self, last_run: str = "") -> None:
        """Load the runs; where the server lists none, the last one that is known."""
        try:
            listed = await self._client.list_runs(self.thread_id)
        except NotServed:
            self.lists_runs = False
            if last_run:
                self.put((await self._client.retrieve_run(self.thread_id, last_run)).run)
            return
        self.runs = {row.id: read_run(value_of(row)) for row in listed.rows}

    async def _try_to_load_last_writer(self) -> None:
        """Where the server lists no runs, load the one that wrote the newest message of any."""
        wrote = [each.run_id for each in self.messages.values() if each.run_id]
        if self.lists_runs or not wrote or wrote[-1] in self.runs:
            return
        try:
            self.put((await self._client.retrieve_run(self.thread_id, wrote[-1])).run)
        except ServiceError as error:
            self.troubles.append(f"the last run of this thread cannot be had: {error}")

    async def _load_steps(self, runs: Sequence[Run]) -> None:
        places = asyncio.Semaphore(_AT_ONCE)

        async def load(run: Run) -> None:
            async with places:
                await self._load_steps_of(run.id)

        await asyncio.gather(*(load(run) for run in runs))

    async def _load_steps_of(self, run_id: str) -> None:
        """Load the steps of a run, where the server has any; it is shown without them, too."""
        if not self._has_steps:
            return
        try:
            listed = await self._client.list_steps(self.thread_id, run_id)
        except NotServed:
            self._has_steps = False
            return
        except ServiceError as error:
            self._lacks_steps = True
            self.troubles.append(f"the steps of a run cannot be had: {error}")
            return
        self._steps[run_id] = [read_step(value_of(row)) for row in listed.rows]
