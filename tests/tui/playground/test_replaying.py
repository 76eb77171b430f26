"""A thread that another model, assistant, profile or edit is told again, beside the first."""

from pathlib import Path

import httpx

from assistant_tui.config.settings import Profile, Source
from assistant_tui.server.app import create_app
from assistant_tui.server.store.sqlite_store import SQLiteStore
from assistant_tui.transport.in_process import ASGIStreamTransport
from tests.server.runs.support import Api, ScriptedModel, calls, says
from tests.tui.playground.conftest import FUNCTION, Talk, talking
from tests.tui.playground.pairs import is_open, screen_of
from tests.tui.test_every_field import go_to


async def choose(talk: Talk, key: str) -> None:
    """Take a line of the dialog that is open, by its key."""
    from assistant_tui.tui.dialogs.prompts import ChoiceDialog

    await talk.program.until(lambda: isinstance(talk.program.app.screen, ChoiceDialog))
    dialog = talk.program.app.screen
    assert isinstance(dialog, ChoiceDialog)
    place = next(at for at, each in enumerate(dialog._lines) if each.startswith(key))
    await talk.program.press(*["down"] * place, "enter")


async def test_a_thread_is_replayed_with_another_model(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("It ships Monday."), says("Bye."), says("It ships Friday."), says("Bye.")]
    async with talking(tmp_path, model) as talk:
        await talk.say("When?")
        await talk.say("Thanks")
        (original,) = await talk.threads()
        before = await talk.api.messages(original)
        await talk.press("tab", "R")
        await choose(talk, "model")
        await talk.shows("Which model answers?")
        await talk.press("ctrl+u")
        await talk.type("other")
        await talk.press("enter")
        await talk.shows("It ships Friday.", "Replayed 2 messages", "= same text")
        again, first = await talk.threads()
        assert first == original
        assert await talk.api.messages(original) == before
        assert [text for _, text in await talk.said(again)] == [
            "When?",
            "It ships Friday.",
            "Thanks",
            "Bye.",
        ]
        assert [request.model for request in model.requests] == ["m", "m", "other", "other"]
        (row,) = [line for line in talk.text.split("\n") if "Monday" in line]
        assert "≠" in row and "Friday" in row


