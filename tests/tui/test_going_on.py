"""A form that goes on after a save: it shows what the server has, and keeps what it has not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import WRITES, Driver, running


def is_write(method: str, path: str) -> bool:
    return method in WRITES


def server_with(**members: Any) -> tuple[SampleStore, str, InProcessServer]:
    """A server with one assistant."""
    store = SampleStore(0)
    made = store.create({"name": "n", "model": "m", **members})
    return store, made["id"], InProcessServer(create_app(store, models=("m",)))


async def save_and_type_meanwhile(program: Driver, server: InProcessServer, *keys: str) -> None:
    """Press Ctrl+S, and these keys before the answer."""
    server.hold = is_write
    await program.pilot.press("ctrl+s")
    await server.arrived.wait()
    await program.pilot.press(*keys)
    server.hold = lambda method, path: False
    server.opened.set()
    await program.settle()


async def test_a_draft_of_a_new_one_is_no_draft_of_a_new_one_any_more(tmp_path: Path) -> None:
    """Taken up after a crash, it would make a second assistant."""
    store, _, server = server_with()
    async with running(server, tmp_path) as program:
        await program.press("n", "a")
        with Journal(tmp_path / "journal.db") as journal:
            await program.until(lambda: len(journal.drafts.all("local")) == 1)
            await save_and_type_meanwhile(program, server, "b")
            await program.until(
                lambda: (
                    [load_draft(each.text).original is None for each in journal.drafts.all("local")]
                    == [False]
                )
            )
            (kept,) = journal.drafts.all("local")
            assert load_draft(kept.text).raw == {"name": "ab"}
            await program.press("ctrl+s")
            await program.until(lambda: journal.drafts.all("local") == ())
    assert server.write_paths()[0] == "POST /assistants"
    assert server.write_paths()[1] == f"POST /assistants/{kept.key}"
    assert (store.get(kept.key) or {})["name"] == "ab"


@pytest.mark.parametrize("when", ["before the save", "during it"])
async def test_a_field_typed_into_meanwhile_meets_somebody_elses_change(
    when: str, tmp_path: Path
) -> None:
    store, made, server = server_with(instructions="I")

    def theirs() -> None:
        store.modify(made, lambda old: {**old, "instructions": "THEIRS"})

    async with running(server, tmp_path) as program:
        await program.press("enter", "2")
        if when == "before the save":
            theirs()
        server.hold = is_write
        await program.pilot.press("ctrl+s")
        await server.arrived.wait()
        if when == "during it":
            theirs()
        await program.pilot.press("tab", "tab", "tab", "X")
        server.hold = lambda method, path: False
        server.opened.set()
        await program.settle()
        await program.press("ctrl+s")
        assert "Changed here and elsewhere" in program.text
        assert server.bodies == ['{"name": "n2"}']
        assert (store.get(made) or {})["instructions"] == "THEIRS"


def wiping(store: SampleStore, made: str) -> Callable[[str, str], tuple[int, bytes] | None]:
    """Answers to a save as a server does that loses the metadata."""

    def answer(method: str, path: str) -> tuple[int, bytes] | None:
        if method == "POST":
            now = store.modify(made, lambda old: {**old, "name": "n2", "metadata": {}})
            return 200, json.dumps(now).encode()
        return None

    return answer


async def test_what_the_server_wiped_is_not_shown_as_if_it_was_there(tmp_path: Path) -> None:
    store, made, server = server_with(metadata={"team": "library"})
    server.refuse = wiping(store, made)
    async with running(server, tmp_path, size=(80, 40)) as program:
        await program.press("enter", "2")
        assert "library" in program.text
        await save_and_type_meanwhile(program, server, "3")
        assert "the server wiped: metadata" in program.status
        assert "library" not in program.text
        assert "*Name" in program.text
        await program.pilot.press("4")
        assert "n234" in program.text, "the cursor is where it was"


@pytest.mark.parametrize(
    ("steps", "odd"),
    [
        (["tab"] * 4 + ["5"], {"temperature": "0.5"}),
        (["tab"] * 11 + ["f"], {"tool_resources": []}),
        (["tab"] * 8 + ["space"], {"tools": {"a": 1}}),
    ],
    ids=["temperature", "tool_resources", "tools"],
)
async def test_an_answer_in_another_kind_ends_nothing(
    steps: list[str], odd: dict[str, Any], tmp_path: Path
) -> None:
    store, made, server = server_with()

    def answer(method: str, path: str) -> tuple[int, bytes] | None:
        held = dict(store.get(made) or {})
        bent = path.endswith(made) and server.write_paths()
        return (200, json.dumps({**held, **odd}).encode()) if bent else None

    server.refuse = answer
    async with running(server, tmp_path) as program:
        await program.press("enter")
        await program.pilot.press(*steps)
        if steps[-1] == "5":
            await program.press("ctrl+u", "0", ".", "5")
        await program.press("ctrl+s")
        assert "the server did not take" in program.status
        await program.press("home", "!")
        assert len(server.bodies) == 1


async def test_an_error_takes_the_focus_to_where_it_is_seen(tmp_path: Path) -> None:
    _, _, server = server_with()
    async with running(server, tmp_path) as program:
        await program.press("enter", *["tab"] * 7, "end", "home", *["tab"] * 7)
        await program.type("v")
        await program.press("ctrl+s")
        assert "needs a key" in program.text
        await program.press("k")
        await program.press("ctrl+s")
    assert json.loads(server.bodies[0]) == {"metadata": {"k": "v"}}


async def test_an_unticked_function_is_closed_and_takes_no_focus(tmp_path: Path) -> None:
    _, _, server = server_with()
    async with running(server, tmp_path) as program:
        await program.press("enter", *["tab"] * 10, "space", "shift+tab")
        assert "0/64" in program.text
        await program.press("space")
        assert "0/64" not in program.text
        await program.press("ctrl+s")
        assert "Nothing was changed" in program.status
