"""What a person has typed is nowhere lost, and sent once, whatever happens meanwhile."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from assistant_tui.config.settings import LOCAL, FunctionCommand
from assistant_tui.services.account_journal import AccountDrafts
from assistant_tui.tui.playground.unsent import UnsentText
from tests.fakeserver.deviations import refusal
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.tui.playground.conftest import FUNCTION, Talk, talking


def hold(talk: Talk, part: str) -> None:
    """Have the requests to the ends of such paths wait."""
    talk.server.hold = lambda method, path: path.endswith(part)


def hold_threads(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have no thread open until the event that is returned is set."""
    free, reading = asyncio.Event(), UnsentText.open

    async def later(self: UnsentText, drafts: AccountDrafts, key: str) -> str:
        await free.wait()
        return await reading(self, drafts, key)

    monkeypatch.setattr(UnsentText, "open", later)
    return free


def go_on(talk: Talk) -> None:
    """Let what waits go on."""
    talk.server.hold = lambda method, path: False
    talk.server.opened.set()


def refuse_messages(request: httpx.Request) -> httpx.Response | None:
    """Take no message."""
    return refusal(400, "too long") if request.method == "POST" else None


async def test_a_message_that_did_not_arrive_is_put_before_what_was_typed_since(
    talk: Talk,
) -> None:
    talk.server.deviations["messages"] = refuse_messages
    hold(talk, "/messages")
    await talk.program.pilot.press(*"first", "enter")
    await talk.program.until(talk.server.arrived.is_set)
    await talk.program.pilot.press(*"second")
    go_on(talk)
    await talk.shows("Not sent")
    assert talk.screen.composer.text == "first\nsecond"