async def test_an_edit_is_replayed_and_a_call_of_its_own_waits_for_the_person(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [
        calls("get_order", arguments='{"id": "7"}'),
        says("On its way."),
        calls("get_order", arguments='{"id": "7"}'),
        calls("get_order", arguments='{"id": "8"}'),
        says("Lost."),
    ]
    async with talking(tmp_path, model, tools=[FUNCTION]) as talk:
        await talk.press("escape", "enter")
        await go_to(talk.program, "instructions")
        await talk.type("Be brief.")
        await talk.press("f6")
        await talk.say("Where is 7?")
        await talk.shows("waiting for you")
        await talk.program.press("tab")
        await talk.program.until(lambda: talk.screen.call_sheet.has_focus)
        await talk.program.press("4", "enter")
        await talk.shows("On its way.")
        await talk.press("tab", "R")
        await choose(talk, "edit")
        await talk.program.until(lambda: is_open(talk) and screen_of(talk).call_sheet.waits)
        sheet = screen_of(talk).call_sheet
        (asked,) = sheet.answers.calls
        assert asked.arguments == '{"id": "8"}', "the same call was answered by the original"
        await talk.program.press("shift+tab")
        await talk.program.until(lambda: sheet.has_focus)
        await talk.program.press("4", "enter")
        await talk.shows("Lost.", "Replayed 1 message")
        assert all(r.messages[0]["content"] == "Be brief." for r in model.requests)
        assert len(await talk.threads()) == 2


async def test_the_edit_and_the_saved_one_are_told_the_same(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("Arr."), says("Hello.")]
    async with talking(tmp_path, model) as talk:
        await talk.press("escape", "enter")
        await go_to(talk.program, "instructions")
        await talk.type("Speak like a pirate.")
        await talk.press("f6")
        await talk.press("tab", "equals_sign")
        await choose(talk, "saved")
        await talk.program.until(lambda: is_open(talk))
        await talk.type("Hi")
        await talk.program.press("enter")
        await talk.shows("Arr.", "Hello.", "1 unsaved change")
        systems = [request.messages[0] for request in model.requests]
        pirate = {"role": "system", "content": "Speak like a pirate."}
        assert pirate in systems and {"role": "user", "content": "Hi"} in systems


async def test_nothing_is_replayed_before_there_is_a_thread(talk: Talk) -> None:
    await talk.press("tab", "R")
    assert "nothing to replay" in talk.text


async def test_the_threads_of_a_replay_are_listed_when_it_is_left(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("a"), says("b")]
    async with talking(tmp_path, model) as talk:
        await talk.say("When?")
        await talk.press("tab", "R")
        await choose(talk, "saved")
        await talk.shows("Replayed 1 message")
        await talk.program.press("escape")
        await talk.program.until(lambda: len(talk.screen.thread_list.rows) == 2)


async def test_an_assistant_of_another_profile_is_told_the_same(
    tmp_path: Path, model: ScriptedModel
) -> None:
    second = Profile("second", Source.REMOTE, base_url="https://second.test/v1")
    other = ScriptedModel([says("Far away.")])
    model.turns.append(says("Here."))
    with SQLiteStore(tmp_path / "second.db") as store:
        app = create_app(store, models=["m"], make_chat_models=lambda: other)
        http = httpx.AsyncClient(transport=ASGIStreamTransport(app), base_url="http://local")
        async with http:
            there = Api(http)
            await there.assistant(name="Helper")
            async with talking(tmp_path, model, others=[(second, app)]) as talk:
                await talk.press("tab", "equals_sign")
                await choose(talk, "profile second")
                await choose(talk, "asst_")
                await talk.program.until(lambda: is_open(talk))
                await talk.shows("Helper · m · second")
                await talk.type("Hi")
                await talk.program.press("enter")
                await talk.shows("Here.", "Far away.")
                assert [text for _, text in await talk.said()] == ["Hi", "Here."]
                (far,) = (await there.get("/threads"))["data"]
                held = await there.messages(far["id"])
                assert [each["role"] for each in held] == ["user", "assistant"]
                await talk.program.press("escape")
        await app.state.close()


async def test_the_connection_to_the_other_profile_is_closed_at_the_end(
    tmp_path: Path, model: ScriptedModel
) -> None:
    second = Profile("second", Source.REMOTE, base_url="https://second.test/v1")
    with SQLiteStore(tmp_path / "second.db") as store:
        app = create_app(store, models=["m"])
        async with httpx.AsyncClient(
            transport=ASGIStreamTransport(app), base_url="http://local"
        ) as http:
            await Api(http).assistant(name="Helper")
            async with talking(tmp_path, model, others=[(second, app)]) as talk:
                await talk.press("tab", "equals_sign")
                await choose(talk, "profile second")
                await choose(talk, "asst_")
                await talk.program.until(lambda: is_open(talk))
                service = screen_of(talk).context.sides[1].service
                closed: list[bool] = []
                service._resources.callback(lambda: closed.append(True))
            assert closed == [True], "though the screen was not left"
        await app.state.close()


async def test_another_assistant_of_the_list_is_told_the_same(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("a"), says("b")]
    async with talking(tmp_path, model) as talk:
        other = await talk.api.assistant(name="Other", instructions="Be brief.")
        await talk.press("escape", "r")
        await talk.program.until(lambda: len(talk.program.main.list_model.listing.rows) == 2)
        await talk.press("G", "t", "tab", "equals_sign")
        await choose(talk, f"row {other}")
        await talk.program.until(lambda: is_open(talk))
        await talk.type("Hi")
        await talk.program.press("enter")
        await talk.program.until(lambda: talk.text.count("done (10 tokens") == 2)
        systems = [request.messages[0]["content"] for request in model.requests]
        assert sorted(systems) == ["Be brief.", "Hi"]
        await talk.program.press("escape")
        assert talk.is_open
        await talk.program.until(lambda: len(talk.screen.thread_list.rows) == 2)
