"""What a model is told of the thread: earlier messages and calls, within the limits of the run."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.runs import history
from assistant_tui.server.runs.chat import ChatCall, ChatError, ChatResult, TextDelta
from tests.server.runs.support import FUNCTION, Api, ScriptedModel, calls, says

ASKED = {"role": "user", "content": "hi"}


@pytest.mark.parametrize("page", [100, 1])
async def test_calls_of_earlier_runs_are_told_with_their_outputs(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(history, "_PAGE", page)
    call = ChatCall("call_1", "look_up", "{}", {"extra_content": {"signature": "x"}})
    asks = ChatResult("Let me see.", "", "I wonder.", (call,), "tool_calls")
    model.turns = [[TextDelta("Let me see."), asks], says("It is 42."), says("Yes.")]
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    run = await api.wait(await api.run(thread, assistant), "requires_action")
    path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
    await api.post(path, {"tool_outputs": [{"tool_call_id": "call_1", "output": "42"}]})
    await api.wait(run, "completed")
    sure = {"role": "user", "content": "Sure?"}
    again = await api.run(thread, assistant, additional_messages=[sure])
    await api.wait(again, "completed")
    made = {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    output = {"role": "tool", "tool_call_id": "call_1", "content": "42"}
    said = {"role": "assistant", "content": "Let me see."}
    # Within its run a call goes back with all that the backend said of it.
    whole = {**made, "extra_content": {"signature": "x"}}
    told = {**said, "tool_calls": [whole], "reasoning": "I wonder."}
    assert [*model.requests[1].messages] == [ASKED, told, output]
    answer = {"role": "assistant", "content": "It is 42."}
    told = {**said, "tool_calls": [made]}
    assert [*model.requests[2].messages] == [ASKED, told, output, answer, sure]


async def test_a_call_that_got_no_output_is_told_as_such(api: Api, model: ScriptedModel) -> None:
    model.turns = [[TextDelta("Hm."), *calls("look_up")], says("again")]
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    run = await api.wait(await api.run(thread, assistant), "requires_action")
    await api.post(f"/threads/{thread}/runs/{run['id']}/cancel")
    await api.wait(await api.run(thread, assistant), "completed")
    roles = [message["role"] for message in model.requests[1].messages]
    assert roles[:3] == ["user", "assistant", "tool"]


async def test_the_last_messages_alone_are_told(api: Api, model: ScriptedModel) -> None:
    model.turns = [says("yes")]
    thread = await api.thread("1", "2", "3")
    strategy = {"type": "last_messages", "last_messages": 2}
    run = await api.run(thread, await api.assistant(), truncation_strategy=strategy)
    await api.wait(run, "completed")
    assert [*model.requests[0].messages] == [{"role": "user", "content": "2\n\n3"}]


async def test_a_prompt_that_may_not_be_so_long_ends_the_run(
    api: Api, model: ScriptedModel
) -> None:
    model.turns = [says("yes")]
    short, long = await api.thread("x" * 5_000), await api.thread("x" * 5_000)
    assistant = await api.assistant()
    run = await api.run(long, assistant, max_prompt_tokens=256)
    ended = await api.wait(run, "incomplete")
    assert ended["incomplete_details"] == {"reason": "max_prompt_tokens"}
    assert model.requests == []
    await api.post(f"/threads/{short}/messages", {"role": "assistant", "content": "ok"})
    await api.post(f"/threads/{short}/messages", ASKED)
    run = await api.run(short, assistant, max_prompt_tokens=256)
    await api.wait(run, "completed")
    assert model.requests[0].messages[-1] == ASKED


async def test_what_was_adapted_is_noted_in_the_run(api: Api, model: ScriptedModel) -> None:
    result = ChatResult("yes", "", "", (), "stop", None, ("It takes no temperature.",))
    error = ChatError("No.", notes=("It takes no tools.",))
    model.turns = [[TextDelta("yes"), result], [error], says("plain")]
    assistant = await api.assistant()
    noted = await api.wait(await api.run(await api.thread("hi"), assistant), "completed")
    assert noted["notes"] == ["It takes no temperature."]
    failed = await api.wait(await api.run(await api.thread("hi"), assistant), "failed")
    assert failed["notes"] == ["It takes no tools."]
    plain = await api.wait(await api.run(await api.thread("hi"), assistant), "completed")
    assert "notes" not in plain


async def test_images_are_told_as_they_were_given(api: Api, model: ScriptedModel) -> None:
    model.turns = [says("a cat")]
    url = "https://example.org/cat.png"
    content = [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
    ]
    thread = await api.thread()
    await api.post(f"/threads/{thread}/messages", {"role": "user", "content": content})
    await api.wait(await api.run(thread, await api.assistant()), "completed")
    (message,) = model.requests[0].messages
    assert message["content"] == content


async def test_images_in_files_are_told_with_their_content(api: Api, model: ScriptedModel) -> None:
    model.turns = [says("a cat")]
    files = {name: (name, b"\x89PNG", "image/png") for name in ("cat.png", "cat.txt")}
    ids = [
        (await api.http.post("/files", files={"file": file}, data={"purpose": "vision"})).json()
        for file in files.values()
    ]
    named = [each["id"] for each in ids] + ["file-gone", "../store.db"]
    content = [{"type": "image_file", "image_file": {"file_id": each}} for each in named]
    thread = await api.thread()
    await api.post(f"/threads/{thread}/messages", {"role": "user", "content": content})
    await api.wait(await api.run(thread, await api.assistant()), "completed")
    image, *others = model.requests[0].messages[0]["content"]
    assert image["image_url"] == {"url": "data:image/png;base64,iVBORw==", "detail": "auto"}
    assert ["no image" in each["text"] for each in others] == [True, False, False]
    assert all("is not there" in each["text"] for each in others[1:])


async def thread_of_images(api: Api, count: int) -> str:
    """A thread with so many messages, each of one image in a file; all have four bytes."""
    thread = await api.thread()
    for number in range(count):
        file = (f"{number}.png", b"\x89PNG", "image/png")
        made = await api.http.post("/files", files={"file": file}, data={"purpose": "vision"})
        image = {"type": "image_file", "image_file": {"file_id": made.json()["id"]}}
        message = {"role": "user", "content": [image]}
        await api.post(f"/threads/{thread}/messages", message)
    return thread


async def test_of_many_images_the_newest_are_told(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_IMAGE_BYTES", 10)
    model.turns = [says("cats")]
    thread = await thread_of_images(api, 3)
    await api.wait(await api.run(thread, await api.assistant()), "completed")
    oldest, *newer = model.requests[0].messages[0]["content"]
    assert "is left out" in oldest["text"]
    assert [each["type"] for each in newer] == ["image_url"] * 2


async def test_images_that_the_run_does_not_take_are_not_read(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, really_open = [], FileContents.open

    def count(contents: FileContents, file_id: str) -> Any:
        opened.append(file_id)
        return really_open(contents, file_id)

    monkeypatch.setattr(FileContents, "open", count)
    model.turns = [says("a cat")]
    thread = await thread_of_images(api, 5)
    strategy = {"type": "last_messages", "last_messages": 1}
    run = await api.run(thread, await api.assistant(), truncation_strategy=strategy)
    await api.wait(run, "completed")
    assert len(model.requests[0].messages[0]["content"]) == 1 and len(opened) == 2


async def test_of_a_long_thread_the_newest_part_is_read(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, really_each = [], history._each

    def note(*args: Any, **options: Any) -> Iterator[Any]:
        for each in really_each(*args, **options):
            read.append(each)
            yield each

    monkeypatch.setattr(history, "_each", note)
    monkeypatch.setattr(history, "MOST_CHARACTERS", 10)
    model.turns = [says("yes")]
    thread = await api.thread(*(str(number) * 8 for number in range(9)))
    await api.wait(await api.run(thread, await api.assistant()), "completed")
    assert model.requests[0].messages[-1]["content"] == f"{'7' * 8}\n\n{'8' * 8}"
    assert len(read) == 3


async def test_of_long_outputs_those_of_the_newest_runs_are_read(
    api: Api, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_CHARACTERS", 30)
    model.turns = [
        turn for number in (1, 2) for turn in ([TextDelta("Hm."), *calls("look_up")], says("ok"))
    ]
    model.turns.append(says("done"))
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    for output in ("1" * 40, "2" * 40):
        run = await api.wait(await api.run(thread, assistant), "requires_action")
        answer = {"tool_outputs": [{"tool_call_id": "call_look_up", "output": output}]}
        path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
        await api.post(path, answer)
        await api.wait(run, "completed")
    await api.wait(await api.run(thread, assistant), "completed")
    outputs = [each["content"] for each in model.requests[-1].messages if each["role"] == "tool"]
    assert outputs == ["2" * 40]


async def test_a_call_before_the_last_messages_is_not_told(api: Api, model: ScriptedModel) -> None:
    model.turns = [[TextDelta("Hm."), *calls("look_up")], says("ok"), says("yes")]
    assistant, thread = await api.assistant(tools=[FUNCTION]), await api.thread("hi")
    run = await api.wait(await api.run(thread, assistant), "requires_action")
    answer = {"tool_outputs": [{"tool_call_id": "call_look_up", "output": "42"}]}
    await api.post(f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs", answer)
    await api.wait(run, "completed")
    strategy = {"type": "last_messages", "last_messages": 1}
    run = await api.run(thread, assistant, truncation_strategy=strategy)
    await api.wait(run, "completed")
    roles = [message["role"] for message in model.requests[-1].messages]
    assert "tool" not in roles
