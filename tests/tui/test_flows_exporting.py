"""Files: what is written of the highlighted or the marked, and what files change on a server."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.json_text import read_json
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.tui.widgets.text_view import TextView
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver


def held(store: SampleStore) -> list[dict[str, Any]]:
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


async def fill(program: Driver, text: str) -> None:
    """Put a text in the place of what a dialog's input holds, and press Enter."""
    program.app.screen.query_one(Input).value = text
    await program.press("enter")


async def export(program: Driver, form: str, folder: Path) -> None:
    await program.press("x")
    options = program.app.screen.query_one(OptionList).options
    await program.press(*["down"] * [each.id for each in options].index(form), "enter")
    await fill(program, str(folder))


async def command(program: Driver, name: str) -> None:
    """Give a command of the palette that has no key."""
    await program.main.action_run(name)
    await program.settle()


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


async def test_the_highlighted_one_is_written_as_the_server_sent_it(
    program: Driver, tmp_path: Path, server: InProcessServer
) -> None:
    await program.press("down")
    await export(program, "json", tmp_path / "out")
    (text,) = files(tmp_path / "out").values()
    assert read_json(text) == sample(1)
    assert f"Exported 1 to {tmp_path / 'out'}"[:60] in program.status
    assert server.write_paths() == []


@pytest.mark.parametrize("form", ["json", "yaml", "markdown"])
async def test_what_was_exported_and_edited_is_imported_as_planned(
    program: Driver, tmp_path: Path, store: SampleStore, server: InProcessServer, form: str
) -> None:
    before = held(store)
    await program.press("plus")
    await export(program, form, tmp_path / "out")
    assert len(files(tmp_path / "out")) == 3
    path = next(path for path in (tmp_path / "out").iterdir() if sample(0)["id"] in path.name)
    path.write_text(path.read_text("utf-8").replace(sample(0)["name"], "Renamed"), "utf-8")
    store.delete(sample(2)["id"])
    (tmp_path / "out" / "broken.json").write_text("{", "utf-8")
    await command(program, "import")
    await fill(program, str(tmp_path / "out"))
    for said in ("1 create", "1 change", "1 unchanged", "1 unreadable"):
        assert said in program.text
    await program.press("escape")
    assert server.write_paths() == []
    await command(program, "import")
    await fill(program, str(tmp_path / "out"))
    await program.press("tab", "enter")
    after = held(store)
    assert [each["name"] for each in after if each["id"] == sample(0)["id"]] == ["Renamed"]
    assert json.loads(server.bodies[-1]) == {"name": "Renamed"} or len(server.bodies) == 2
    assert {"name": "Renamed"} in [json.loads(body) for body in server.bodies]
    fixed = ("id", "created_at")
    made = [each for each in after if each["id"] not in [old["id"] for old in before]]
    gone = before[2]
    assert [{k: v for k, v in each.items() if k not in fixed} for each in made] == [
        {k: v for k, v in gone.items() if k not in fixed}
    ]
    assert "Imported 2" in program.status


async def test_another_file_in_the_way_is_not_replaced(program: Driver, tmp_path: Path) -> None:
    await export(program, "json", tmp_path / "out")
    (path,) = (tmp_path / "out").iterdir()
    path.write_text("mine", "utf-8")
    await export(program, "json", tmp_path / "out")
    why = program.app.screen.query_one(TextView).lines[-1].text
    assert "is there already" in why and "another folder takes it" in why
    assert path.read_text("utf-8") == "mine"


async def test_what_a_format_cannot_express_is_told(
    program: Driver, tmp_path: Path, store: SampleStore
) -> None:
    odd = {"type": "odd_tool", "odd_tool": {}}
    store.modify(sample(0)["id"], lambda old: {**old, "tools": [odd]})
    await program.press("r")
    await export(program, "responses", tmp_path / "out")
    assert "not carried over" in program.text and "odd_tool" in program.text


async def test_a_folder_that_cannot_be_made_is_told(program: Driver, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    await export(program, "json", tmp_path / "file")
    assert "Not exported" in program.status
    await command(program, "import")
    await fill(program, str(tmp_path / "none.json"))
    assert "Not imported" in program.status and "No such file" in program.status


async def test_a_path_in_the_home_of_nobody_is_told_and_the_program_goes_on(
    program: Driver, server: InProcessServer
) -> None:
    await export(program, "json", Path("~nosuchuser/x"))
    assert "Not exported: ~nosuchuser/x: nobody's home is ~nosuchuser" in program.status
    await command(program, "import")
    await fill(program, "~nosuchuser/x.json")
    assert "Not imported: ~nosuchuser/x.json: nobody's home is" in program.status


async def test_a_pipe_is_not_waited_for(program: Driver, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    await command(program, "import")
    await fill(program, str(tmp_path / "pipe.json"))
    assert "it is a pipe; a file is allowed" in program.status


async def test_a_path_below_the_persons_home_is_found(
    program: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.json").write_text('{"model": "m", "name": "A"}')
    await command(program, "import")
    await fill(program, "~/a.json")
    assert "Import: 1 create" in program.text