async def test_a_message_of_another_program_is_not_taken_for_the_one_that_is_sent(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns.append(says("One."))
    await talk.say("first")
    (thread,) = await talk.threads()
    await talk.api.post(f"/threads/{thread}/messages", {"role": "user", "content": "theirs"})
    pause = Pause()
    model.turns.append([pause, *says("Elsewhere.")])
    (assistant,) = (await talk.api.get("/assistants"))["data"]
    await talk.api.run(thread, assistant["id"])
    await talk.program.until(pause.reached.is_set)
    await talk.program.pilot.press(*"mine", "enter")
    await talk.program.until(lambda: talk.server.count("messages") > 2)
    talk.server.deviations["messages"] = refuse_messages
    pause.go_on.set()
    await talk.shows("Not sent", "theirs")
    assert talk.screen.composer.text == "mine"


async def test_what_is_typed_before_the_thread_is_there_stays(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns.append(calls("f"))
    await talk.say("go")
    await talk.program.pilot.press("tab", "tab", "q")
    assert not talk.is_open
    hold(talk, "/messages")
    await talk.program.pilot.press("t")
    await talk.program.until(talk.server.arrived.is_set)
    await talk.program.pilot.press(*"next")
    assert talk.screen.composer.text == "next"
    go_on(talk)
    await talk.shows("waiting for you")
    assert talk.screen.composer.text == "next"


async def test_a_message_that_is_sent_before_the_thread_is_there_goes_once_it_is(
    talk: Talk, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.turns = [says("Early."), says("Never.")]
    await talk.program.pilot.press("tab", "tab", "q")
    assert not talk.is_open
    for typed, said in (("", "Early."), ("changed", "Not sent: the message has changed")):
        with monkeypatch.context() as patched:
            free = hold_threads(patched)
            await talk.program.pilot.press("t", *"go", "enter", *typed)
            await talk.shows("Is sent as soon as")
            free.set()
            await talk.shows(said)
        await talk.program.pilot.press("tab", "tab", "q")
    (thread,) = await talk.threads()
    messages = await talk.api.messages(thread)
    texts = [each["content"][0]["text"]["value"] for each in messages]
    assert sorted(texts) == ["Early.", "go"]


async def test_enter_twice_makes_one_new_thread_of_an_edited_message(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns += [says("One."), says("Two."), says("Three.")]
    await talk.say("first")
    await talk.press("tab", "tab", "home", "e")
    hold(talk, "/threads")
    await talk.program.pilot.press(*" more", "enter")
    await talk.program.until(talk.server.arrived.is_set)
    await talk.program.pilot.press("enter")
    go_on(talk)
    await talk.shows("first more", "done")
    await talk.drawn()
    assert len(await talk.threads()) == 2


async def test_an_answer_is_asked_for_once_however_often_the_key_is_pressed(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns += [says("One."), says("Two."), says("Three.")]
    await talk.say("first")
    hold(talk, "/threads")
    await talk.program.pilot.press("tab", "ctrl+r")
    await talk.program.until(talk.server.arrived.is_set)
    await talk.program.pilot.press("ctrl+r", "f")
    go_on(talk)
    await talk.shows("done")
    await talk.drawn()
    assert len(await talk.threads()) == 2


async def test_what_was_being_written_is_there_after_an_edit_in_another_thread(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns += [says("One."), says("Two.")]
    await talk.say("first")
    await talk.press("tab", "n")
    await talk.say("other")
    await talk.type("unsent")
    await talk.press("tab", "tab", "home", "e")
    await talk.type(" edited")
    await talk.press("tab", "down", "enter")
    assert talk.screen.composer.text == ""
    await talk.type("here")
    await talk.press("escape")
    assert not talk.is_open, "no edit is under way in this thread"
    await talk.open()
    await talk.press("tab", "end", "enter")
    assert talk.screen.composer.text == "unsent\nother edited"


async def test_what_is_typed_after_an_image_was_sent_stays_with_its_thread(
    talk: Talk, model: ScriptedModel, tmp_path: Path
) -> None:
    model.turns.append(says("A dot."))
    image = tmp_path / "dot.png"
    image.write_bytes(b"\x89PNG")
    talk.screen.context.attach((image,))
    await talk.say("look")
    assert "A dot." in talk.text
    await talk.type("later")
    await talk.press("escape")
    assert not talk.is_open
    await talk.open()
    assert talk.screen.composer.text == ""
    await talk.press("tab", "end", "enter")
    assert talk.screen.composer.text == "later"


async def test_a_command_that_runs_by_itself_runs_once_though_its_thread_is_left(
    model: ScriptedModel, tmp_path: Path
) -> None:
    ran, go = tmp_path / "ran", tmp_path / "go"
    script = tmp_path / "order.sh"
    script.write_text(f"echo x >> {ran}; while [ ! -e {go} ]; do sleep 0.05; done; echo sent")
    function = FunctionCommand(f"sh {script}", auto=True)
    profile = replace(LOCAL, functions={"get_order": function})
    model.turns += [says("One."), calls("get_order"), says("Sent.")]
    async with talking(tmp_path, model, profile=profile, tools=[FUNCTION]) as talk:
        await talk.say("first")
        await talk.press("tab", "n")
        await talk.program.pilot.press(*"order", "enter")
        await talk.program.until(ran.exists)
        await talk.program.pilot.press("tab", "tab", "end", "enter")
        await talk.shows("One.")
        await talk.program.pilot.press("tab", "home", "enter")
        await talk.shows("get_order waits")
        go.write_text("")
        await talk.shows("Sent.")
        assert ran.read_text() == "x\n"


async def test_a_message_that_arrives_when_another_thread_is_open_is_not_kept_as_unsent(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns += [says("One."), says("Two.")]
    await talk.say("first")
    await talk.press("tab", "n")
    talk.server.hold = lambda method, path: method == "POST" and path.endswith("/messages")
    await talk.program.pilot.press(*"second", "enter")
    await talk.program.until(talk.server.arrived.is_set)
    await talk.program.pilot.press("tab", "end", "enter")
    await talk.shows("One.")
    go_on(talk)
    await talk.program.until(lambda: len(model.requests) == 2)
    await talk.drawn()
    await talk.press("tab", "n")
    assert talk.screen.composer.text == ""
