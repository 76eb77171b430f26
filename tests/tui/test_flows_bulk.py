"""What is done to many at once: counted in what the server holds, and in what was sent."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList

from assistant_tui.config.settings import LOCAL
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

COUNT = 9


@pytest.fixture
def store() -> SampleStore:
    """More than are done at a time."""
    return SampleStore(COUNT)


def held(store: SampleStore) -> list[dict[str, Any]]:
    """What the server has, newest first."""
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


def identity(number: int) -> str:
    return str(sample(number)["id"])


def refusing(number: int, method: str) -> Callable[[str, str], tuple[int, bytes] | None]:
    """A server that fails in the middle."""

    def refuse(asked: str, path: str) -> tuple[int, bytes] | None:
        fails = asked == method and path.endswith(identity(number))
        return (500, b'{"error": {"message": "broke"}}') if fails else None

    return refuse


async def choose(program: Driver, action: str) -> None:
    """Open the menu and take the line that says this."""
    await program.press("b")
    options = program.app.screen.query_one(OptionList).options
    place = [str(option.prompt) for option in options].index(action)
    await program.press(*["down"] * place, "enter")


async def test_delete_wants_the_count_and_deletes_just_those(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    before = held(store)
    await program.press("space", "down", "space", "d")
    assert "Delete these 2 assistants?" in program.text
    assert identity(0) in program.text and identity(2) in program.text
    assert identity(1) not in program.text
    await program.press("enter", "1", "enter")
    assert program.asked and server.write_paths() == []
    await program.press("backspace", "2", "enter")
    assert not program.asked
    assert held(store) == [each for at, each in enumerate(before) if at not in (0, 2)]
    assert "Deleted 2 · u undoes it" in program.status
    assert "marked" not in program.header
    await program.press("u")
    assert "Undo what was done to these 2?" in program.text
    await program.press("2", "enter")
    back = held(store)
    assert len(back) == COUNT
    fixed = ("id", "created_at")
    made = [{k: v for k, v in each.items() if k not in fixed} for each in back[:2]]
    gone = [{k: v for k, v in before[at].items() if k not in fixed} for at in (2, 0)]
    assert sorted(made, key=str) == sorted(gone, key=str)
    await program.press("u")
    assert "Nothing was done here" in program.status


async def test_escape_deletes_none(program: Driver, server: InProcessServer) -> None:
    await program.press("space", "space", "d", "2", "escape")
    assert server.write_paths() == [] and "2 marked" in program.header


async def test_what_is_marked_when_the_dialog_opens_is_what_is_deleted(
    program: Driver, store: SampleStore
) -> None:
    await program.press("space", "d")
    model = program.main.list_model
    model.mark(model.marks.with_all(model.listing.rows))
    await program.press("1", "enter")
    assert [each["id"] for each in held(store)] == [identity(each) for each in range(1, COUNT)]


async def test_the_model_of_many_is_set_and_undone_together(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    before = held(store)
    await program.press("space", "space", "space")
    await choose(program, "Set the model")
    await program.press("enter")
    assert "Model is needed" in program.text
    await program.type("o3-new")
    await program.press("enter")
    assert set(server.bodies) == {'{"model": "o3-new"}'}
    assert held(store) == [
        each | {"model": "o3-new"} if at < 3 else each for at, each in enumerate(before)
    ]
    assert "Set the model of 3 · u undoes it" in program.status
    store.modify(identity(1), lambda old: {**old, "model": "theirs"})
    await program.press("u", "3", "enter")
    assert "Failed: 1" in program.text and "changed here and elsewhere" in program.text
    await program.press("enter")
    after = [before[0], before[1] | {"model": "theirs"}, *before[2:]]
    assert held(store) == after


async def test_a_pair_of_the_metadata_is_added_and_the_others_stay(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    store.modify(identity(0), lambda old: {**old, "metadata": {"kept": "1"}})
    store.modify(identity(1), lambda old: {**old, "metadata": {"team": "ops"}})
    await program.press("r")
    await program.press("space", "space")
    await choose(program, "Set a pair of the metadata")
    await program.type("team")
    await program.press("enter")
    await program.type("ops")
    await program.press("enter")
    assert server.bodies == ['{"metadata": {"kept": "1", "team": "ops"}}']
    assert "Set the metadata of 1 · 1 had it already" in program.status
    await program.press("home", "space", "space")
    await choose(program, "Remove a pair of the metadata")
    assert "kept" in program.text
    await program.press("down", "enter")
    assert [each["metadata"] for each in held(store)[:2]] == [{"kept": "1"}, {}]


async def test_a_tool_is_given_to_many_and_taken_away(program: Driver, store: SampleStore) -> None:
    function = {"type": "function", "function": {"name": "of_theirs", "strict": True}}
    store.modify(identity(0), lambda old: {**old, "tools": [function]})
    store.modify(identity(1), lambda old: {**old, "tools": [{"type": "code_interpreter"}]})
    await program.press("r")
    await program.press("space", "space")
    await choose(program, "Add a tool")
    await program.press("end", "enter")
    assert [each["tools"] for each in held(store)[:2]] == [
        [function],
        [{"type": "code_interpreter"}, function],
    ]
    await program.press("home", "space", "space")
    await choose(program, "Remove a tool")
    await program.press("end", "enter")
    assert [each["tools"] for each in held(store)[:2]] == [[], [{"type": "code_interpreter"}]]


async def test_many_are_cloned_in_their_order(program: Driver, store: SampleStore) -> None:
    before = held(store)
    await program.press("space", "space", "C")
    assert "Create a clone of each of these 2?" in program.text
    assert identity(0) in program.text and identity(1) in program.text
    await program.press("enter")
    assert held(store) == before, "Cancel has the focus"
    await program.press("C", "tab", "enter")
    names = [each["name"] for each in held(store)]
    first, second = sample(0)["name"], sample(1)["name"]
    assert names[:2] == [f"{first} (copy)", f"{second} (copy)"] and len(names) == COUNT + 2
    assert "Cloned 2" in program.status
    assert [row.name for row in program.main.list_model.listing.rows[:2]] == names[:2]
    await program.press("u")
    assert "The server keeps no copies" in program.text
    await program.press("2", "enter")
    assert len(held(store)) == COUNT


async def test_a_long_list_says_which_part_is_in_sight(tmp_path: Path) -> None:
    store = SampleStore(30)
    for size, first, then in (((80, 24), "1–8", "9–16"), ((40, 12), "1–4", "5–8")):
        async with running(create_app(store, models=()), tmp_path, size=size) as program:
            await program.press("plus", "d")
            assert f"Lines {first} of " in program.text
            assert "Cancel  " in program.text and "Type 30 to delete them" in program.text
            await program.press("pagedown")
            assert f"Lines {then} of " in program.text
    assert len(held(store)) == 30


async def test_a_server_that_fails_in_the_middle_is_told_and_tried_again(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.refuse = refusing(4, "POST")
    await program.press("plus")
    await choose(program, "Set the model")
    await program.type("new")
    await program.press("enter")
    assert "Failed: 1" in program.text and "broke" in program.text and "Done: 8" in program.text
    assert [each["model"] == "new" for each in held(store)].count(True) == COUNT - 1
    server.refuse = lambda method, path: None
    sent = len(server.bodies)
    await program.press("tab", "enter")
    assert not program.asked
    assert server.bodies[sent:] == ['{"model": "new"}']
    assert {each["model"] for each in held(store)} == {"new"}


async def test_what_failed_stays_marked(program: Driver, server: InProcessServer) -> None:
    server.refuse = refusing(0, "DELETE")
    await program.press("space", "space", "d", "2", "enter")
    assert "Failed: 1" in program.text
    await program.press("escape")
    assert [row.id for row in program.main.list_model.marked_rows] == [identity(0)]
    assert "Deleted 1 · 1 failed" in program.status


async def test_escape_stops_after_those_under_way(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("plus")
    await program.press("d")
    await program.type(str(COUNT))
    server.hold = lambda method, path: method == "DELETE"
    await program.pilot.press("enter")
    await server.arrived.wait()
    await program.until(lambda: server.count("delete") == 4)
    await program.pilot.press("escape")
    assert "Waiting for those under way" in program.text
    server.hold = lambda method, path: False
    server.opened.set()
    await program.until(lambda: "Not tried: 5" in program.text)
    assert len(held(store)) == COUNT - 4
    assert len([each for each in server.write_paths() if each.startswith("DELETE")]) == 4


async def test_what_every_other_would_meet_ends_it(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.refuse = lambda method, path: (
        (401, b'{"error": {"message": "who?"}}') if method == "DELETE" else None
    )
    await program.press("plus", "d")
    await program.type(str(COUNT))
    await program.press("enter")
    assert "Not tried: " in program.text and "(Unauthorized)" in program.text
    assert len(held(store)) == COUNT


async def test_a_read_only_profile_offers_nothing(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(2), models=("m",)))
    async with running(server, tmp_path, profile=replace(LOCAL, read_only=True)) as program:
        await program.press("space", "b", "d", "C")
        assert not program.asked and server.write_paths() == []


FUNCTION = {"type": "function", "function": {"name": "f", "strict": None}}
KNOWN = {"metadata": {"old": "1"}, "tools": [FUNCTION]}
ACTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "Set the model": ((*"new", "enter"), {"model": "new"}),
    "Set a pair of the metadata": (
        (*"k", "enter", *"v", "enter"),
        {"metadata": {"old": "1", "k": "v"}},
    ),
    "Remove a pair of the metadata": (("enter",), {"metadata": {}}),
    "Add a tool": (("enter",), {"tools": [FUNCTION, {"type": "code_interpreter"}]}),
    "Remove a tool": (("enter",), {"tools": []}),
}
"""What is typed after the action was chosen, and what each assistant then has."""


@pytest.mark.parametrize("action", ACTIONS)
async def test_each_change_of_many_survives_a_server_that_fails_in_the_middle(
    program: Driver, server: InProcessServer, store: SampleStore, action: str
) -> None:
    keys, changed = ACTIONS[action]
    for number in range(COUNT):
        store.modify(identity(number), lambda old: {**old, **KNOWN})
    before = held(store)
    await program.press("r")
    server.refuse = refusing(4, "POST")
    await program.press("plus")
    await choose(program, action)
    await program.press(*keys)
    assert "Failed: 1 · Done: 8" in program.text
    wanted = [{**each, **changed} for each in before]
    assert held(store) == [*wanted[:4], before[4], *wanted[5:]]
    server.refuse = lambda method, path: None
    await program.press("tab", "enter")
    assert not program.asked and held(store) == wanted
    await program.press("u")
    await program.type(str(COUNT))
    await program.press("enter")
    assert held(store) == before


async def test_clones_survive_a_server_that_fails_in_the_middle(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    tried: list[str] = []

    def refuse(method: str, path: str) -> tuple[int, bytes] | None:
        if method != "POST":
            return None
        tried.append(path)
        return (403, b'{"error": {"message": "not this one"}}') if len(tried) == 2 else None

    server.refuse = refuse
    await program.press("space", "space", "space", "C", "tab", "enter")
    assert "Failed: 1 · Not tried: 1 (Forbidden) · Done: 1" in program.text
    assert len(held(store)) == COUNT + 1
    await program.press("tab", "enter")
    assert not program.asked
    names = [sample(each)["name"] for each in range(3)]
    assert {each["name"] for each in held(store)[:3]} == {f"{name} (copy)" for name in names}
    assert len(held(store)) == COUNT + 3
