"""Runs that search in files: what the model is offered and told, and what its answer cites."""

import json

import pytest

from tests.server.runs.support import (
    FUNCTION,
    Api,
    Json,
    ScriptedModel,
    calls,
    names,
    says,
    text_of,
)

HANDBOOK = "Vacation\n\nEmployees have 28 days of vacation a year.\n\nLunch is at noon."
CONTENTS = "step_details.tool_calls[*].file_search.results[*].content"


async def upload(api: Api, name: str, text: str) -> str:
    """The id of a new file."""
    response = await api.http.post(
        "/files", files={"file": (name, text.encode())}, data={"purpose": "assistants"}
    )
    assert response.status_code == 200, response.text
    return str(response.json()["id"])


async def helper(api: Api, file_id: str, *more: Json, **options: object) -> str:
    """The id of an assistant that searches in a file."""
    tool = {"type": "file_search", **({"file_search": options} if options else {})}
    store = {"file_ids": [file_id]}
    return await api.assistant(
        tools=[tool, *more], tool_resources={"file_search": {"vector_stores": [store]}}
    )


async def test_an_answer_cites_the_file_that_was_found(api: Api, model: ScriptedModel) -> None:
    file_id = await upload(api, "handbook.md", HANDBOOK)
    model.turns = [
        calls("file_search", arguments='{"query": "vacation days"}'),
        says("28 days 【1:0†handbook.md】, I think 【9:9†other】."),
    ]
    thread = await api.thread("How many days?")
    events = await api.stream(
        f"/threads/{thread}/runs", {"assistant_id": await helper(api, file_id)}
    )
    assert names(events)[3:8] == [
        "thread.run.step.created",
        "thread.run.step.in_progress",
        "thread.run.step.delta",
        "thread.run.step.completed",
        "thread.run.step.created",
    ]
    run = json.loads(events[-2].data)
    first, second = model.requests
    (function,) = first.tools
    assert function["function"]["name"] == "file_search"
    output = second.messages[-1]
    assert output["role"] == "tool" and "28 days of vacation" in output["content"]
    assert "【1:0†handbook.md】" in output["content"]
    _, answer = await api.messages(thread)
    (annotation,) = answer["content"][0]["text"]["annotations"]
    text = text_of(answer)
    assert annotation["file_citation"] == {"file_id": file_id}
    assert text[annotation["start_index"] : annotation["end_index"]] == annotation["text"]
    assert annotation["text"] == "【1:0†handbook.md】"
    step, _ = await api.steps(run)
    (call,) = step["step_details"]["tool_calls"]
    (result,) = call["file_search"]["results"]
    assert (call["type"], result["file_id"], result["file_name"]) == (
        "file_search",
        file_id,
        "handbook.md",
    )
    assert 0 < result["score"] <= 1 and "content" not in result
    assert call["file_search"]["ranking_options"] == {"ranker": "auto", "score_threshold": 0}


async def test_what_was_found_is_told_to_those_who_ask_for_it(
    api: Api, model: ScriptedModel
) -> None:
    file_id = await upload(api, "handbook.md", HANDBOOK)
    search = calls("file_search", arguments='{"query": "lunch"}')
    model.turns = [search, says("At noon.")]
    thread = await api.thread("When is lunch?")
    body = {"assistant_id": await helper(api, file_id)}
    events = await api.stream(f"/threads/{thread}/runs?include[]={CONTENTS}", body)
    told = next(each for each in events if each.event == "thread.run.step.completed")
    steps = f"/threads/{thread}/runs/{json.loads(events[-2].data)['id']}/steps"
    listed = (await api.get(f"{steps}?include[]={CONTENTS}&order=asc"))["data"][0]
    one = await api.get(f"{steps}/{listed['id']}?include[]={CONTENTS}")
    for step in (json.loads(told.data), listed, one):
        (result,) = step["step_details"]["tool_calls"][0]["file_search"]["results"]
        (part,) = result["content"]
        assert "Lunch is at noon" in part["text"]
    plain = await api.get(f"{steps}/{listed['id']}")
    assert "content" not in plain["step_details"]["tool_calls"][0]["file_search"]["results"][0]


