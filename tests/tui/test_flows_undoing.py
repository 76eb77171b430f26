"""Undo, history, trash, and edits that outlive the program."""

import errno
import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.raw_json import RawJson
from assistant_tui.journal import journal as journal_module
from assistant_tui.journal.drafts import DraftFiles, KeptDraft, dump_draft, load_draft
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.pruning import DAY
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from tests.fakeserver.in_process import InProcessServer
from tests.journal.write_lock import write_lock_held
from tests.stores import SampleStore
from tests.tui.driver import WRITES, Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]
FIXED = ("id", "created_at")
GARBAGE = b"no database at all, whatever one may think" * 50


def all_of(store: SampleStore) -> list[dict[str, Any]]:
    """What the server has, newest first."""
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


async def test_u_takes_the_last_change_back_after_asking(
    program: Driver, store: SampleStore
) -> None:
    before = all_of(store)
    await program.press("enter", "x", "ctrl+s")
    await program.press("u")
    assert f"Undo this change of {NAME}x" in program.text
    await program.press("enter")
    assert all_of(store)[0]["name"] == f"{NAME}x", "Cancel has the focus"
    await program.press("u", "tab", "enter")
    assert all_of(store) == before
    await program.press("u")
    assert "Nothing was done here" in program.status


async def test_a_long_change_leaves_its_name_and_the_buttons_in_sight(program: Driver) -> None:
    await program.press("enter", "x", "tab", "tab", "tab")
    program.app.post_message(Paste("".join(f"line {line}\n" for line in range(30))))
    await program.settle()
    await program.press("ctrl+s", "u")
    for _ in range(3):
        for words in (f"Undo this change of {NAME}x", ID, "Cancel", "PgUp PgDn scroll"):
            assert words in program.text
        await program.press("pagedown", "pagedown")
    assert "name" not in program.lines[6]
    await program.press("tab", "enter")
    assert f"Saved {NAME}" in program.status


