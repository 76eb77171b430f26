"""A server that answers about another assistant: no key changes that one."""

import json

import pytest
from textual.widgets import Input

from assistant_tui.core.assistants.samples import sample
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver

ID, NAME, OTHER = sample(0)["id"], sample(0)["name"], sample(1)["id"]


@pytest.fixture
def lying(server: InProcessServer, store: SampleStore) -> InProcessServer:
    """Asked for the first assistant, the server shows the second."""
    other = json.dumps(store.get(OTHER)).encode()
    server.refuse = lambda method, path: (200, other) if (method, path) == _WRONG else None
    return server


_WRONG = ("GET", f"/assistants/{ID}")


async def test_a_save_changes_nobody_else_and_keeps_the_edit(
    program: Driver, lying: InProcessServer, store: SampleStore
) -> None:
    before = json.dumps(store.get(OTHER))
    await program.press("enter", "x", "ctrl+s")
    assert lying.write_paths() == []
    assert json.dumps(store.get(OTHER)) == before
    assert "Wrong answer" in program.status and "the edit is kept here" in program.status
    assert program.main.query_one(Input).value == f"{NAME}x"


async def test_a_deletion_deletes_nobody_else(
    program: Driver, lying: InProcessServer, store: SampleStore
) -> None:
    await program.press("d", "tab", "enter")
    assert lying.write_paths() == []
    assert store.get(ID) and store.get(OTHER)
    assert program.highlighted == NAME
    assert "was not deleted" in program.status and "Wrong answer" in program.status


async def test_a_bulk_edit_leaves_out_the_one_that_is_answered_wrongly(
    program: Driver, lying: InProcessServer, store: SampleStore
) -> None:
    await program.press("space", "space", "b", "enter")
    await program.type("another")
    await program.press("enter")
    assert "Wrong answer" in program.text
    assert lying.write_paths() == [f"POST /assistants/{OTHER}"]
    assert (store.get(ID) or {})["model"] != "another"
    assert (store.get(OTHER) or {})["model"] == "another"


async def test_an_id_that_is_gone_to_opens_nobody_else(
    program: Driver, lying: InProcessServer
) -> None:
    await program.press("G", "i")
    await program.type(ID.replace("asst_", "asst_x"))
    lying.refuse = lambda method, path: (200, json.dumps(sample(1)).encode())
    await program.press("enter")
    assert "Wrong answer" in program.text + program.status
