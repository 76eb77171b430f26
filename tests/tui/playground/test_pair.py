"""Two conversations side by side: what both threads hold on the server, and how it is shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.tui.commands import Where, commands_in
from assistant_tui.tui.playground.pair_view import PairView
from tests.server.runs.support import Pause, ScriptedModel, calls, says
from tests.tui.playground.conftest import FUNCTION, Talk, talking
from tests.tui.playground.pairs import is_open, screen_of


async def drawn(talk: Talk) -> None:
    """Wait until all that has changed is drawn."""
    view = screen_of(talk).query_one(PairView)
    await talk.program.until(lambda: view.is_drawn)
    await talk.program.settle()


@asynccontextmanager
async def with_two(
    folder: Path,
    model: ScriptedModel,
    size: tuple[int, int] = (120, 36),
    tools: Any = (),
    **settings: Any,
) -> AsyncIterator[Talk]:
    """Two marked assistants, told the same."""
    async with talking(folder, model, size=size, tools=tools, **settings) as talk:
        await talk.api.assistant(name="Other", model="m", instructions="Be brief.", tools=[*tools])
        await talk.press("escape", "r")
        await talk.program.until(lambda: len(talk.program.main.list_model.listing.rows) == 2)
        await talk.press("*", "t")
        await talk.program.until(lambda: is_open(talk))
        yield talk


async def threads_of(talk: Talk) -> list[list[tuple[str, str]]]:
    """What each thread on the server says."""
    return [await talk.said(thread) for thread in await talk.threads()]


async def test_t_with_two_marks_tells_both_the_same_in_a_thread_each(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("It ships Monday."), says("It ships Tuesday.")]
    async with with_two(tmp_path, model) as talk:
        await talk.type("When?")
        await talk.program.press("enter")
        await talk.shows("It ships Monday.", "It ships Tuesday.", "1 of 1 lines differ")
        both = await threads_of(talk)
        assert [said[0] for said in both] == [("user", "When?")] * 2
        assert {said[1][1] for said in both} == {"It ships Monday.", "It ships Tuesday."}
        (row,) = [line for line in talk.text.split("\n") if "Monday." in line]
        assert "≠" in row and "Tuesday." in row, "side by side, marked without a colour"
        assert talk.text.count("done (10 tokens") == 2
        assert "done" in talk.text.split("\n")[1]
        assert "in all" not in talk.text, "the time of one answer is said once"
        runs = [
            (await talk.api.get(f"/threads/{each}/runs"))["data"] for each in await talk.threads()
        ]
        assert len({run["assistant_id"] for (run,) in runs}) == 2
        model.turns += [says("No."), says("Yes.")]
        await talk.type("Sure?")
        await talk.program.press("enter")
        await talk.program.until(lambda: talk.text.count("in all · 20 tokens") == 2)
        await talk.program.press("escape")
        assert not is_open(talk)


async def test_below_100_columns_one_stands_above_the_other(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("It ships Monday."), says("It ships Tuesday.")]
    async with with_two(tmp_path, model, (80, 24)) as talk:
        await talk.type("When?")
        await talk.program.press("enter")
        await talk.shows("≠ It ships Monday.", "≠ It ships Tuesday.")
        for line in talk.text.split("\n"):
            assert not ("Monday" in line and "Tuesday" in line)


async def test_the_same_call_of_both_is_answered_once(tmp_path: Path, model: ScriptedModel) -> None:
    asked = calls("get_order", arguments='{"id": "7"}')
    model.turns += [asked, asked, says("Done."), says("Done.")]
    async with with_two(tmp_path, model, tools=[FUNCTION]) as talk:
        await talk.type("Where is 7?")
        await talk.program.press("enter")
        await talk.shows("waiting for you")
        sheet = screen_of(talk).call_sheet
        await talk.program.until(lambda: len(sheet.answers.calls) == 1)
        await talk.program.press("tab")
        await talk.program.until(lambda: sheet.has_focus)
        footer = talk.text.split("\n")[-1]
        assert "3 $EDITOR" in footer and "1 Last output" not in footer, "there is none"
        await talk.program.press("4", "enter")
        await talk.shows("= same text · same calls")
        for thread in await talk.threads():
            (run,) = (await talk.api.get(f"/threads/{thread}/runs"))["data"]
            assert run["status"] == "completed"
            first, *_ = await talk.api.steps({"thread_id": thread, "id": run["id"]})
            (call,) = first["step_details"]["tool_calls"]
            assert "failed" in call["function"]["output"]


async def test_escape_stops_both_then_goes_back(tmp_path: Path, model: ScriptedModel) -> None:
    first, second = Pause(), Pause()
    model.turns += [[*says("Half")[:1], first, *says("a")], [*says("Half")[:1], second, *says("b")]]
    async with with_two(tmp_path, model) as talk:
        await talk.program.pilot.press(*"go", "enter")
        await talk.program.until(lambda: talk.text.count("Half") == 2)
        assert "Esc Stop  Enter Send" in talk.text
        await talk.program.pilot.press("escape")
        await talk.program.until(lambda: talk.text.count("stopped") >= 2)
        await talk.shows("Esc Back")
        assert first.closed.is_set() and second.closed.is_set()
        await talk.program.press("escape")
        assert not is_open(talk)


async def test_what_is_not_sent_to_both_is_there_again(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("a"), says("b")]
    async with with_two(tmp_path, model) as talk:
        await talk.type("half a thought")
        await talk.program.press("escape")
        assert not is_open(talk)
        await talk.program.press("t")
        await talk.program.until(lambda: is_open(talk) and "half a thought" in talk.text)
        await talk.program.press("enter")
        await talk.program.until(lambda: talk.text.count("done (10 tokens") == 2)
        assert [said[0][1] for said in await threads_of(talk)] == ["half a thought"] * 2
        await talk.program.press("escape", "t")
        await talk.program.until(lambda: is_open(talk))
        await talk.program.settle()
        assert "half a thought" not in talk.text


async def test_what_arrived_nowhere_comes_back(tmp_path: Path, model: ScriptedModel) -> None:
    async with with_two(tmp_path, model) as talk:
        talk.server.refuse = lambda method, path: (
            (400, b'{"error": {"message": "no"}}') if path.endswith("/threads") else None
        )
        await talk.type("When?")
        await talk.program.press("enter")
        await talk.program.until(lambda: screen_of(talk).context.composer.text == "When?")
        assert await talk.threads() == []


async def test_a_file_goes_to_both(tmp_path: Path, model: ScriptedModel) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Notes")
    model.turns += [says("a"), says("b")]
    async with with_two(tmp_path, model) as talk:
        await talk.program.press("ctrl+o")
        await talk.type(str(notes))
        await talk.program.press("enter")
        await talk.shows("with notes.md")
        await talk.type("Read this")
        await talk.program.press("enter")
        await talk.program.until(lambda: talk.text.count("done (10 tokens") == 2)
        for thread in await talk.threads():
            first, _ = await talk.api.messages(thread)
            assert len(first["attachments"]) == 1


async def test_every_command_of_the_message_and_the_calls_works_for_two(
    tmp_path: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    async with with_two(tmp_path, model) as talk:
        screen = screen_of(talk)
        for command in commands_in(Where.COMPOSER, Where.CALLS, Where.PAIR):
            if ":" in command.handler and not command.name.startswith("stop_or_leave"):
                await screen.action_run(command.name)
                await talk.program.settle()
                if talk.program.app.screen is not screen:
                    await talk.program.press("escape")
                assert talk.program.app.screen is screen
        assert talk.program.app.crash_report is None


async def test_who_is_told_the_same_is_found_by_typing_a_name(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns += [says("a"), says("b")]
    async with talking(tmp_path, model) as talk:
        for name in ("Order desk", "Judge", "Old order desk"):
            await talk.api.assistant(name=name, model="m")
        await talk.press("escape", "r")
        await talk.program.until(lambda: len(talk.program.main.list_model.listing.rows) == 4)
        await talk.press("G", "t", "tab", "equals_sign")
        await talk.shows("Judge · asst_", "Type to filter")
        await talk.type("DESK or")
        await talk.program.settle()
        assert "Judge" not in talk.text and "another model" not in talk.text
        await talk.program.press("down", "enter")
        await talk.program.until(lambda: is_open(talk))
        labels = [side.label for side in screen_of(talk).context.sides]
        assert labels == ["Helper · m", "Order desk · m"]