async def test_an_undo_does_not_overwrite_what_was_changed_elsewhere_since(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("enter", "x", "ctrl+s")
    store.modify(ID, lambda old: {**old, "name": "theirs"})
    sent = len(server.write_paths())
    await program.press("u", "tab", "enter")
    assert "Changed here and elsewhere" in program.text
    assert "Cancel" in program.text and "editing" not in program.text
    await program.press("escape")
    assert "Not undone" in program.status and "edit" not in program.status
    assert len(server.write_paths()) == sent
    assert all_of(store)[0]["name"] == "theirs"


async def test_u_brings_back_what_was_deleted_under_a_new_id_and_says_so(
    program: Driver, store: SampleStore
) -> None:
    before = all_of(store)[0]
    await program.press("d", "tab", "enter")
    await program.press("u")
    assert "the id will be a new one" in program.text
    assert ID in program.text
    await program.press("tab", "enter")
    now = all_of(store)[0]
    assert {k: v for k, v in now.items() if k not in FIXED} == {
        k: v for k, v in before.items() if k not in FIXED
    }
    assert now["id"] != ID
    assert now["id"] in program.status


@pytest.mark.parametrize("keys", ["d tab enter", "enter x ctrl+s"])
async def test_an_undo_that_fails_is_not_said_to_keep_an_edit(
    program: Driver, server: InProcessServer, keys: str
) -> None:
    await program.press(*keys.split())
    server.refuse = lambda method, path: (403, b"{}") if method in WRITES else None
    await program.press("u", "tab", "enter")
    assert "Not undone: " in program.status and "kept" not in program.status


async def test_a_restoring_that_fails_is_not_said_to_keep_an_edit(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("enter", "x", "ctrl+s")
    server.refuse = lambda method, path: (403, b"{}") if method in WRITES else None
    await program.press("H", "down", "enter", "tab", "enter")
    assert "Not restored: " in program.status and "kept" not in program.status


async def test_the_trash_brings_back_an_older_deletion(program: Driver, store: SampleStore) -> None:
    await program.press("d", "tab", "enter")
    await program.press("d", "tab", "enter")
    assert len(all_of(store)) == 1
    await program.main.run_action("run('trash')")
    await program.settle()
    assert NAME in program.text
    await program.press("down", "enter", "tab", "enter")
    assert all_of(store)[0]["name"] == NAME


async def test_a_version_of_the_history_can_be_restored(
    program: Driver, store: SampleStore
) -> None:
    await program.press("H")
    assert "not changed here yet" in program.status
    await program.press("enter", "1", "ctrl+s")
    await program.press("enter", "2", "ctrl+s")
    await program.press("H")
    assert "changed name" in program.text
    await program.press("down", "down", "enter")
    assert "Restore this version?" in program.text
    assert NAME in program.text
    await program.press("tab", "enter")
    assert all_of(store)[0]["name"] == NAME


async def test_an_edit_is_on_disk_while_one_types_and_gone_when_it_is_saved(
    program: Driver, tmp_path: Path
) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        await program.press("enter", "x")
        await program.until(lambda: len(journal.drafts.all("local")) == 1)
        (kept,) = journal.drafts.all("local")
        assert load_draft(kept.text).raw == {"name": f"{NAME}x"}
        assert journal.drafts.orphans("local") == (), "its program runs"
        await program.press("ctrl+s")
        assert journal.drafts.all("local") == ()


async def test_a_discarded_edit_is_forgotten(program: Driver, tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        await program.press("enter", "x")
        await program.until(lambda: len(journal.drafts.all("local")) == 1)
        await program.press("escape", "tab", "enter")
        assert journal.drafts.all("local") == ()


async def test_an_edit_that_was_left_behind_is_offered_and_saved(tmp_path: Path) -> None:
    store = SampleStore(3)
    server = InProcessServer(create_app(store, models=("m",)))
    draft = Draft(RawJson(json.dumps(all_of(store)[0]))).edited("name", "rescued")
    with Journal(tmp_path / "journal.db") as journal:
        journal.drafts.keep("local", ID, dump_draft(draft))
    async with running(server, tmp_path) as program:
        assert "Left unsaved: rescued" in program.status
        await program.press("R", "enter")
        assert "Changed: name" in program.text
        await program.press("tab", "enter")
        assert "*Name" in program.text
        await program.press("ctrl+s")
        assert all_of(store)[0]["name"] == "rescued"
        await program.press("R")
        assert "No edit was left behind" in program.status


@pytest.mark.parametrize(("name", "told"), [("new one", True), ("another", False)])
async def test_a_new_one_that_may_have_been_created_before_the_end_is_told(
    name: str, told: bool, tmp_path: Path
) -> None:
    """The create had arrived, but the program was ended before the answer."""
    store = SampleStore(3)
    made = store.create({"name": "new one", "model": "m"})
    draft = Draft(preset={"model": '"m"'}).edited("name", name)
    with Journal(tmp_path / "journal.db") as journal:
        journal.drafts.keep("local", "new 1", dump_draft(draft))
    async with running(InProcessServer(create_app(store, models=("m",))), tmp_path) as program:
        await program.press("R", "enter")
        assert (f"created since: {made['id']}" in program.text) == told
        assert ("saving makes a second one" in program.text) == told


async def test_what_cannot_be_taken_up_just_now_is_said_and_still_there(
    server: InProcessServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "PATIENCE", 0.1)
    path = tmp_path / "journal.db"
    with Journal(path) as journal:
        journal.drafts.keep("local", "new 1", dump_draft(Draft().edited("name", "draft of mine")))
    async with running(server, tmp_path) as program:
        with write_lock_held(path):
            await program.press("R", "enter", "tab", "enter")
            assert "Not opened" in program.status and "another program" in program.status
        await program.press("R", "enter", "tab", "enter")
        assert "draft of mine" in program.text and "*Name" in program.text


async def test_an_edit_that_was_left_behind_can_be_discarded(
    server: InProcessServer, tmp_path: Path
) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        journal.drafts.keep("local", "new 1", dump_draft(Draft().edited("name", "draft of mine")))
    async with running(server, tmp_path) as program:
        await program.press("R", "enter", "tab", "tab", "enter")
        assert "Discarded" in program.status
    with Journal(tmp_path / "journal.db") as journal:
        assert journal.drafts.all("local") == ()


async def test_a_journal_that_fails_is_told_and_the_edit_stays_in_the_form(
    server: InProcessServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: DraftFiles, draft: KeptDraft) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(DraftFiles, "keep", full)
    (tmp_path / "journal.db").write_bytes(GARBAGE)
    async with running(server, tmp_path) as program:
        await program.press("enter", "x")
        await program.until(lambda: "kept in memory only" in program.status)
        await program.press("ctrl+s")
        assert "Saved" in program.status
        assert "u cannot undo it" in program.status


async def test_an_edit_that_a_damaged_journal_does_not_take_is_offered_too(
    server: InProcessServer, tmp_path: Path
) -> None:
    (tmp_path / "journal.db").write_bytes(GARBAGE)
    async with running(server, tmp_path) as program:
        await program.press("enter", "x")
        await program.until(lambda: [*tmp_path.glob("journal.db.draft-*")] != [])
        assert "in memory only" not in program.status
    async with running(server, tmp_path) as program:
        assert f"Left unsaved: {NAME}x" in program.status
        await program.press("R", "enter", "tab", "enter")
        await program.press("ctrl+s")
        assert "Saved" in program.status
        await program.press("R")
        assert "it is damaged" in program.status


async def test_two_changes_of_one_assistant_in_one_operation_are_both_taken_back(
    program: Driver, store: SampleStore
) -> None:
    first = all_of(store)[0]
    texts = [json.dumps({**first, "name": name}) for name in ("One", "Two", "Three")]
    store.modify(ID, lambda old: {**old, "name": "Three"})
    journal = program.main.context.service.journal
    for before, after in itertools.pairwise(texts):
        await journal.add(Change(ID, ChangeKind.CHANGED, before, after, batch="b"))
    await program.press("u", "2", "enter")
    assert all_of(store)[0]["name"] == "One" and "Changed back 2" in program.status


async def test_a_large_deletion_can_be_undone_as_a_whole_however_little_is_kept(
    tmp_path: Path,
) -> None:
    store = SampleStore(0)
    for number in range(30):
        store.create({"name": f"A{number}", "model": "m", "instructions": "x" * 100_000})
    server = InProcessServer(create_app(store, models=("m",)))
    async with running(server, tmp_path) as program:
        await program.press("*", "d")
        assert "u can create them anew" in program.text
        await program.press("3", "0", "enter")
        assert all_of(store) == []
    with Journal(tmp_path / "journal.db", keep_bytes=1_000_000) as journal:
        journal.prune()
    async with running(server, tmp_path) as program:
        await program.press("u")
        assert "30" in program.text
        await program.press("3", "0", "enter")
    assert sorted(each["name"] for each in all_of(store)) == sorted(f"A{n}" for n in range(30))


async def test_a_clock_that_was_ahead_once_costs_no_undoing(
    program: Driver, store: SampleStore, server: InProcessServer, tmp_path: Path
) -> None:
    await program.press("d", "tab", "enter")
    with Journal(tmp_path / "journal.db", clock=lambda: time.time() + 400 * DAY) as journal:
        journal.prune()
    async with running(server, tmp_path) as again:
        await again.press("u", "tab", "enter")
    assert all_of(store)[0]["name"] == NAME
