"""Calls that wait: all stand in one sheet, and nothing is sent before each has its answer."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.config.settings import LOCAL, FunctionCommand, Profile
from tests.server.runs.support import ScriptedModel, calls, says
from tests.tui.playground.conftest import FUNCTION, Talk, talking

OTHER = {"type": "function", "function": {"name": "list_orders", "parameters": {}}}


@pytest.fixture
async def shop(model: ScriptedModel, tmp_path: Path) -> AsyncIterator[Talk]:
    """An assistant with two functions."""
    async with talking(tmp_path, model, tools=[FUNCTION, OTHER]) as talk:
        yield talk


async def outputs(talk: Talk) -> dict[str, str | None]:
    """The outputs that the server holds, by the names of the functions."""
    thread = (await talk.threads())[0]
    run = (await talk.api.get(f"/threads/{thread}/runs"))["data"][0]
    found: dict[str, Any] = {}
    for step in await talk.api.steps(run):
        for call in step["step_details"].get("tool_calls", ()):
            found[call["function"]["name"]] = call["function"]["output"]
    return found


def submitted(talk: Talk) -> int:
    """How often outputs were sent."""
    return sum("submit_tool_outputs" in path for path in talk.server.write_paths())


async def test_nothing_is_sent_before_every_call_has_its_answer(
    shop: Talk, model: ScriptedModel
) -> None:
    model.turns += [calls("get_order", "list_orders", arguments='{"id": "A-1"}'), says("Sorry.")]
    await shop.say("Where is it?")
    assert "2 calls wait for outputs" in shop.text and "waiting for you (2 calls)" in shop.text
    assert "Tab answers them" in shop.text
    await shop.press("tab", "4", "enter")
    assert submitted(shop) == 0 and "1 call has no answer yet" in shop.text
    await shop.press("4")
    assert submitted(shop) == 0 and "Enter sends all" in shop.text
    await shop.press("enter")
    assert submitted(shop) == 1 and "Sorry." in shop.text
    assert {json.loads(each or "")["error"] for each in (await outputs(shop)).values()}
    assert "wait for outputs" not in shop.text


async def test_the_arguments_are_checked_against_the_schema(
    shop: Talk, model: ScriptedModel
) -> None:
    model.turns.append(calls("get_order", arguments='{"id": "A-1"}'))
    await shop.say("Where is it?")
    assert "arguments fit the schema ✓" in shop.text
    await shop.press("escape")
    model.turns.append(calls("get_order", arguments='{"id": 7}'))
    await shop.say("And now?")
    assert "✗ id: 7 is not of type 'string'" in shop.text


async def test_the_last_output_for_the_same_call_is_offered(
    shop: Talk, model: ScriptedModel
) -> None:
    same = calls("get_order", arguments='{"id": "A-1"}')
    model.turns += [same, says("One."), same, says("Two.")]
    await shop.say("Where is it?")
    assert "last output" not in shop.text.partition("Message")[0]
    await shop.press("tab", "4", "enter")
    await shop.say("And now?")
    await shop.shows("1 last output for the same call")
    await shop.press("tab")
    assert "1 Last output" in shop.text and "2 Command" not in shop.text
    await shop.press("1", "enter")
    assert "Two." in shop.text
    assert (await outputs(shop))["get_order"] == '{"error": "the function failed"}'


async def test_a_command_of_the_profile_answers(model: ScriptedModel, tmp_path: Path) -> None:
    profile = replace(LOCAL, functions={"get_order": FunctionCommand("tr a-z A-Z")})
    model.turns += [calls("get_order", arguments='{"id": "abc"}'), says("There.")]
    async with talking(tmp_path, model, profile=profile, tools=[FUNCTION]) as shop:
        await shop.say("Where is it?")
        assert "run  tr a-z A-Z" in shop.text
        await shop.press("tab", "2")
        await shop.shows('{"ID": "ABC"}')
        assert submitted(shop) == 0
        await shop.press("enter")
        assert (await outputs(shop))["get_order"] == '{"ID": "ABC"}'


async def test_a_command_that_is_automatic_answers_unasked(
    model: ScriptedModel, tmp_path: Path
) -> None:
    profile = replace(LOCAL, functions={"get_order": FunctionCommand("echo sent", auto=True)})
    model.turns += [calls("get_order", arguments='{"id": "abc"}'), says("There.")]
    async with talking(tmp_path, model, profile=profile, tools=[FUNCTION]) as shop:
        await shop.say("Where is it?")
        await shop.shows("There.", "done")
        assert (await outputs(shop))["get_order"] == "sent"


async def test_a_command_that_fails_is_told_and_sends_nothing(
    model: ScriptedModel, tmp_path: Path
) -> None:
    profile = replace(LOCAL, functions={"get_order": FunctionCommand("false", auto=True)})
    model.turns.append(calls("get_order", arguments='{"id": "abc"}'))
    async with talking(tmp_path, model, profile=profile, tools=[FUNCTION]) as shop:
        await shop.say("Where is it?")
        await shop.shows("its command ended with exit code 1")
        assert submitted(shop) == 0 and "get_order waits for an output" in shop.text


async def test_an_editor_writes_the_output(
    shop: Talk, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, app: object) -> None:
        path.write_text('{"state": "lost"}\n', "utf-8")

    monkeypatch.setattr(
        "assistant_tui.tui.terminal.external_editor.EditorFile.run",
        lambda file, app: write(file.path, app),
    )
    model.turns += [calls("get_order", arguments='{"id": "A-1"}'), says("Lost.")]
    await shop.say("Where is it?")
    await shop.press("tab", "3", "enter")
    assert (await outputs(shop))["get_order"] == '{"state": "lost"}'


async def test_what_is_typed_stays_when_calls_begin_to_wait(
    shop: Talk, model: ScriptedModel
) -> None:
    model.turns.append(calls("get_order", arguments='{"id": "A-1"}'))
    await shop.say("Where is it?")
    await shop.type("1234")
    assert shop.screen.composer.text == "1234" and "waits for an output" in shop.text


async def test_stopping_ends_what_waits(shop: Talk, model: ScriptedModel) -> None:
    model.turns.append(calls("get_order", arguments='{"id": "A-1"}'))
    await shop.say("Where is it?")
    await shop.press("escape")
    await shop.shows("stopped")
    assert "waits for an output" not in shop.text
    assert submitted(shop) == 0


async def test_enter_twice_sends_the_answers_once(model: ScriptedModel, tmp_path: Path) -> None:
    model.turns += [calls("get_order"), says("Sent.")]
    async with talking(tmp_path, model, tools=[FUNCTION]) as talk:
        await talk.say("Where is it?")
        await talk.press("tab", "4")
        talk.server.hold = lambda method, path: path.endswith("submit_tool_outputs")
        await talk.program.pilot.press("enter")
        await talk.program.until(talk.server.arrived.is_set)
        await talk.screen.action_run("send_answers")
        talk.server.hold = lambda method, path: False
        talk.server.opened.set()
        await talk.shows("Sent.", "done")
        await talk.drawn()
        assert "Not answered" not in talk.text
        assert sum("submit_tool_outputs" in path for path in talk.server.write_paths()) == 1


async def test_a_low_screen_shows_the_calls_or_the_message(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [calls("get_order", "list_orders", arguments='{"id": "A-1"}'), says("Sorry.")]
    async with talking(tmp_path, model, size=(40, 10), tools=[FUNCTION, OTHER]) as talk:
        await talk.say("Where is it?")
        await talk.type("meanwhile")
        assert "meanwhile" in talk.text and "Tab answers them" in talk.text
        await talk.press("tab")
        assert "get_order" in talk.text and "3 $EDITOR" in talk.text
        assert "meanwhile" not in talk.text
        await talk.press("shift+tab")
        assert "meanwhile" in talk.text and "Tab answers them" in talk.text
        await talk.press("tab", "4", "4", "enter")
        assert "meanwhile" in talk.text and "wait for outputs" not in talk.text
        assert submitted(talk) == 1


async def test_arguments_that_are_not_checked_are_not_said_to_fit(
    tmp_path: Path, model: ScriptedModel
) -> None:
    parameters = {"$ref": "#/$defs/missing"}
    bent = {"type": "function", "function": {"name": "get_order", "parameters": parameters}}
    model.turns.append(calls("get_order", arguments='{"id": 7}'))
    async with talking(tmp_path, model, tools=[bent]) as talk:
        await talk.say("Where is it?")
        assert "waits for an output" in talk.text
        assert "fit the schema" not in talk.text and "arguments not checked" in talk.text


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (LOCAL, "only the profiles in the configuration have commands"),
        (
            Profile("work", base_url="https://work.test/v1"),
            "[profiles.work.functions.get_order] in the configuration names one",
        ),
    ],
    ids=["local", "configured"],
)
async def test_where_a_command_can_be_named_is_told(
    tmp_path: Path, model: ScriptedModel, profile: Profile, said: str
) -> None:
    model.turns.append(calls("get_order", arguments='{"id": "A-1"}'))
    async with talking(tmp_path, model, profile=profile, tools=[FUNCTION]) as talk:
        await talk.say("Where is it?")
        await talk.press("tab", "2")
        assert said in talk.text
