"""Nothing is sent twice, and nothing is deleted that was to be kept, whatever fails meanwhile."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import NoBackup, NotServed, ServiceError
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.pruning import DAY, SEEN_LATER
from assistant_tui.journal.threads import DELETED, KnownThread
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from tests.fakeserver.deviations import refusal, refusing
from tests.fakeserver.server import FakeServer
from tests.server.runs.support import ScriptedModel, says
from tests.services.support import client_of
from tests.services.threads.support import World, world


def lose_messages(server: FakeServer) -> None:
    """Carry out what adds a message, but lose its answer; messages cannot be listed either."""

    async def lost(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            await server.carry_out(request)
        raise httpx.ReadError("lost")

    server.deviations["messages"] = lost


@pytest.fixture
async def here(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[World]:
    """The program with a journal, and the server."""
    async with world(tmp_path, model) as here:
        yield here


async def texts(here: World, thread: str | None) -> list[str]:
    """What is said in a thread, as the server holds it."""
    held = await here.api.messages(thread or "")
    return [each["content"][0]["text"]["value"] for each in held]


async def test_a_message_whose_answer_was_lost_is_sent_once_without_a_journal(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [says("One."), says("Two.")]
    async with client_of(here.server, "https://server.test") as client:
        service = AssistantService(client, journal=AccountJournal(None, "here"))
        conversation = service.threads.begin(here.assistant)
        lose_messages(here.server)
        with pytest.raises(ServiceError, match="may have arrived"):
            await conversation.send("Hello")
        del here.server.deviations["messages"]
        await conversation.send("Hello")
        assert await texts(here, conversation.thread_id) == ["Hello", "One."]
        await conversation.send("Hello")
        assert await texts(here, conversation.thread_id) == ["Hello", "One.", "Hello", "Two."]
        await service.threads.close()


async def test_a_message_whose_answer_was_lost_is_sent_once_though_another_program_sends(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [says("One."), says("Elsewhere."), says("Two.")]
    conversation = here.threads.begin(here.assistant)
    await conversation.send("First")
    lose_messages(here.server)
    with pytest.raises(ServiceError, match="may have arrived"):
        await conversation.send("Second")
    del here.server.deviations["messages"]
    async with client_of(here.server, "https://server.test") as client:
        other = AssistantService(client, journal=here.service.journal)
        elsewhere = await other.threads.open(conversation.thread_id or "")
        await elsewhere.send("From elsewhere")
        await other.threads.close()
    await conversation.send("Second")
    assert (await texts(here, conversation.thread_id)).count("Second") == 1


async def test_without_a_place_for_the_copy_nothing_is_deleted(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    async with client_of(here.server, "https://server.test") as client:
        service = AssistantService(client, journal=AccountJournal(None, "here"))
        conversation = service.threads.begin(here.assistant)
        await conversation.send("Hello")
        with pytest.raises(NoBackup):
            await service.threads.delete(conversation.thread_id or "", keep_copy=True)
        assert await texts(here, conversation.thread_id) == ["Hello", "One."]
        await service.threads.close()


async def test_what_can_be_copied_in_part_alone_is_not_deleted(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    conversation = here.threads.begin(here.assistant)
    await conversation.send("Hello")
    here.server.deviations["steps"] = refusing(500)
    with pytest.raises(NoBackup, match="steps of a run"):
        await here.threads.delete(conversation.thread_id or "", keep_copy=True)
    assert await texts(here, conversation.thread_id) == ["Hello", "One."]
    here.server.deviations["steps"] = refusing(501)
    await here.threads.delete(conversation.thread_id or "", keep_copy=True)
    (known,) = await here.threads.known()
    assert known.has_copy, "a server that has no steps has given all that it has"


class Days:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_a_copy_is_kept_from_its_deletion_on_however_old_the_thread(tmp_path: Path) -> None:
    clock = Days()
    with Journal(tmp_path / "j.db", clock=clock) as journal:
        journal.threads.keep("here", KnownThread("thread_1", "Old", used_at=clock.now))
    clock.now += 200 * DAY
    with Journal(tmp_path / "j.db", clock=clock) as journal:
        journal.threads.keep_copy("here", "thread_1", "{}")
        journal.threads.keep("here", KnownThread("thread_1", status=DELETED))
    for _ in range(SEEN_LATER + 1):
        clock.now += DAY
        with Journal(tmp_path / "j.db", clock=clock) as journal:
            assert journal.threads.copy("here", "thread_1") == "{}"


async def test_a_thread_of_which_the_copy_would_soon_be_forgotten_is_not_deleted(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One." * 10_000)]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("Hello")
        with Journal(tmp_path / "small.db", keep_bytes=40_000) as journal:
            async with client_of(here.server, "https://server.test") as client:
                service = AssistantService(client, journal=AccountJournal(journal, "here"))
                with pytest.raises(NoBackup, match="too large"):
                    await service.threads.delete(conversation.thread_id or "", keep_copy=True)
        assert len(await texts(here, conversation.thread_id)) == 2


async def test_a_thread_that_a_server_does_not_delete_is_not_forgotten(
    here: World, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    conversation = here.threads.begin(here.assistant)
    await conversation.send("Hello")
    here.server.deviations["any"] = lambda request: (
        refusal(404, "Not Found") if request.method == "DELETE" else None
    )
    with pytest.raises(NotServed, match="still there"):
        await here.threads.delete(conversation.thread_id or "")
    assert [each.id for each in await here.threads.known()] == [conversation.thread_id]


async def test_messages_of_another_thread_are_not_shown(here: World, model: ScriptedModel) -> None:
    model.turns = [says("One.")]
    other = await here.api.thread("Of somebody else")
    run = await here.threads.begin(here.assistant).send("Hello")

    async def mix_up(request: httpx.Request) -> httpx.Response:
        path = request.url.path.replace(run.thread_id, other)
        url = request.url.copy_with(path=path)
        return await here.server.carry_out(httpx.Request(request.method, url))

    here.server.deviations["messages"] = mix_up
    opened = await here.threads.open(run.thread_id)
    assert [entry.text for entry in opened.transcript.entries] == []
    with pytest.raises(NoBackup):
        await here.threads.delete(run.thread_id, keep_copy=True)
    record, missing = await here.threads.record(run.thread_id)
    assert record.messages == () and "those of another thread" in missing[0]
    assert await here.api.get(f"/threads/{run.thread_id}")
