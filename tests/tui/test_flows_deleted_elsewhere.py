"""Deleted elsewhere while it was edited: created anew or kept, and nothing typed is lost."""

import json
from pathlib import Path
from typing import Any

from textual.widgets import Input

from assistant_tui.core.assistants.samples import sample
from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.journal import Journal
from assistant_tui.server.store.paging import PageQuery
from tests.fakeserver.deviations import absent
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.standalone import StandaloneServer
from tests.stores import SampleStore
from tests.tui.driver import WRITES, Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]


def held(store: SampleStore, assistant_id: str = ID) -> dict[str, Any]:
    """What the server has."""
    assistant = store.get(assistant_id)
    assert assistant is not None
    return dict(assistant)


def all_of(store: SampleStore) -> list[dict[str, Any]]:
    """What the server has, newest first."""
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


async def deleted_elsewhere(program: Driver, store: SampleStore) -> None:
    """Edit the name while somebody else deletes the assistant, and save."""
    await program.press("enter", "x")
    store.delete(ID)
    await program.press("ctrl+s")


async def test_what_was_deleted_elsewhere_is_asked_about_and_nothing_is_sent(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await deleted_elsewhere(program, store)
    for words in ("It was deleted elsewhere", f"{NAME}x", ID, "Keep editing", "Create it anew"):
        assert words in program.text
    await program.press("enter")
    assert server.write_paths() == []
    assert program.main.query_one(Input).value == f"{NAME}x"
    assert "the edit is kept here" in program.status


async def test_it_is_created_anew_from_the_original_and_the_edits(
    program: Driver, server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    before = held(store)
    await deleted_elsewhere(program, store)
    await program.press("tab", "enter")
    assert server.write_paths() == ["POST /assistants"]
    now = all_of(store)[0]
    fixed = ("id", "created_at", "name")
    assert {k: v for k, v in now.items() if k not in fixed} == {
        k: v for k, v in before.items() if k not in fixed
    }
    assert now["name"] == f"{NAME}x"
    assert now["id"] != ID and now["id"] in program.status
    assert not program.main.query("AssistantForm")
    assert ID not in [row.id for row in program.main.list_model.listing.rows]
    with Journal(tmp_path / "journal.db") as journal:
        assert journal.drafts.all("local") == ()


async def test_a_creation_that_fails_keeps_the_draft(
    program: Driver, server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    await deleted_elsewhere(program, store)
    server.refuse = lambda method, path: (403, b"{}") if method in WRITES else None
    await program.press("tab", "enter")
    assert "Not created; the edit is kept here" in program.status
    assert program.main.query_one(Input).value == f"{NAME}x"
    with Journal(tmp_path / "journal.db") as journal:
        await program.until(lambda: len(journal.drafts.all("local")) == 1)
        (kept,) = journal.drafts.all("local")
        assert load_draft(kept.text).raw == {"name": f"{NAME}x"}
    server.refuse = lambda method, path: None
    await program.press("ctrl+s", "tab", "enter")
    assert all_of(store)[0]["name"] == f"{NAME}x"


TEXT = json.dumps({"id": "a1", "name": "n", "model": "m", "x_vendor": [1], "x_empty": None})


async def test_what_cannot_come_along_is_named_before_and_after(tmp_path: Path) -> None:
    server = StandaloneServer(TEXT)
    async with running(server, tmp_path) as program:
        await program.press("enter", "x")
        server.texts.clear()
        await program.press("ctrl+s")
        assert "These fields cannot be copied: x_vendor" in program.text
        await program.press("tab", "enter")
        assert server.sent[0] == {"name": "nx", "model": "m"}
        assert "could not be copied: x_vendor · asst_new2" in program.status


async def test_a_server_that_cannot_retrieve_is_never_taken_to_have_lost_it(tmp_path: Path) -> None:
    server = StandaloneServer(TEXT, retrieve=absent, modify=absent)
    async with running(server, tmp_path) as program:
        await program.press("enter", "x", "ctrl+s")
        await program.press("escape")  # it cannot modify either, and both is learned
        server.texts.clear()
        await program.press("ctrl+s")
        assert "This server cannot modify assistants" in program.text
        assert "deleted elsewhere" not in program.text
        await program.press("escape")
        assert program.main.query_one(Input).value == "nx"
