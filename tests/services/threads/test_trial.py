"""An edit is tried before it is saved: what answers, and what the server holds afterwards."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Invalid, ServiceError
from assistant_tui.core.raw_json import RawJson
from assistant_tui.services.threads.trial import Trial
from tests.fakeserver.deviations import refusal
from tests.server.runs.support import ScriptedModel, calls, says
from tests.services.threads.support import World, world


async def saved(here: World) -> str:
    """The assistant as the server has it."""
    response = await here.api.http.get(f"/assistants/{here.assistant}")
    return response.text


async def trial_of(here: World, **exact: Any) -> Trial:
    """An edit of the assistant."""
    texts = {name: json.dumps(value) for name, value in exact.items()}
    return Trial(here.service.temporary, Draft(RawJson(await saved(here)), exact=texts))


async def assistants(here: World) -> list[str]:
    """The ids of all assistants on the server."""
    return [each["id"] for each in (await here.api.get("/assistants"))["data"]]


async def test_the_edit_answers_and_the_assistant_is_unchanged(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("Arr.")]
    async with world(tmp_path, model) as here:
        before = await saved(here)
        trial = await trial_of(here, instructions="Speak like a pirate.", temperature=0)
        conversation = here.threads.begin(here.assistant)
        run = await trial.send(conversation, "Hello")
        (asked,) = model.requests
        assert asked.messages[0] == {"role": "system", "content": "Speak like a pirate."}
        assert asked.temperature == 0
        assert run.assistant_id == here.assistant
        assert await trial.end() is False, "nothing was made"
        assert await saved(here) == before
        assert await assistants(here) == [here.assistant]
        assert here.posts == ["threads", "messages", "runs"]


async def test_what_no_run_takes_is_answered_by_a_temporary_assistant(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One."), says("Two.")]
    async with world(tmp_path, model) as here:
        before = await saved(here)
        trial = await trial_of(here, instructions="New.", tool_resources={"file_search": {}})
        assert trial.reasons == ("tool_resources cannot be given to a run",)
        conversation = here.threads.begin(here.assistant)
        runs = [await trial.send(conversation, text) for text in ("Hello", "And now?")]
        assert {run.assistant_id for run in runs} == {trial.assistant_id} != {here.assistant}
        assert model.requests[1].messages[0]["content"] == "New."
        assert sorted(await assistants(here)) == sorted([here.assistant, trial.assistant_id])
        (known,) = await here.threads.known(here.assistant)
        assert known.id == conversation.thread_id, "the thread stays with the assistant"
        assert await trial.end() is True
        assert await assistants(here) == [here.assistant]
        assert await saved(here) == before


async def test_two_messages_at_once_make_one_temporary_assistant(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("a"), says("b")]
    async with world(tmp_path, model) as here:
        trial = await trial_of(here, tool_resources={"file_search": {}})
        talks = [here.threads.begin(here.assistant) for _ in range(2)]
        await asyncio.gather(*(trial.send(each, "Hello") for each in talks))
        assert here.posts.count("assistants") == 1
        await trial.end()


def refusing_overrides(body: bytes) -> Any:
    """A server that runs with what the assistant has, and nothing else."""

    def respond(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("/runs") and b'"instructions"' in request.content:
            return httpx.Response(400, content=body, headers={"content-type": "application/json"})
        return None

    return respond


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "Unknown parameter: instructions.", "param": "instructions"}}',
        b'{"detail": [{"loc": ["body", "instructions"], "msg": "Extra inputs not permitted"}]}',
        b'{"error": {"message": "instructions is not supported for runs"}}',
    ],
)
async def test_where_a_server_refuses_overrides_a_temporary_assistant_answers_the_same_message(
    tmp_path: Path, model: ScriptedModel, body: bytes
) -> None:
    model.turns = [says("Arr.")]
    async with world(tmp_path, model) as here:
        before = await saved(here)
        here.server.deviations["runs"] = refusing_overrides(body)
        trial = await trial_of(here, instructions="Speak like a pirate.")
        conversation = here.threads.begin(here.assistant)
        run = await trial.send(conversation, "Hello")
        assert run.status == "completed"
        assert run.assistant_id == trial.assistant_id
        assert trial.reasons[0].startswith("this server refuses to run with other settings")
        held = await here.api.messages(str(conversation.thread_id))
        assert [each["role"] for each in held] == ["user", "assistant"], "it was sent once"
        await trial.end()
        assert await assistants(here) == [here.assistant]
        assert await saved(here) == before


async def test_a_refusal_of_something_else_makes_no_temporary_assistant(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with world(tmp_path, model) as here:
        here.server.deviations["runs"] = lambda request: httpx.Response(
            400, json={"error": {"message": "the thread is full", "param": "thread_id"}}
        )
        trial = await trial_of(here, instructions="New.")
        with pytest.raises(Invalid, match="the thread is full"):
            await trial.send(here.threads.begin(here.assistant), "Hello")
        assert await assistants(here) == [here.assistant]


async def test_a_server_that_ignores_overrides_is_found_out(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async def without_overrides(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or not request.url.path.endswith("/runs"):
            return None
        sent = json.loads(request.content)
        kept = {name: sent[name] for name in ("assistant_id", "metadata", "stream") if name in sent}
        bent = httpx.Request(
            "POST", request.url, headers={"content-type": "application/json"}, json=kept
        )
        return await here.server.carry_out(bent)

    model.turns = [says("Hello."), says("Arr.")]
    async with world(tmp_path, model) as here:
        await here.api.post(f"/assistants/{here.assistant}", {"instructions": "Be kind."})
        here.server.deviations["runs"] = without_overrides
        trial = await trial_of(here, instructions="Speak like a pirate.")
        conversation = here.threads.begin(here.assistant)
        await trial.send(conversation, "Hello")
        assert trial.notice.startswith("This answer is not of the edit: this server runs with the")
        run = await trial.send(conversation, "Hello")
        assert trial.notice.startswith("A temporary assistant answers: this server runs with the")
        assert run.assistant_id == trial.assistant_id
        assert model.requests[-1].messages[0]["content"] == "Speak like a pirate."
        await trial.end()
        assert await assistants(here) == [here.assistant]


async def test_an_assistant_that_is_not_created_yet_can_be_tried(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("New here.")]
    async with world(tmp_path, model) as here:
        draft = Draft(preset={"model": '"m"'}, exact={"instructions": '"Hi."'})
        trial = Trial(here.service.temporary, draft)
        await trial.send(here.threads.begin(""), "Hello")
        await trial.end()
        assert await assistants(here) == [here.assistant]


async def test_the_next_start_deletes_what_a_crash_left(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        trial = await trial_of(here, tool_resources={"file_search": {}})
        await trial.send(here.threads.begin(here.assistant), "Hello")
        left, kept = trial.assistant_id, here.assistant
    async with world(tmp_path, model, kept) as here:
        assert left in await assistants(here)
        (removal,) = await here.service.temporary.delete_left_behind()
        assert (removal.assistant_id, removal.problem) == (left, "")
        assert await assistants(here) == [kept]


async def test_the_end_of_the_program_deletes_what_still_stands(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        trial = await trial_of(here, tool_resources={"file_search": {}})
        await trial.send(here.threads.begin(here.assistant), "Hello")
        await here.service.close()
        assert await assistants(here) == [here.assistant]
        assert await here.service.temporary.delete_left_behind() == ()


async def test_a_thread_is_run_once_more_with_the_edit(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("Hello."), says("Arr.")]
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("Hello")
        again = await here.threads.regenerate(conversation)
        await (await trial_of(here, instructions="Speak like a pirate.")).run(again)
        assert again.transcript.last_text == "Arr."
        assert model.requests[1].messages[0]["content"] == "Speak like a pirate."


async def test_a_temporary_assistant_that_cannot_be_deleted_is_told(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        trial = await trial_of(here, tool_resources={"file_search": {}})
        await trial.send(here.threads.begin(here.assistant), "Hello")
        here.server.deviations["delete"] = lambda request: httpx.Response(500)
        with pytest.raises(ServiceError):
            await trial.end()
        del here.server.deviations["delete"]
        assert await trial.end() is True
        assert await assistants(here) == [here.assistant]


async def test_a_call_of_a_function_that_only_the_edit_has_is_answered(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [calls("find", arguments='{"id": 1}'), says("Found.")]
    async with world(tmp_path, model) as here:
        tool = {"type": "function", "function": {"name": "find", "parameters": {}}}
        trial = await trial_of(here, tools=[tool])
        conversation = here.threads.begin(here.assistant)
        assert (await trial.send(conversation, "Find it")).status == "requires_action"
        (waiting,) = conversation.transcript.waiting
        assert (await conversation.answer({waiting.key: "here"})).status == "completed"
        assert "find" in json.dumps([*model.requests[0].tools])


async def test_a_message_that_is_refused_runs_nothing_whatever_its_refusal_says(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One."), says("Two.")]
    async with world(tmp_path, model) as here:
        trial = await trial_of(here, instructions="New.")
        conversation = here.threads.begin(here.assistant)
        await trial.send(conversation, "Hello")
        empty = tmp_path / "instructions.md"
        empty.write_text("")
        with pytest.raises(Invalid, match="it is empty"):
            await trial.send(conversation, "Read this", attachments=[empty])
        here.server.deviations["messages"] = lambda request: (
            refusal(400, "extra instructions are not allowed") if request.method == "POST" else None
        )
        with pytest.raises(Invalid, match="extra instructions"):
            await trial.send(conversation, "Hello again")
        assert here.posts.count("runs") == 1 and trial.reasons == ()
        assert await assistants(here) == [here.assistant]