async def test_a_search_and_a_function_can_be_called_together(
    api: Api, model: ScriptedModel
) -> None:
    file_id = await upload(api, "handbook.md", HANDBOOK)
    both = calls("file_search", "look_up", arguments='{"query": "vacation"}')
    model.turns = [both, says("28 【1:0†handbook.md】")]
    thread = await api.thread("hi")
    run = await api.run(thread, await helper(api, file_id, FUNCTION))
    run = await api.wait(run, "requires_action")
    (asked,) = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert asked["id"] == "call_look_up"
    path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
    await api.post(path, {"tool_outputs": [{"tool_call_id": "call_look_up", "output": "42"}]})
    await api.wait(run, "completed")
    outputs = [each["content"] for each in model.requests[1].messages if each["role"] == "tool"]
    assert "28 days" in outputs[0] and outputs[1] == "42"
    (annotation,) = (await api.messages(thread))[1]["content"][0]["text"]["annotations"]
    assert annotation["file_citation"] == {"file_id": file_id}
    (step, _) = await api.steps(run)
    assert [each["type"] for each in step["step_details"]["tool_calls"]] == [
        "file_search",
        "function",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ('{"query": "zebra"}', "Nothing was found"),
        ('{"query": ""}', "needs a query"),
        ("[1", "needs a query"),
        ('{"query": "AND OR ( \\" *"}', "Nothing was found"),
    ],
)
async def test_a_search_that_finds_nothing_says_so(
    api: Api, model: ScriptedModel, arguments: str, told: str
) -> None:
    file_id = await upload(api, "handbook.md", HANDBOOK)
    model.turns = [calls("file_search", arguments=arguments), says("I do not know.")]
    run = await api.run(await api.thread("hi"), await helper(api, file_id))
    await api.wait(run, "completed")
    assert told in model.requests[1].messages[-1]["content"]


async def test_the_options_of_the_tool_are_honoured(api: Api, model: ScriptedModel) -> None:
    many = "\n\n".join(f"Rule {n}: vacation is good. {'x ' * 900}" for n in range(9))
    file_id = await upload(api, "rules.txt", many)
    search = calls("file_search", arguments='{"query": "vacation"}')
    model.turns = [search, says("a"), search, says("b"), search, says("c")]
    assistants = [
        await helper(api, file_id),
        await helper(api, file_id, max_num_results=2),
        await helper(api, file_id, ranking_options={"score_threshold": 1.0, "ranker": "auto"}),
    ]
    counts = []
    for assistant in assistants:
        run = await api.wait(await api.run(await api.thread("hi"), assistant), "completed")
        (call,) = (await api.steps(run))[0]["step_details"]["tool_calls"]
        counts.append(len(call["file_search"]["results"]))
        assert all(each["score"] <= 1 for each in call["file_search"]["results"])
    assert counts[0] > 2 and counts[1] == 2
    assert call["file_search"]["ranking_options"]["score_threshold"] == 1.0


async def test_files_of_the_thread_are_searched_too(api: Api, model: ScriptedModel) -> None:
    file_id = await upload(api, "notes.txt", "The code word is heron.")
    model.turns = [calls("file_search", arguments='{"query": "code word"}'), says("heron")]
    attachment = {"file_id": file_id, "tools": [{"type": "file_search"}]}
    message = {"role": "user", "content": "What is it?", "attachments": [attachment]}
    thread = str((await api.post("/threads", {"messages": [message]}))["id"])
    run = await api.run(thread, await api.assistant(tools=[{"type": "file_search"}]))
    await api.wait(run, "completed")
    assert "heron" in model.requests[1].messages[-1]["content"]


async def test_a_function_of_the_same_name_stays_a_function(api: Api, model: ScriptedModel) -> None:
    file_id = await upload(api, "handbook.md", HANDBOOK)
    own = {"type": "function", "function": {"name": "file_search"}}
    model.turns = [calls("file_search"), says("done")]
    run = await api.run(await api.thread("hi"), await helper(api, file_id, own))
    run = await api.wait(run, "requires_action")
    offered = [tool["function"]["name"] for tool in model.requests[0].tools]
    assert offered == ["file_search", "search_attached_files"]
