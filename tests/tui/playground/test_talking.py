"""Talking to an assistant: what is sent is on the server once, what it answers on the screen."""

from dataclasses import replace
from pathlib import Path

from assistant_tui.config.settings import LOCAL
from assistant_tui.tui.playground.sending import send, stop_or_leave
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.tui.playground.conftest import FUNCTION, Talk, talking


async def test_a_message_is_sent_and_its_answer_shown(talk: Talk, model: ScriptedModel) -> None:
    model.turns.append(says("Free the ", "archive."))
    await talk.say("The disk is full")
    assert await talk.said() == [("user", "The disk is full"), ("assistant", "Free the archive.")]
    for text in ("You", "The disk is full", "Assistant", "Free the archive.", "done (10 tokens"):
        assert text in talk.text
    assert talk.screen.composer.text == ""


async def test_the_thread_is_made_with_the_first_message_and_goes_on(
    talk: Talk, model: ScriptedModel
) -> None:
    assert await talk.threads() == []
    model.turns += [says("One."), says("Two.")]
    await talk.say("first")
    await talk.say("second")
    assert len(await talk.threads()) == 1
    said = ["first", "One.", "second", "Two."]
    assert [text for _, text in await talk.said()] == said
    assert sorted(said, key=talk.text.rindex) == said


async def test_a_line_break_is_typed_with_ctrl_j_and_kept_in_a_paste(
    talk: Talk, model: ScriptedModel
) -> None:
    model.turns.append(says("Yes."))
    await talk.type("one")
    await talk.press("ctrl+j")
    await talk.say("two")
    assert (await talk.said())[0] == ("user", "one\ntwo")


async def test_an_empty_message_is_not_sent(talk: Talk) -> None:
    await talk.say("  ")
    assert talk.server.write_paths() == []


