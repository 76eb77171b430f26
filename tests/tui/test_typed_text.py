"""Nothing that was typed is dropped in silence: it is sent, or leaving asks and names it."""

import random
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from assistant_tui.tui.widgets.editors.tools import ToolCheckbox
from tests.tui.driver import Driver, running
from tests.tui.test_every_field import FUNCTION, JSON_SCHEMA, RANKED, server_of, take

OFF = "Typed, but not part of a save"
NEW_FUNCTION = ("to:tools", "tab", "tab", "enter", "tab")
"""To the name of a function that is not switched on."""
SEARCH = ("to:tools", "tab", "enter", "tab")

SENT: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    (
        {},
        (*NEW_FUNCTION, "type:f"),
        '{"tools": [{"type": "function", "function": {"name": "f"}}]}',
    ),
    (
        {},
        (*NEW_FUNCTION, "tab", "type:D", "shift+tab", "type:f"),
        '{"tools": [{"type": "function", "function": {"name": "f", "description": "D"}}]}',
    ),
    (
        {},
        (*SEARCH, "type:9"),
        '{"tools": [{"type": "file_search", "file_search": {"max_num_results": 9}}]}',
    ),
]


@pytest.mark.parametrize(("members", "steps", "body"), SENT, ids=range(len(SENT)))
async def test_typing_into_a_tool_that_is_off_switches_it_on_visibly(
    members: dict[str, Any], steps: tuple[str, ...], body: str, tmp_path: Path
) -> None:
    server = server_of(members)
    async with running(server, tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        await take(program, steps)
        assert any("[x] f" in line for line in program.lines), program.text
        await program.press("ctrl+s")
        assert program.status.startswith("Saved")
    assert server.bodies == [body]


ASIDE: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({}, (*NEW_FUNCTION, "type:f", "shift+tab", "space"), "Tools: function f"),
    (
        {"tools": [FUNCTION]},
        ("to:tools", "enter", "tab", "type:_it", "shift+tab", "space"),
        "Tools: function look_up_it",
    ),
    ({}, (*SEARCH, "type:9", "shift+tab", "space"), "Tools: file_search"),
    ({}, ("to:response_format", "end", "tab", "type:a", "shift+tab", "home"), "Name"),
    (
        {"response_format": JSON_SCHEMA},
        ("to:json_schema.name", "type:a", "shift+tab", "home"),
        "Response format: Name",
    ),
    ({}, ("to:temperature", "ctrl+u", "type:  "), "Temperature: white space alone"),
    (
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]},
        ("to:tools", "enter", "to:function.parameters", "delete", "delete", "type: "),
        "Tools: function f: Parameters",
    ),
    ({"tools": [RANKED]}, ("to:tools", "enter", "tab", "ctrl+u", "type:  "), "Most results"),
]


@pytest.mark.parametrize(("members", "steps", "named"), ASIDE, ids=range(len(ASIDE)))
async def test_what_is_typed_but_not_part_of_a_save_is_named_when_one_leaves(
    members: dict[str, Any], steps: tuple[str, ...], named: str, tmp_path: Path
) -> None:
    async with running(server_of(members), tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        await take(program, steps)
        await program.press("escape")
        assert "There are unsaved changes" in program.text
        assert OFF in program.text and named in " ".join(program.text.split()), program.text


async def test_a_save_that_leaves_something_typed_aside_says_so_and_keeps_it(
    tmp_path: Path,
) -> None:
    server = server_of({})
    async with running(server, tmp_path, size=(100, 60)) as program:
        await program.press("enter", "!")
        await take(program, [*NEW_FUNCTION, "type:f", "shift+tab", "space"])
        await program.press("ctrl+s")
        assert server.bodies == ['{"name": "n!"}']
        assert "Saved, but not what is typed in Tools: function f" in program.status
        await program.press("ctrl+s")
        assert server.bodies == ['{"name": "n!"}']
        assert "Nothing to save" in program.status and "function f" in program.status
        await program.press("escape")
        assert OFF in program.text
        await program.press("enter", "space", "ctrl+s")
        assert server.bodies[1:] == [
            '{"tools": [{"type": "function", "function": {"name": "f"}}]}'
        ], program.text


async def test_what_is_typed_in_a_tool_that_is_off_outlives_the_program(tmp_path: Path) -> None:
    server = server_of({})
    async with running(server, tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        await take(program, [*NEW_FUNCTION, "type:f", "shift+tab", "space"])
        program.main.leave_guard.keep_draft()
    async with running(server, tmp_path, size=(80, 60)) as program:
        await program.press("R", "enter", "tab", "enter")
        assert "[ ] function f" in program.text


BLANK: list[tuple[str, ...]] = [
    ("to:tool_resources", "type:  "),
    ("to:metadata", "tab", "type:  "),
    (*NEW_FUNCTION, "type:  "),
]


@pytest.mark.parametrize("steps", BLANK, ids=" ".join)
async def test_white_space_is_no_exception(steps: tuple[str, ...], tmp_path: Path) -> None:
    async with running(server_of({}), tmp_path, size=(80, 60)) as program:
        await program.press("enter")
        await take(program, steps)
        await program.press("escape")
        assert "There are unsaved changes" in program.text


FULL: dict[str, Any] = {
    "description": "D",
    "instructions": "I",
    "temperature": 0.5,
    "top_p": 0.25,
    "reasoning_effort": "low",
    "response_format": JSON_SCHEMA,
    "tools": [FUNCTION, RANKED, {"type": "code_interpreter"}],
    "tool_resources": {"code_interpreter": {"file_ids": ["f1"]}},
    "metadata": {"k": "v"},
}
KEYS = ("tab", "shift+tab", "space", "enter", "left", "right", "home", "end", "K", "J")


def _held(program: Driver) -> set[str]:
    """All texts that the inputs and text areas of the form hold, hidden ones too."""
    form = program.main.context.form.form
    assert form is not None
    inputs = {holder.value for holder in form.query(Input)}
    return inputs | {area.text for area in form.query(TextArea)}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_typed_anywhere_is_sent_or_asked_about(seed: int, tmp_path: Path) -> None:
    """Walk about with keys at random, type once, walk on, and leave."""
    chance = random.Random(seed)
    members = FULL if seed % 2 else {}
    server = server_of(members)
    async with running(server, tmp_path, size=(80, 90)) as program:
        await program.press("enter")
        await program.pilot.press(*["tab"] * chance.randrange(24))
        await program.pilot.press(*(chance.choice(KEYS) for _ in range(6)))
        while not isinstance(program.main.focused, Input | TextArea):
            await program.pilot.press(
                "enter" if isinstance(program.main.focused, ToolCheckbox) else ""
            )
            await program.pilot.press("tab")
        await program.press("home")
        before = _held(program)
        await program.type(chance.choice(["7", "zz", " ", "q 7"]))
        typed = _held(program) - before
        assert typed
        await program.pilot.press(*(chance.choice(KEYS[:3]) for _ in range(8)))
        await program.press("escape")
        assert "There are unsaved changes" in program.text, program.text
    assert server.bodies == []
