"""Keys that arrive together, as over a slow line: each acts after the one before it."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.tui.terminal import key_queue
from assistant_tui.tui.terminal.key_queue import CHECK_INTERVAL
from assistant_tui.tui.widgets.editors.tools import ToolRow
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import HANGS, Driver, running


def names(store: SampleStore) -> list[str]:
    """The names that the server has of the first three samples and of what was created."""
    return [str(each["name"]) for each in map(store.get, ids()) if each is not None]


def ids() -> list[str]:
    """The ids of the samples."""
    return [sample(index)["id"] for index in range(6)]


@pytest.fixture
def store() -> SampleStore:
    """Six samples."""
    return SampleStore(6)


async def test_the_assistant_that_was_moved_to_is_the_one_that_is_deleted(
    program: Driver, store: SampleStore
) -> None:
    await program.burst("j", "j", "d", "tab", "enter")
    assert [id for id in ids() if store.get(id) is None] == [ids()[2]]


async def test_the_assistant_that_was_moved_to_is_the_one_that_is_edited(
    program: Driver, store: SampleStore
) -> None:
    before = names(store)
    await program.burst("j", "k", "j", "j", "enter", "X", "ctrl+s")
    assert names(store) == [*before[:2], before[2] + "X", *before[3:]]


async def test_two_deletions_in_one_burst_take_two(program: Driver, store: SampleStore) -> None:
    await program.burst("d", "tab", "enter")
    await program.burst("d", "tab", "enter", "enter")
    assert [store.get(id) is None for id in ids()] == [True, True, False, False, False, False]


async def test_an_answer_is_given_once_however_often_enter_is_pressed(
    program: Driver, server: InProcessServer
) -> None:
    await program.burst("d", "enter", "tab", "enter", "enter")
    assert server.write_paths() == []
    assert program.app.is_running
    await program.press("escape", "escape")
    opened = program.main
    await program.burst("P", "enter", "enter", "enter")
    await program.until(lambda: program.app.main_screen not in (None, opened))
    await program.settle()
    assert program.app.is_running


TYPED: list[tuple[list[str], str]] = [
    (["t", "e", "h", "backspace", "backspace", "h", "e"], "mmthe"),
    (["home", "A", "end", "Z"], "AmmZ"),
    (["x", "backspace", "y"], "mmx"[:2] + "y"),
    (["ctrl+u", "n", "e", "w"], "new"),
    (["left", "x", "right", "y"], "mxmy"),
]


async def test_what_is_typed_in_a_field_stays_in_order(tmp_path: Path) -> None:
    store = SampleStore(0)
    made = [store.create({"name": "mm", "model": "m"}) for _ in TYPED][::-1]
    async with running(InProcessServer(create_app(store, models=())), tmp_path) as program:
        for assistant, (keys, expected) in zip(made, TYPED, strict=True):
            await program.burst("enter", *keys, "ctrl+s")
            assert (store.get(assistant["id"]) or {})["name"] == expected
            await program.burst("down")


async def test_what_is_typed_in_a_text_stays_in_order(tmp_path: Path) -> None:
    store = SampleStore(0)
    made = store.create({"name": "n", "model": "m", "instructions": "hello"})
    async with running(InProcessServer(create_app(store, models=())), tmp_path) as program:
        to_the_text = ["tab", "tab", "tab", "end"]
        await program.burst("enter", *to_the_text, "backspace", "backspace", "p", "!", "ctrl+s")
    assert (store.get(made["id"]) or {})["instructions"] == "help!"


async def test_each_space_switches_its_own_tool(tmp_path: Path) -> None:
    store = SampleStore(0)
    made = store.create({"name": "n", "model": "m", "tools": []})
    async with running(InProcessServer(create_app(store, models=())), tmp_path) as program:
        await program.burst("enter", *["tab"] * 8, "space", "tab", "space", "ctrl+s")
    kinds = [tool["type"] for tool in (store.get(made["id"]) or {})["tools"]]
    assert kinds == ["code_interpreter", "file_search"]


async def test_metadata_typed_in_one_go_lands_in_the_metadata(tmp_path: Path) -> None:
    store = SampleStore(0)
    made: dict[str, Any] = store.create({"name": "n", "model": "m"})
    async with running(InProcessServer(create_app(store, models=())), tmp_path) as program:
        keys = ["k", "tab", "v", "tab", "l", "tab", "w", "tab", "m", "tab", "x", "tab", "tab"]
        await program.burst("enter", *["tab"] * 13, *keys, "ctrl+s")
    held = store.get(made["id"]) or {}
    assert held["metadata"] == {"k": "v", "l": "w", "m": "x"}
    assert (held["name"], held["model"]) == ("n", "m")


async def test_a_function_typed_in_one_go_lands_in_the_function(
    program: Driver, server: InProcessServer
) -> None:
    keys = [*["tab"] * 11, "space", *"look_up", "tab", *"Finds", "tab", "right", "tab", *"{}"]
    await program.burst("n", *keys[1:], "ctrl+s")
    await program.burst("ctrl+s")
    assert json.loads(server.bodies[0])["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "look_up",
                "description": "Finds",
                "strict": True,
                "parameters": {},
            },
        }
    ]


async def test_a_key_waits_for_the_one_before_however_long_it_takes(
    program: Driver, server: InProcessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where what it needs is imported first, on a busy machine."""
    opened = ToolRow.toggle_parts

    async def late(row: ToolRow) -> None:
        async with asyncio.timeout(HANGS):
            while program.app._keys._checks < 8:
                await asyncio.sleep(CHECK_INTERVAL / 10)
        await opened(row)

    monkeypatch.setattr(ToolRow, "toggle_parts", late)
    await program.burst("n", *["tab"] * 10, "space", *"look_up", "ctrl+s")
    (tool,) = json.loads(server.bodies[0])["tools"]
    assert tool["function"] == {"name": "look_up"}