async def test_escape_stops_the_run_and_then_goes_back(talk: Talk, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns.append([*says("Half")[:1], pause, *says(" more")])
    await talk.program.pilot.press(*"go", "enter")
    await talk.shows("Half")
    assert "Esc Stop" in talk.text
    await talk.press("escape")
    await talk.shows("stopped")
    assert pause.closed.is_set()
    assert (await talk.said())[1] == ("assistant", "Half")
    await talk.press("escape")
    assert not talk.is_open


async def test_escape_right_after_enter_stops_what_is_about_to_be_sent(
    talk: Talk, model: ScriptedModel
) -> None:
    """Both keys come before the program has its turn."""
    pause = Pause()
    model.turns.append([*says("Half")[:1], pause, *says(" more")])
    await talk.type("go")
    send(talk.screen.context)
    await stop_or_leave(talk.screen.context)
    await talk.shows("stopped")
    assert talk.is_open
    for thread in await talk.threads():
        runs = (await talk.api.get(f"/threads/{thread}/runs"))["data"]
        assert [run["status"] for run in runs] in ([], ["cancelled"])


async def test_nothing_is_sent_while_a_run_is_under_way(talk: Talk, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns.append([*says("Half")[:1], pause, *says(" more")])
    await talk.program.pilot.press(*"go", "enter")
    await talk.shows("Half")
    await talk.program.pilot.press(*"too soon", "enter")
    assert "Esc stops it" in talk.text and talk.screen.composer.text == "too soon"
    pause.go_on.set()
    await talk.shows("done")
    assert len(await talk.said()) == 2


async def test_a_run_goes_on_when_the_playground_is_left(talk: Talk, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns.append([*says("Half")[:1], pause, *says(" and whole.")])
    await talk.program.pilot.press(*"go", "enter")
    await talk.shows("Half")
    await talk.program.pilot.press("tab", "q")
    assert not talk.is_open
    await talk.program.pilot.press("t")
    await talk.shows("Half")
    pause.go_on.set()
    await talk.shows("Half and whole.", "done")
    assert len(await talk.said()) == 2


async def test_what_is_not_sent_is_there_again(talk: Talk) -> None:
    await talk.type("not yet")
    await talk.press("escape")
    assert not talk.is_open
    await talk.open()
    assert talk.screen.composer.text == "not yet"


async def test_a_message_that_did_not_arrive_comes_back(talk: Talk) -> None:
    talk.server.refuse = lambda method, path: (
        (400, b'{"error": {"message": "too [bold]long"}}') if method == "POST" else None
    )
    await talk.say("a long message")
    assert talk.screen.composer.text == "a long message"
    assert "Not sent" in talk.text and "too [bold]long" in talk.text


async def test_a_read_only_profile_reads_and_sends_nothing(
    model: ScriptedModel, tmp_path: Path
) -> None:
    async with talking(tmp_path, model, profile=replace(LOCAL, read_only=True)) as talk:
        assert "READ-ONLY" in talk.text and "nothing is sent" in talk.text
        await talk.press("n", "d", "e", "f", "enter", "a")
        assert talk.server.write_paths() == []
        await talk.press("escape")
        assert not talk.is_open


async def test_remote_text_is_shown_and_does_nothing(talk: Talk, model: ScriptedModel) -> None:
    model.turns.append(says("\x1b]0;ow", "ned\x07 [bold]b[/] \u202edesrever [@click=app.quit]x[/]"))
    await talk.say("[/] hello")
    assert "[bold]b[/]" in talk.text and "[@click=app.quit]x[/]" in talk.text
    assert not set(talk.text) & set("\x1b\x07\u202e")


async def test_at_80_columns_there_is_one_pane_at_a_time(
    model: ScriptedModel, tmp_path: Path
) -> None:
    model.turns.append(says("Yes."))
    async with talking(tmp_path, model, size=(80, 24)) as talk:
        await talk.say("Is it?")
        assert "THREADS" not in talk.text
        await talk.press("tab")
        assert "THREADS" in talk.text and "Message" not in talk.text
        await talk.press("enter")
        assert "THREADS" not in talk.text and "Yes." in talk.text


async def test_the_help_begins_with_the_playground(talk: Talk) -> None:
    await talk.press("f1")
    assert "Help: the playground" in talk.text and "Send the message" in talk.text
    assert "Create an assistant" not in talk.text
    await talk.press("escape")
    assert talk.screen is talk.program.app.screen


async def test_the_palette_offers_what_the_playground_can_do(talk: Talk) -> None:
    await talk.press("ctrl+p")
    await talk.type("fork")
    await talk.shows("Fork here")
    await talk.press("escape", "escape")


async def test_the_focus_is_seen_without_colours(talk: Talk, model: ScriptedModel) -> None:
    model.turns.append(says("Yes."))
    await talk.say("Is it?")
    before = talk.text
    await talk.press("tab")
    assert ">" in talk.text and ">" not in before
    await talk.press("tab")
    assert "> " not in talk.text and "▌ Assistant" in talk.text


async def test_a_file_goes_with_the_message(
    talk: Talk, model: ScriptedModel, tmp_path: Path
) -> None:
    (tmp_path / "[b]plan.md").write_text("# Plan", "utf-8")
    await talk.press("ctrl+o")
    await talk.type(str(tmp_path / "none.md"))
    await talk.press("enter")
    assert "Not attached: none.md" in talk.text
    await talk.press("ctrl+o")
    await talk.type(str(tmp_path / "[b]plan.md"))
    await talk.press("enter")
    assert "with [b]plan.md" in talk.text
    model.turns.append(says("Read."))
    await talk.say("Read it")
    assert "with [b]plan.md" not in talk.text
    (message, _) = await talk.api.messages((await talk.threads())[0])
    (attachment,) = message["attachments"]
    file = await talk.api.get(f"/files/{attachment['file_id']}")
    assert file["filename"] == "[b]plan.md"


async def test_a_file_comes_back_with_a_message_that_did_not_arrive(
    talk: Talk, tmp_path: Path
) -> None:
    (tmp_path / "plan.md").write_text("# Plan", "utf-8")
    await talk.press("ctrl+o")
    await talk.type(str(tmp_path / "plan.md"))
    await talk.press("enter")
    talk.server.refuse = lambda method, path: (400, b"{}") if method == "POST" else None
    await talk.say("Read it")
    assert talk.screen.composer.text == "Read it" and "with plan.md" in talk.text


async def test_in_a_tiny_terminal_a_call_can_still_be_answered(
    model: ScriptedModel, tmp_path: Path
) -> None:
    model.turns += [calls("get_order", arguments='{"id": "A-1"}'), says("Sorry.")]
    async with talking(tmp_path, model, size=(40, 10), tools=[FUNCTION]) as talk:
        await talk.say("Where is it?")
        await talk.press("tab")
        assert "nothing is sent" in talk.text and "4 say" in talk.text
        await talk.press("4", "enter")
        assert (await talk.said())[-1] == ("assistant", "Sorry.")
