"""An act on many that is taken back: each as the question says it, counted in what is held."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button, Input

from assistant_tui.core.assistants.samples import sample
from assistant_tui.journal.entries import Change, ChangeKind
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver
from tests.tui.test_flows_exporting import held
from tests.tui.test_flows_importing import plan_of

Modify = Callable[[dict[str, Any]], dict[str, Any]]
KNOWN = [str(sample(number)["id"]) for number in range(3)]


def buttons(program: Driver) -> list[str]:
    return [str(button.label) for button in program.app.screen.query(Button)]


def placeholder(program: Driver) -> str:
    return program.app.screen.query_one(Input).placeholder


async def import_all(program: Driver, path: Path, *entries: dict[str, Any]) -> None:
    """Import these assistants: changes of those whose ids are there, new ones of the others."""
    path.write_text(json.dumps(entries))
    await plan_of(program, path)
    await program.press("tab", "enter")


def filling(values: dict[str, Any]) -> Modify:
    return lambda old: {**old, **values}


def changes(count: int) -> list[dict[str, Any]]:
    return [{"id": each, "model": "m", "name": f"Other {each}"} for each in KNOWN[:count]]


def new(count: int) -> list[dict[str, Any]]:
    return [{"model": "m", "name": f"New {number}"} for number in range(count)]


@pytest.mark.parametrize(
    ("changed", "created", "action"),
    [(2, 1, "delete 1 and change 2 back"), (1, 2, "delete 2 and change 1 back")],
)
async def test_what_is_deleted_and_what_is_changed_back_is_told_apart(
    program: Driver, store: SampleStore, tmp_path: Path, changed: int, created: int, action: str
) -> None:
    before = held(store)
    await import_all(program, tmp_path / "a.json", *changes(changed), *new(created))
    made = [str(each["id"]) for each in held(store)[:created]]
    await program.press("u")
    assert f"Undo what was done to these 3: {action}?" in program.text
    assert placeholder(program) == f"Type 3 to {action}"
    assert buttons(program) == ["Cancel", action.capitalize()]
    lines = [line.strip(" │┃▌▐█") for line in program.lines]
    named = [line.split()[:3] for line in lines if "asst_" in line and " · " in line][-3:]
    assert [words for words in named if words[0] == "delete"] == [
        ["delete", each, "·"] for each in made
    ]
    assert [words[:2] for words in named].count(["change", "back"]) == changed
    assert "The server keeps no copies of what is deleted." in program.text
    await program.press("3", "enter")
    assert held(store) == before
    assert f"Deleted {created} · changed back {changed}" in program.status


async def test_what_is_created_anew_in_a_mixed_act_is_so_one_at_a_time(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    """However few of them are among many others."""
    journal, before = program.main.context.service.journal, held(store)
    for each in before[:2]:
        after = json.dumps({**each, "name": "Other"})
        store.modify(each["id"], lambda old: {**old, "name": "Other"})
        await journal.add(
            Change(each["id"], ChangeKind.CHANGED, json.dumps(each), after, batch="b")
        )
    store.delete(KNOWN[2])
    await journal.add(Change(KNOWN[2], ChangeKind.DELETED, json.dumps(before[2]), None, batch="b"))
    await program.press("u")
    assert "create 1 anew and change 2 back?" in program.text
    assert "What is created anew gets a new id." in program.text
    server.requests.clear()
    await program.press("3", "enter")
    paths = [request.url.path for request in server.requests]
    created = server.parts.index("create")
    assert created < min(paths.index(f"/assistants/{each}") for each in KNOWN[:2])
    now = held(store)
    assert now[1:] == before[:2] and now[0]["name"] == before[2]["name"] and len(now) == 3
    assert "Created anew 1 · changed back 2" in program.status


async def test_of_what_was_not_taken_back_nothing_else_is_said(
    program: Driver, server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    before = held(store)
    await import_all(program, tmp_path / "a.json", *changes(2), *new(1))
    made = held(store)[0]
    server.refuse = lambda method, path: (
        (403, b'{"error": {"message": "not this one"}}') if method == "DELETE" else None
    )
    await program.press("u", "3", "enter")
    assert f"delete       {made['id']}" in program.text and "not this one" in program.text
    await program.press("escape")
    assert held(store)[0] == made
    done = [each in before for each in held(store)[1:]].count(True) - 1
    assert f"Deleted 0 · changed back {done} · " in program.status


@pytest.mark.parametrize(
    "change",
    [
        lambda old: {**old, "name": "theirs"},
        lambda old: {**old, "metadata": {**old["metadata"], "more": "1"}},
        lambda old: {**old, "instructions": None},
        lambda old: {**old, "temperature": 0.5},
        lambda old: {**old, "later": {"of": "theirs"}},
    ],
)
async def test_a_new_one_that_was_changed_elsewhere_is_kept_back_and_named(
    program: Driver, store: SampleStore, change: Modify
) -> None:
    await program.press("space", "space", "C", "tab", "enter")
    mine, theirs = held(store)[:2]
    store.modify(theirs["id"], change)
    changed = store.get(theirs["id"])
    await program.press("u")
    assert "What was changed elsewhere since then is not touched." in " ".join(
        line.strip(" │┃▌▐█") for line in program.lines
    )
    await program.press("2", "enter")
    assert "Failed: 1 · Done: 1" in program.text and "Changed elsewhere" in program.text
    assert theirs["id"] in program.text
    assert held(store)[0] == changed and store.get(mine["id"]) is None
    await program.press("escape")
    assert "Deleted 1 · 1 failed" in program.status


async def test_what_a_server_writes_down_by_itself_keeps_no_new_one_back(
    program: Driver, store: SampleStore
) -> None:
    await program.press("space", "space", "C", "tab", "enter")
    for each in held(store)[:2]:
        unset = {name: None for name, value in each.items() if value in ([], {}, "", 1, "auto")}
        filled = {**unset, "updated_at": 1_800_000_000, "later": None}
        store.modify(each["id"], filling(filled))
    await program.press("u", "2", "enter")
    assert [each["id"] for each in held(store)] == KNOWN
    assert "Deleted 2" in program.status


@pytest.mark.parametrize(
    ("keys", "sentence", "button"),
    [
        (("space", "C", "tab", "enter"), "Type 1 to delete them", "Delete them"),
        (("space", "d", "1", "enter"), "Type 1 to create them anew", "Create them anew"),
        (
            ("space", "b", "enter", "n", "enter"),
            "Type 1 to change them back",
            "Change them back",
        ),
    ],
)
async def test_the_question_is_a_sentence_whatever_is_undone(
    program: Driver, keys: tuple[str, ...], sentence: str, button: str
) -> None:
    await program.press(*keys)
    await program.press("u")
    assert sentence in program.text
    assert buttons(program) == ["Cancel", button]


async def test_a_new_one_that_was_brought_back_since_is_deleted_under_its_present_id(
    program: Driver, store: SampleStore
) -> None:
    await program.press("space", "space", "C", "tab", "enter")
    await program.press("home")
    first = held(store)[0]["id"]
    await program.press("d", "tab", "enter", "u", "tab", "enter")
    back = held(store)[0]["id"]
    assert back != first and len(held(store)) == 5
    await program.press("u")
    assert back in program.text and first not in program.text
    await program.press("2", "enter")
    assert [each["id"] for each in held(store)] == KNOWN
    assert "Deleted 2" in program.status
    assert [row.id for row in program.main.list_model.listing.rows] == KNOWN
