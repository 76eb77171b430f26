"""Threads are found again, forked and deleted; nothing else on the server is touched."""

from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import Invalid, NoBackup, NotFound, ServiceError
from assistant_tui.core.formats.threads import lossless
from assistant_tui.journal.threads import KnownThread
from assistant_tui.services.assistants import AssistantService
from tests.fakeserver.deviations import absent, answering, refusing
from tests.fakeserver.requests import json_of, with_json
from tests.server.runs.support import ScriptedModel, calls, says
from tests.services.support import client_of
from tests.services.threads.support import told, world


async def test_threads_are_found_by_assistant_and_words(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("a"), says("b"), says("c")]
    async with world(tmp_path, model) as here:
        other = await here.api.assistant(name="Other")
        for assistant, text in (
            (here.assistant, "Where is my order?"),
            (here.assistant, "Who are you?"),
            (other, "Where am I?"),
        ):
            await here.threads.begin(assistant).send(text)
        found = await here.threads.known(here.assistant)
        assert [each.title for each in found] == ["Who are you?", "Where is my order?"]
        found = await here.threads.known(None, "where")
        assert [each.title for each in found] == ["Where am I?", "Where is my order?"]
        await here.threads.rename(found[1].id, "Orders")
        assert [each.title for each in await here.threads.known(None, "ord")] == ["Orders"]
        assert {each.status for each in found} == {"completed"}


async def test_threads_are_known_at_the_next_start(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("a")]
    async with world(tmp_path, model) as here:
        await here.threads.begin(here.assistant).send("Hello")
        assistant = here.assistant
    async with world(tmp_path, model, assistant) as later:
        (known,) = await later.threads.known(assistant)
        assert told((await later.threads.open(known.id)).transcript) == [
            ("USER", "Hello"),
            ("ASSISTANT", "a"),
        ]


