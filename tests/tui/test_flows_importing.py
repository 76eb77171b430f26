"""Imports on the screen: each assistant of a file once, and told as it was done."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.verification import SaveResult
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.services.assistants import AssistantService
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running
from tests.tui.test_flows_exporting import command, fill, held


async def plan_of(program: Driver, path: Path) -> str:
    """Ask for the import of a file or folder; what the screen says then."""
    await command(program, "import")
    await fill(program, str(path))
    return program.text


async def test_assistants_in_one_line_of_a_file_are_each_created_once(
    program: Driver, server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    path = tmp_path / "three.json"
    path.write_text(json.dumps([{"model": "m", "name": name} for name in "ABC"]))
    assert "Import: 3 create" in await plan_of(program, path)
    await program.press("tab", "enter")
    assert [each["name"] for each in held(store)[:3]] == ["C", "B", "A"]
    assert len(server.write_paths()) == 3 and "Imported 3 · u undoes it" in program.status
    await program.press("u", "3", "enter")
    assert [each["id"] for each in held(store)] == [sample(number)["id"] for number in range(3)]


@pytest.mark.parametrize("size", [(80, 24), (60, 12)])
async def test_a_long_plan_begins_at_its_beginning_above_its_buttons(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "a folder with a name that takes a line or two" / "fifty.json"
    path.parent.mkdir()
    path.write_text(json.dumps([{"model": "m", "name": f"N{number}"} for number in range(50)]))
    async with running(create_app(SampleStore(3), models=()), tmp_path, size=size) as program:
        plan = await plan_of(program, path)
        assert "Import: 50 create" in plan and "create      N0 · " in plan
        assert "↑ ↓ PgUp PgDn scroll" in plan and "Cancel            Import" in plan


async def test_assistants_that_are_just_alike_are_each_created(
    program: Driver, store: SampleStore, tmp_path: Path
) -> None:
    path = tmp_path / "alike.json"
    path.write_text(json.dumps([{"model": "m", "name": "A"}] * 3))
    await plan_of(program, path)
    await program.press("tab", "enter")
    assert [each["name"] for each in store.page(PageQuery(limit=4)).data[:3]] == ["A"] * 3
    assert "Imported 3" in program.status


async def test_a_second_import_of_a_file_does_what_is_left_or_all_again(
    program: Driver, store: SampleStore, tmp_path: Path
) -> None:
    path = tmp_path / "two.json"
    path.write_text(json.dumps([{"model": "m", "name": name} for name in "AB"]))
    await plan_of(program, path)
    await program.press("tab", "enter")
    made = [each["id"] for each in held(store)[:2]]
    assert "Import: 2 imported" in await plan_of(program, path)
    assert f"already imported as {made[1]}" in program.text
    assert [str(each.label) for each in program.app.screen.query(Button)] == [
        "Cancel",
        "Import all again",
    ]
    await program.press("escape")
    store.delete(made[0])
    assert "Import: 1 create, 1 imported" in await plan_of(program, path)
    await program.press("tab", "enter")
    assert [each["name"] for each in held(store)[:3]] == ["B", "A", sample(0)["name"]]
    await plan_of(program, path)
    await program.press("tab", "enter")
    assert [each["name"] for each in held(store)[:4]] == ["B", "A", "B", "A"]
    assert "Imported 2" in program.status


async def test_a_fault_in_one_of_many_is_its_failure_and_the_program_goes_on(
    program: Driver, store: SampleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = AssistantService.create

    async def broken(self: AssistantService, draft: Draft, **rest: Any) -> SaveResult:
        if '"B"' in draft.patch()["name"]:
            raise KeyError("sk-secret")
        return await create(self, draft, **rest)

    monkeypatch.setattr(AssistantService, "create", broken)
    path = tmp_path / "three.json"
    path.write_text(json.dumps([{"model": "m", "name": name} for name in "ABC"]))
    await plan_of(program, path)
    await program.press("tab", "enter")
    assert "Failed: 1 · Done: 2" in program.text
    assert "stopped by a fault of this program (KeyError" in program.text
    assert "sk-secret" not in program.text
    monkeypatch.undo()
    await program.press("tab", "enter")
    assert [each["name"] for each in held(store)[:3]] == ["B", "C", "A"]
    assert "Imported 3" in program.status


async def test_a_journal_that_notes_nothing_is_told_before_anything_is_imported(
    server: InProcessServer, tmp_path: Path
) -> None:
    path = tmp_path / "one.json"
    path.write_text('{"model": "m", "name": "A"}')
    told = "A repetition would create them again"
    async with running(server, tmp_path) as program:
        assert told not in await plan_of(program, path)
    (tmp_path / "journal.db").write_bytes(b"no database at all, whatever one may think" * 50)
    async with running(server, tmp_path) as program:
        assert told in await plan_of(program, path)
        assert server.write_paths() == []