async def test_a_key_waits_while_the_program_is_at_work_for_the_one_before(
    program: Driver, server: InProcessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine so busy that the work takes longer than a stuck widget is waited for."""
    monkeypatch.setattr(key_queue, "MAX_CHECKS", 8)
    opened = ToolRow.toggle_parts

    async def slow(row: ToolRow) -> None:
        end = time.process_time() + 15 * CHECK_INTERVAL
        while time.process_time() < end:
            await asyncio.sleep(0)
        await opened(row)

    monkeypatch.setattr(ToolRow, "toggle_parts", slow)
    await program.burst("n", *["tab"] * 10, "space", *"look_up", "ctrl+s")
    (tool,) = json.loads(server.bodies[0])["tools"]
    assert tool["function"] == {"name": "look_up"}


async def test_ids_typed_in_one_go_stand_each_in_its_own_row(
    program: Driver, server: InProcessServer
) -> None:
    keys = [*["tab"] * 11, "a", "tab", "b", "tab", "c", "tab", "tab", "v"]
    await program.burst("n", *keys, "ctrl+s")
    assert json.loads(server.bodies[0])["tool_resources"] == {
        "code_interpreter": {"file_ids": ["a", "b", "c"]},
        "file_search": {"vector_store_ids": ["v"]},
    }


async def test_a_clean_form_is_left_before_the_next_key_is_looked_at(
    program: Driver, server: InProcessServer
) -> None:
    await program.burst("enter", "escape", "j", "d")
    assert sample(1)["id"] in program.text
    assert server.write_paths() == []


async def test_create_twice_in_one_burst(program: Driver, server: InProcessServer) -> None:
    await program.burst("n", *"first", "ctrl+s")
    await program.burst("n", *"second", "ctrl+s")
    assert [json.loads(body)["name"] for body in server.bodies] == ["first", "second"]


async def test_tab_in_the_last_field_stays_there(program: Driver) -> None:
    await program.burst("enter", *["tab"] * 40, "z")
    focused = program.app.focused
    assert isinstance(focused, Input)
    assert focused.has_class("value")
    await program.burst(*["shift+tab"] * 40, "!")
    assert f"{sample(0)['name']}!" in program.text
