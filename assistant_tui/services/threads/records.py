"""Threads to their last letter: fetched whole, and made anew from what was fetched or read."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant_tui.api.thread_objects import Objects, is_of_thread, value_of
from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import NotFound, NotServed, ServiceError
from assistant_tui.core.formats.threads.import_plan import ThreadImport, plan_import
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import (
    compose,
    elements,
    members,
    read_json,
    with_member,
    write_json,
)
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.threads.objects import SEND_KEY, Message, read_message
from assistant_tui.core.threads.reading import object_in
from assistant_tui.services.threads.open_thread import title_of
from assistant_tui.services.threads.sending import new_key
from assistant_tui.services.writes import WriteGate

_AT_ONCE = 4


@dataclass
class Missing:
    """Sentences about what a record does not have."""

    absent: list[str] = field(default_factory=list)
    """What this server has of no thread."""
    withheld: list[str] = field(default_factory=list)
    """What it may have of this one, but did not give."""

    @property
    def all(self) -> Sequence[str]:
        """All of them."""
        return (*self.absent, *self.withheld)


async def fetch_record(client: ThreadsClient, thread_id: str) -> tuple[ThreadRecord, Missing]:
    """Fetch a thread with all that belongs to it.

    Returns:
        The exact texts, and what is missing.

    Raises:
        NotFound: there is no such thread.
        ServiceError: it, or its messages, cannot be had.
    """
    missing = Missing()
    messages = await client.list_messages(thread_id)
    ours = [row for row in messages.rows if is_of_thread(value_of(row), thread_id)]
    if len(ours) < len(messages.rows):
        missing.withheld.append("some messages: this server gave those of another thread")
    if not messages.complete:
        missing.withheld.append("older messages: this server does not give them")
    try:
        thread = (await client.threads.retrieve(thread_id)).text
    except NotServed:
        thread = compose({"id": write_json(thread_id), "object": '"thread"'})
        missing.absent.append("the thread itself: this server does not give it")
    runs = await _runs(client, thread_id, missing)
    steps = await _steps(client, thread_id, runs.rows, missing)
    record = ThreadRecord(thread, _texts(ours), _texts(runs.rows), _texts(steps))
    return record, missing


async def _runs(client: ThreadsClient, thread_id: str, missing: Missing) -> Objects:
    try:
        runs = await client.list_runs(thread_id)
    except NotServed:
        missing.absent.append("runs: this server lists none")
        return Objects(())
    if not runs.complete:
        missing.withheld.append("older runs: this server does not give them")
    return runs


async def _steps(
    client: ThreadsClient, thread_id: str, runs: Sequence[ResourceRow], missing: Missing
) -> Sequence[ResourceRow]:
    places = asyncio.Semaphore(_AT_ONCE)
    absent, withheld = set[str](), set[str]()

    async def fetch(run: ResourceRow) -> Sequence[ResourceRow]:
        async with places:
            try:
                return (await client.list_steps(thread_id, run.id)).rows
            except NotServed:
                absent.add("steps: this server has none")
            except ServiceError as error:
                withheld.add(f"steps of a run: {error}")
            return ()

    found = await asyncio.gather(*(fetch(run) for run in runs))
    missing.absent += absent
    missing.withheld += sorted(withheld)
    return [step for steps in found for step in steps]


def _texts(rows: Sequence[ResourceRow]) -> tuple[str, ...]:
    return tuple(row.text for row in rows)


def title_of_record(record: ThreadRecord) -> str:
    """The first words of the person in a thread; empty where there are none."""
    messages = (read_message(object_in(read_json(text))) for text in record.messages)
    return title_of(next((each.text for each in messages if each.role == "user"), ""))


def plan_fork(origin: str, messages: Sequence[Message], text: str | None) -> ThreadImport:
    """Plan a thread that begins as another one did.

    Args:
        origin: the id of the other one.
        messages: the first of it, in their order.
        text: takes the place of the last one's; None leaves that as it is.
    """
    texts = [write_json(message.raw) for message in messages]
    if text is not None and texts:
        texts[-1] = with_member(texts[-1], ["content"], write_json(text))
    thread = compose({"id": write_json(origin)})
    return plan_import(ThreadRecord(thread, tuple(texts)), keep_files=True)


def body_of_copy(message: Message) -> Mapping[str, str]:
    """The body that sends a message once more, with its images and attachments."""
    record = ThreadRecord("{}", (write_json(message.raw),))
    planned = elements(plan_import(record, keep_files=True).create["messages"])
    return members(planned[0]) if planned else {}


async def make_thread(client: ThreadsClient, gate: WriteGate, plan: ThreadImport) -> str:
    """Make a thread with messages, and see that all of them are there.

    Returns:
        The id of the new thread.

    Raises:
        ServiceError: it was not made, or not whole; the message says which.
    """
    with gate.counting():
        key = new_key()
        thread_id = await _create(client, plan, key)
        first = [members(each) for each in elements(plan.create.get("messages", "[]"))]
        planned = [*first, *plan.further]
        try:
            await _complete(client, thread_id, planned)
        except ServiceError as error:
            error.message = f"the new thread {thread_id} is not whole: {error.message}"
            raise
    return thread_id


async def _create(client: ThreadsClient, plan: ThreadImport, key: str) -> str:
    """Make the thread; one whose answer was lost is looked for where the server lists threads."""
    metadata = members(plan.create.get("metadata", "{}"))
    body = {**plan.create, "metadata": compose({**metadata, SEND_KEY: write_json(key)})}
    try:
        return (await client.threads.create(body)).id
    except ServiceError as error:
        if not error.may_have_arrived:
            raise
        listed = await client.list_threads(100)
        found = [row.id for row in listed or () if key in row.text]
        if not found:
            raise
        return found[0]


async def _complete(
    client: ThreadsClient, thread_id: str, planned: Sequence[Mapping[str, str]]
) -> None:
    """Add the messages that are not there yet: some servers leave those of a new thread out."""
    if not planned:
        return
    arrived = len((await client.list_messages(thread_id)).rows)
    messages = client.messages(thread_id)
    for body in planned[arrived:]:
        try:
            await messages.create(body)
        except ServiceError as error:
            if not error.may_have_arrived:
                raise
            now = len((await client.list_messages(thread_id)).rows)
            if now != arrived + 1:
                raise
        arrived += 1


async def delete_thread(client: ThreadsClient, thread_id: str) -> bool:
    """Delete a thread on the server; False where there was none.

    Raises:
        NotServed: it is still there: the route is what was not found.
    """
    try:
        await client.threads.delete(thread_id)
    except NotFound:
        try:
            await client.threads.retrieve(thread_id)
        except NotFound:
            return False
        raise NotServed("this server deletes no threads: it is still there") from None
    return True