async def test_threads_that_a_server_lists_are_there_too(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        own = await here.api.thread("Hello")
        listed = (
            '{"data": [{"id": "thread_far", "created_at": 9.5, "metadata": {"title": "Far"}},'
            f'{{"id": "{own}"}}, {{}}], "has_more": false}}'
        )
        here.server.deviations["threads"] = lambda request: (
            answering(listed)(request) if request.method == "GET" else None
        )
        await here.threads.open(own)
        found = await here.threads.known(here.assistant)
        assert [each.title for each in found] == ["Hello", "Far"], "what has no id is left out"
        assert [each.title for each in await here.threads.known(None, "far")] == ["Far"]


async def test_a_server_without_a_list_is_asked_once(tmp_path: Path, model: ScriptedModel) -> None:
    async with world(tmp_path, model) as here:
        here.server.deviations["threads"] = absent
        for _ in range(3):
            assert await here.threads.known() == []
        assert len([each for each in here.server.parts if each == "threads"]) == 1


async def test_a_fork_is_a_new_thread_from_the_old(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One."), says("Two."), says("Other.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        await conversation.send("Second")
        third = conversation.transcript.entries[2]
        forked = await here.threads.fork(conversation, third.key, "Changed")
        assert told(forked.transcript) == [
            ("USER", "First"),
            ("ASSISTANT", "One."),
            ("USER", "Changed"),
        ]
        assert forked.origin == conversation.thread_id and forked.title == "First"
        await forked.run()
        assert told(forked.transcript)[-1] == ("ASSISTANT", "Other.")
        assert forked.thread_id is not None and conversation.thread_id is not None
        assert len(await here.api.messages(forked.thread_id)) == 4
        assert len(await here.api.messages(conversation.thread_id)) == 4, "the old one is as it was"
        known = {each.id: each.origin for each in await here.threads.known()}
        assert known == {forked.thread_id: conversation.thread_id, conversation.thread_id: ""}


async def test_either_side_is_edited(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        answer = conversation.transcript.entries[1]
        forked = await here.threads.fork(conversation, answer.key, "As I would say it.")
        assert told(forked.transcript)[1] == ("ASSISTANT", "As I would say it.")


async def test_an_answer_is_asked_for_once_more(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [calls("f"), says("One."), says("Again.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("First")
        await conversation.answer({conversation.transcript.waiting[0].key: "x"})
        anew = await here.threads.regenerate(conversation)
        await anew.run()
        assert told(anew.transcript) == [("USER", "First"), ("ASSISTANT", "Again.")]


async def test_a_thread_that_has_nothing_is_not_forked(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        empty = here.threads.begin(here.assistant)
        with pytest.raises(Invalid):
            await here.threads.fork(empty, "nothing")
        with pytest.raises(Invalid):
            await here.threads.regenerate(empty)
        assert here.posts == []


async def test_a_long_thread_is_forked_whole(tmp_path: Path, model: ScriptedModel) -> None:
    async with world(tmp_path, model) as here:
        thread = await here.api.thread(*(f"Message {at}" for at in range(30)))
        for at in range(30, 40):
            message = {"role": "user", "content": f"Message {at}"}
            await here.api.post(f"/threads/{thread}/messages", message)
        opened = await here.threads.open(thread)
        forked = await here.threads.fork(opened, opened.transcript.entries[-1].key)
        assert [text for _, text in told(forked.transcript)] == [f"Message {n}" for n in range(40)]


async def test_messages_that_a_server_leaves_out_of_a_new_thread_are_sent_one_by_one(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        opened = await here.threads.open(await here.api.thread("One", "Two"))

        async def leaves_out(request: httpx.Request) -> httpx.Response:
            body = {"metadata": json_of(request)["metadata"]}
            return await here.server.carry_out(with_json(request, body))

        here.server.deviations["threads"] = lambda request: (
            leaves_out(request) if request.method == "POST" else None
        )
        forked = await here.threads.fork(opened, opened.transcript.entries[-1].key)
        assert forked.thread_id is not None
        assert len(await here.api.messages(forked.thread_id)) == 2


async def test_a_thread_is_deleted_and_forgotten(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One."), says("Two.")]
    async with world(tmp_path, model) as here:
        kept, gone = here.threads.begin(here.assistant), here.threads.begin(here.assistant)
        await kept.send("Stays")
        await gone.send("Goes")
        assert kept.thread_id is not None and gone.thread_id is not None
        assert await here.threads.delete(gone.thread_id)
        assert [each.id for each in await here.threads.known()] == [kept.thread_id]
        await here.api.get(f"/threads/{gone.thread_id}", 404)
        await here.api.get(f"/threads/{kept.thread_id}")
        with pytest.raises(NotFound):
            await here.threads.open(gone.thread_id)
        assert not await here.threads.delete(gone.thread_id)  # what is gone is gone


async def test_a_copy_stays_of_what_is_deleted(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("Hello")
        assert conversation.thread_id is not None
        await here.threads.delete(conversation.thread_id, keep_copy=True)
        (known,) = await here.threads.known()
        assert known.has_copy and known.status == "deleted" and known.title == "Hello"
        record = lossless.read(await here.threads.copy(known.id) or "")
        assert (len(record.messages), len(record.runs), len(record.steps)) == (2, 1, 1)


async def test_without_a_journal_nothing_is_deleted_that_is_to_be_copied(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here, client_of(here.server, "https://a.test") as client:
        service = AssistantService(client)
        thread = await here.api.thread("Hello")
        with pytest.raises(NoBackup, match="no copy can be kept"):
            await service.threads.delete(thread, keep_copy=True)
        await here.api.get(f"/threads/{thread}")


async def test_what_is_not_deleted_is_not_forgotten(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("Hello")
        assert conversation.thread_id is not None
        here.server.deviations[conversation.thread_id] = refusing(405)
        with pytest.raises(ServiceError):
            await here.threads.delete(conversation.thread_id)
        assert len(await here.threads.known()) == 1


async def test_a_record_has_all_to_the_last_letter(tmp_path: Path, model: ScriptedModel) -> None:
    model.turns = [calls("f"), says("One.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        run = await conversation.send("Hello")
        await conversation.answer({conversation.transcript.waiting[0].key: "x"})
        record, missing = await here.threads.record(run.thread_id)
        assert missing == () and record.id == run.thread_id
        assert (len(record.messages), len(record.runs), len(record.steps)) == (2, 1, 2)
        assert '"Hello"' in record.messages[0] and '"One."' in record.messages[1]
        here.server.deviations["steps"] = refusing(501)
        record, missing = await here.threads.record(run.thread_id)
        assert record.steps == () and missing == ("steps: this server has none",)


async def test_a_run_that_nobody_has_followed_is_looked_at(
    tmp_path: Path, model: ScriptedModel
) -> None:
    """The program was killed while it was queued."""
    model.turns = [says("a"), says("b")]
    async with world(tmp_path, model) as here:
        first = await here.threads.begin(here.assistant).send("First")
        await here.threads.begin(here.assistant).send("Second")
        journal = here.service.journal.threads
        await journal.keep(KnownThread(first.thread_id, run_id=first.id, status="queued"))
        here.server.requests.clear()
        known = await here.threads.known(here.assistant)
        assert sorted(each.status for each in known) == ["completed", "queued"]
        settled = await here.threads.settled(known)
        assert [each.id for each in settled] == [each.id for each in known]
        assert {each.status for each in settled} == {"completed"}
        assert {each.status for each in await here.threads.known(here.assistant)} == {"completed"}
        here.server.deviations["any"] = refusing(500)
        assert await here.threads.settled(known) == known
