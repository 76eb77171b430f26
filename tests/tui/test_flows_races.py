"""Slow servers, lost answers, and changes that cross: nothing typed is lost, nothing sent twice."""

import json
from pathlib import Path
from typing import Any

import httpx
from textual.widgets import Input

from assistant_tui.core.assistants.samples import sample
from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from tests.fakeserver.deviations import answer, answering, empty_list
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.standalone import StandaloneServer
from tests.stores import SampleStore
from tests.tui.driver import WRITES, Driver, running

ID = sample(0)["id"]
NAME = sample(0)["name"]


def is_write(method: str, path: str) -> bool:
    """Hold back what changes something."""
    return method in WRITES


def held(store: SampleStore, assistant_id: str = ID) -> dict[str, Any]:
    """What the server has."""
    assistant = store.get(assistant_id)
    assert assistant is not None
    return dict(assistant)


async def test_save_pressed_twice_sends_once(program: Driver, server: InProcessServer) -> None:
    server.hold = is_write
    await program.pilot.press("enter", "x", "ctrl+s")
    await server.arrived.wait()
    await program.pilot.press("ctrl+s", "ctrl+s")
    server.opened.set()
    await program.settle()
    assert server.write_paths() == [f"POST /assistants/{ID}"]


async def test_what_is_typed_during_a_save_is_kept(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.hold = is_write
    await program.pilot.press("enter", "1", "ctrl+s")
    await server.arrived.wait()
    await program.pilot.press("2")
    server.opened.set()
    await program.settle()
    assert held(store)["name"] == NAME + "1"
    assert "not saved yet" in program.status
    assert f"{NAME}12" in program.text
    await program.press("ctrl+s")
    assert held(store)["name"] == NAME + "12"
    assert len(server.write_paths()) == 2


async def test_the_form_cannot_be_left_while_it_is_being_saved(
    program: Driver, server: InProcessServer
) -> None:
    server.hold = is_write
    await program.pilot.press("enter", "1", "ctrl+s")
    await server.arrived.wait()
    await program.pilot.press("escape")
    assert program.main.query("AssistantForm")
    server.opened.set()
    await program.settle()
    assert not program.main.query("AssistantForm")


async def test_keys_are_answered_while_a_deletion_takes_long_and_only_the_asked_one_goes(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.hold = is_write
    await program.pilot.press("d", "tab", "enter")
    await server.arrived.wait()
    await program.pilot.press("j")
    assert program.highlighted == sample(1)["name"]
    await program.pilot.press("d")
    assert not program.asked, "no second write while one is under way"
    server.opened.set()
    await program.settle()
    assert server.write_paths() == [f"DELETE /assistants/{ID}"]
    assert program.highlighted == sample(1)["name"]


async def test_the_id_is_taken_when_the_dialog_opens(program: Driver, store: SampleStore) -> None:
    """The list changes under the open dialog; the assistant that was asked about goes."""
    await program.press("j", "d")
    program.main.list_model.change(program.main.list_model.listing.without([ID]))
    await program.press("tab", "enter")
    assert store.get(sample(1)["id"]) is None
    assert store.get(sample(2)["id"]) is not None


async def test_a_change_elsewhere_in_another_field_is_kept_and_told(
    program: Driver, store: SampleStore
) -> None:
    await program.press("enter")
    store.modify(ID, lambda old: {**old, "description": "theirs"})
    await program.press("x", "ctrl+s")
    assert held(store)["description"] == "theirs"
    assert held(store)["name"] == NAME + "x"
    assert "changed elsewhere and kept: description" in program.status


async def test_a_save_that_fails_keeps_the_edit_and_can_be_tried_again(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.refuse = lambda method, path: (403, b"{}") if method == "POST" else None
    await program.press("enter", "x", "ctrl+s")
    assert "the edit is kept here" in program.status
    server.refuse = lambda method, path: None
    await program.press("ctrl+s")
    assert held(store)["name"] == NAME + "x"


async def test_a_create_whose_answer_is_lost_is_looked_for_and_not_repeated(tmp_path: Path) -> None:
    store = SampleStore(2)
    server = InProcessServer(create_app(store, models=("m",)))

    async def lose_the_answer(request: httpx.Request) -> httpx.Response:
        await server.carry_out(request)
        return answer(b"bad gateway", 502)

    server.deviations["create"] = lose_the_answer
    async with running(server, tmp_path) as program:
        await program.press("n", "x", "ctrl+s")
        assert server.write_paths() == ["POST /assistants"]
        assert "the answer was lost, but it has arrived" in program.status
        assert program.highlighted == "x"
        assert "of 3 (all)" in program.header


async def test_what_is_put_back_during_a_save_is_an_edit_again(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.hold = is_write
    await program.pilot.press("enter", "1", "ctrl+s")
    await server.arrived.wait()
    await program.pilot.press("backspace")
    server.opened.set()
    await program.settle()
    assert held(store)["name"] == NAME + "1"
    assert "*Name" in program.text
    await program.press("ctrl+s")
    assert held(store)["name"] == NAME


async def test_a_new_one_saved_before_the_models_are_known_waits_for_them(
    program: Driver, server: InProcessServer
) -> None:
    server.hold = lambda method, path: path == "/models"
    await program.pilot.press("n", "x", "ctrl+s")
    await server.arrived.wait()
    assert server.write_paths() == []
    server.opened.set()
    await program.settle()
    assert json.loads(server.bodies[0]) == {"model": "gpt-4o", "name": "x"}


async def test_quit_pressed_twice_asks_once(program: Driver) -> None:
    await program.press("enter", "x", "ctrl+q", "ctrl+q")
    await program.press("escape")
    assert not program.asked
    assert "*Name" in program.text


async def test_quitting_with_unsaved_changes_asks(program: Driver) -> None:
    await program.press("enter", "x", "ctrl+q")
    assert "unsaved changes" in program.text
    await program.press("enter")
    assert program.app.is_running
    await program.press("ctrl+q", "tab", "enter")
    assert program.app.return_code == 0


async def test_a_field_that_the_server_ignores_is_told(tmp_path: Path) -> None:
    text = json.dumps({"id": "a1", "name": "n", "model": "m"})
    server = StandaloneServer(text, models=empty_list, modify=answering(text))
    async with running(server, tmp_path) as program:
        await program.press("enter", "x", "ctrl+s")
        assert server.writes == ["modify"]
        assert "the server did not take: name" in program.status
        assert "*Name" in program.text, "what it did not take is still there to be saved"
        assert program.main.query_one(Input).value == "nx"


async def test_quitting_while_the_dialog_is_open_loses_nothing(
    server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    async with running(server, tmp_path) as program:
        await program.press("enter")
        store.modify(ID, lambda old: {**old, "name": "theirs"})
        await program.press("x", "ctrl+s")
        await program.until(lambda: bool(_drafts(tmp_path)))
    assert _drafts(tmp_path) == [{"name": f"{NAME}x"}]


def _drafts(folder: Path) -> list[Any]:
    with Journal(folder / "journal.db") as journal:
        return [load_draft(each.text).raw for each in journal.drafts.all("local")]
