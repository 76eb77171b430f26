"""F6 talks to the edit in the form: nothing of it is saved, and nothing made for it stays."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant_tui.config.settings import LOCAL
from assistant_tui.journal.journal import Journal
from assistant_tui.services.temporary_assistants import NOTES
from tests.limits import LIMIT
from tests.server.runs.support import Pause, ScriptedModel, says
from tests.tui.playground.conftest import Talk, talking
from tests.tui.test_every_field import go_to


@asynccontextmanager
async def editing(
    folder: Path,
    model: ScriptedModel,
    size: tuple[int, int] = (120, 36),
    text: str = "Speak like a pirate.",
) -> AsyncIterator[Talk]:
    """The form open on the assistant, with other instructions."""
    async with talking(folder, model, size=size) as talk:
        await talk.press("escape", "enter")
        await go_to(talk.program, "instructions")
        await talk.type(text)
        yield talk


async def saved(talk: Talk) -> list[Any]:
    """All assistants as the server has them."""
    data: list[Any] = (await talk.api.get("/assistants"))["data"]
    return data


async def test_the_edit_answers_and_is_neither_saved_nor_lost(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns.append(says("Arr."))
    async with editing(tmp_path, model) as talk:
        before = await saved(talk)
        await talk.press("f6")
        await talk.shows("with 1 unsaved change")
        await talk.say("Hello")
        await talk.shows("Arr.")
        assert model.requests[0].messages[0]["content"] == "Speak like a pirate."
        assert await saved(talk) == before
        await talk.press("escape")
        assert not talk.is_open
        await talk.press("ctrl+s")
        (after,) = await saved(talk)
        assert after["instructions"] == "Speak like a pirate.", "the form still had it"


async def test_without_an_edit_it_is_the_saved_one(tmp_path: Path, model: ScriptedModel) -> None:
    async with editing(tmp_path, model, text="") as talk:
        await talk.press("f6")
        assert talk.is_open
        assert "unsaved" not in talk.text


def refusing(request: httpx.Request) -> httpx.Response | None:
    """A server that runs with what the assistant has, and nothing else."""
    if request.method == "POST" and b'"instructions"' in request.content:
        return httpx.Response(400, json={"error": {"message": "no", "param": "instructions"}})
    return None


async def test_a_temporary_assistant_is_told_and_gone_when_the_playground_is_left(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns.append(says("Arr."))
    async with editing(tmp_path, model) as talk:
        before = await saved(talk)
        talk.server.deviations["runs"] = refusing
        await talk.press("f6")
        await talk.say("Hello")
        await talk.shows("Arr.", "A temporary assistant answers")
        (temporary,) = [each for each in await saved(talk) if each not in before]
        assert temporary["instructions"] == "Speak like a pirate."
        await talk.press("escape")
        await talk.shows("Deleted the temporary assistant", temporary["id"])
        assert await saved(talk) == before


async def test_it_is_deleted_only_after_its_run(tmp_path: Path, model: ScriptedModel) -> None:
    pause = Pause()
    model.turns.append([*says("Half")[:1], pause, *says(" more")])
    async with editing(tmp_path, model) as talk:
        talk.server.deviations["runs"] = refusing
        await talk.press("f6")
        await talk.program.pilot.press(*"go", "enter")
        await talk.shows("Half")
        await talk.program.pilot.press("tab", "q")
        assert len(await saved(talk)) == 2
        pause.go_on.set()
        await talk.shows("Deleted the temporary assistant")
        assert len(await saved(talk)) == 1


async def test_it_is_deleted_only_after_a_run_of_it_in_another_thread(
    tmp_path: Path, model: ScriptedModel
) -> None:
    pause = Pause()
    model.turns.append([*says("Half")[:1], pause, *says(" more")])
    async with editing(tmp_path, model) as talk:
        talk.server.deviations["runs"] = refusing
        await talk.press("f6")
        await talk.program.pilot.press(*"go", "enter")
        await talk.shows("Half")
        await talk.program.pilot.press("tab", "n")
        await talk.program.until(lambda: "Half" not in talk.text)
        await talk.program.pilot.press("escape")
        await talk.program.until(lambda: not talk.is_open)
        assert len(await saved(talk)) == 2
        pause.go_on.set()
        await talk.shows("Deleted the temporary assistant")
        assert len(await saved(talk)) == 1


async def test_the_next_start_deletes_what_was_left_and_says_so(
    tmp_path: Path, model: ScriptedModel
) -> None:
    async with talking(tmp_path, model) as talk:
        left = await talk.api.assistant(metadata={"assistant-tui-temporary": "t0ken"})
    with Journal(tmp_path / "journal.db") as journal:
        note = json.dumps({"id": left, "before": []})
        journal.drafts.keep(LOCAL.name, "t0ken", note, NOTES)
    async with talking(tmp_path, model) as talk:
        await talk.press("escape")
        await talk.shows(f"Deleted the temporary assistant {left} that was left behind")
        assert left not in [each["id"] for each in await saved(talk)]
        assert talk.program.main.list_model.listing.row(left) is None


async def test_what_has_an_error_is_not_tried(tmp_path: Path, model: ScriptedModel) -> None:
    async with editing(tmp_path, model) as talk:
        await go_to(talk.program, "temperature")
        await talk.type("9")
        await talk.press("f6")
        assert not talk.is_open
        await talk.shows("Not tried:")


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_narrow_screen_says_that_it_is_not_saved(
    tmp_path: Path, model: ScriptedModel, size: tuple[int, int]
) -> None:
    async with editing(tmp_path, model, size) as talk:
        await talk.press("f6")
        await talk.shows("1 unsaved change")


async def test_what_waits_for_its_temporary_assistant_can_be_stopped(
    tmp_path: Path, model: ScriptedModel
) -> None:
    """The message is not sent, and stands in the composer again."""
    async with talking(tmp_path, model) as talk:
        (own,) = await saved(talk)
        await talk.api.http.post(f"/assistants/{own['id']}", json={"temperature": 0.5})
        await talk.press("escape", "r", "enter")
        await go_to(talk.program, "temperature")
        await talk.press("end", "ctrl+u", "f6")
        await talk.shows("with 1 unsaved change")
        talk.server.hold = lambda method, path: method == "POST" and path.endswith("/assistants")
        await talk.type("Hello")
        await talk.program.pilot.press("enter")
        await asyncio.wait_for(talk.server.arrived.wait(), LIMIT)
        await talk.program.pilot.press("escape")
        assert talk.is_open
        talk.server.opened.set()
        await talk.program.until(lambda: talk.screen.composer.text == "Hello")
        assert await talk.threads() == []
