"""A form has no more widgets than the API's limits call for, whatever a server sends."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.widgets import TextArea

from assistant_tui.tui.widgets.editors.tools import ToolCheckbox, ToolRow
from tests.fakeserver.standalone import StandaloneServer
from tests.tui.driver import Driver, running
from tests.tui.test_every_field import FUNCTION, go_to, server_of

MANY = 5_000


def server_with(members: dict[str, Any]) -> StandaloneServer:
    """A server that takes no offence at any number of anything."""
    return StandaloneServer(json.dumps({"id": "asst_1", "name": "n", "model": "m", **members}))


def widgets(program: Driver) -> int:
    """How many there are in the form."""
    form = program.main.context.form.form
    assert form is not None
    return len(form.query("*"))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"metadata": {f"k{n}": "v" for n in range(MANY)}}, 'metadata · e edits it: {"k0": "v"'),
        ({"tools": [FUNCTION] * MANY}, 'tools · e edits it: [{"type": "function"'),
        (
            {"tool_resources": {"code_interpreter": {"file_ids": [f"f{n}" for n in range(MANY)]}}},
            "Code files: e edits it",
        ),
        ({"metadata": {"k": "v" * 100_000}}, 'metadata · e edits it: {"k": "vvv'),
        ({"instructions": "word " * 400_000}, 'instructions · e edits it: "word word'),
    ],
    ids=["metadata", "tools", "files", "value", "text"],
)
async def test_far_beyond_the_limits_a_field_is_shown_in_a_line_and_kept(
    members: dict[str, Any], said: str, tmp_path: Path
) -> None:
    server = server_with(members)
    async with running(server, tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        assert widgets(program) < 150
        assert any(said in line for line in program.lines), program.text
        assert "e edits it" in program.text
        await program.press("!", "ctrl+s")
        assert program.status.startswith("Saved n!")
    assert server.bodies == ['{"name": "n!"}']


async def test_what_the_api_allows_at_most_has_its_editors(tmp_path: Path) -> None:
    functions = [{"type": "function", "function": {"name": f"f{n}"}} for n in range(128)]
    metadata = {f"k{n}": "v" for n in range(16)}
    async with running(server_with({"tools": functions, "metadata": metadata}), tmp_path) as opened:
        await opened.press("enter")
        assert widgets(opened) < 500
        await go_to_the_last(opened)
        assert "function f127" in opened.text


async def go_to_the_last(program: Driver) -> None:
    """From the first tool to the field behind the tools, and back to the last."""
    form = program.main.context.form.form
    assert form is not None
    row = form.query(ToolRow)[127]
    row.query_one(ToolCheckbox).focus()
    row.scroll_visible(animate=False)
    await program.settle()


async def test_a_paste_of_thousands_of_ids_is_told_and_adds_no_rows(tmp_path: Path) -> None:
    server = server_of({})
    async with running(server, tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        await go_to(program, "tool_resources")
        before, errors = widgets(program), len(program.main.query("FieldEditor > .error"))
        program.app.post_message(Paste("\n".join(f"file-{n}" for n in range(MANY))))
        await program.settle()
        error = len(program.main.query("FieldEditor > .error")) - errors
        assert widgets(program) <= before + 2 + error
        assert "at most 20, these are 5,000" in program.text
        await program.press("escape")
        assert "There are unsaved changes" in program.text


async def test_lines_typed_into_a_text_change_its_scroll_bar_and_lay_out_nothing(
    tmp_path: Path,
) -> None:
    async with running(server_of({}), tmp_path) as program:
        await program.press("enter")
        await go_to(program, "description")
        layouts: list[object] = []
        program.main.screen_layout_refresh_signal.subscribe(program.main, layouts.append, True)
        area = program.main.query_one(".field-description TextArea", TextArea)
        await program.press(*["enter"] * 2)
        assert area.show_vertical_scrollbar and layouts, "the bar that comes takes room"
        layouts.clear()
        await program.press(*["enter"] * 10)
        assert area.vertical_scrollbar.window_virtual_size == 13
        assert layouts == []
        await program.type("last line")
        assert "last line" in program.text
