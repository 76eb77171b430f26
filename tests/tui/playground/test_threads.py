"""Threads: begun, found, renamed, deleted, forked; each change is one on the server, or none."""

from pathlib import Path

import pytest

from assistant_tui.journal.threads import KnownThread
from assistant_tui.tui.dialogs.markdown_screen import MarkdownScreen
from tests.server.runs.support import ScriptedModel, says
from tests.tui.playground.conftest import Talk


@pytest.fixture
async def answered(talk: Talk, model: ScriptedModel) -> Talk:
    """A thread with a message and its answer; the conversation has the focus."""
    model.turns.append(says("Free the archive."))
    await talk.say("The disk is full")
    await talk.press("shift+tab")
    assert talk.screen.transcript_view.has_focus
    return talk


async def test_a_fork_has_all_up_to_the_entry_and_runs_nothing(answered: Talk) -> None:
    await answered.press("f")
    assert "This is a new thread" in answered.text
    await answered.press("tab", "tab")
    assert answered.text.count("made from another") == 1
    newest, first = await answered.threads()
    assert await answered.said(newest) == await answered.said(first)
    assert not (await answered.api.get(f"/threads/{newest}/runs"))["data"]


@pytest.mark.parametrize("keys", [("n",), ("tab", "tab", "down", "enter")], ids=["new", "open"])
async def test_what_is_said_of_a_fork_is_not_said_of_another_thread(
    answered: Talk, keys: tuple[str, ...]
) -> None:
    await answered.press("f")
    assert "This is a new thread" in answered.text
    await answered.press(*keys)
    assert "This is a new thread" not in answered.text


async def test_an_edited_message_runs_in_a_new_thread(answered: Talk, model: ScriptedModel) -> None:
    model.turns.append(says("Wait."))
    await answered.press("up", "e")
    assert "Edit your message" in answered.text
    assert answered.screen.composer.text == "The disk is full"
    await answered.say(" of logs")
    newest, first = await answered.threads()
    assert await answered.said(newest) == [
        ("user", "The disk is full of logs"),
        ("assistant", "Wait."),
    ]
    assert await answered.said(first) == [
        ("user", "The disk is full"),
        ("assistant", "Free the archive."),
    ]
    assert "Wait." in answered.text and answered.screen.composer.text == ""


async def test_an_edited_answer_is_kept_in_a_new_thread_that_does_not_run(answered: Talk) -> None:
    await answered.press("e")
    assert "Edit the answer" in answered.text
    await answered.say(" Then wait.")
    newest, _ = await answered.threads()
    assert (await answered.said(newest))[1] == ("assistant", "Free the archive. Then wait.")
    assert not (await answered.api.get(f"/threads/{newest}/runs"))["data"]


async def test_an_edit_that_is_given_up_brings_back_what_was_written(answered: Talk) -> None:
    await answered.press("i")
    await answered.type("half a thought")
    await answered.press("shift+tab", "e")
    await answered.press("escape")
    assert answered.screen.composer.text == "half a thought"
    assert len(await answered.threads()) == 1


async def test_the_last_message_is_answered_once_more(answered: Talk, model: ScriptedModel) -> None:
    model.turns.append(says("Buy a disk."))
    await answered.press("ctrl+r")
    newest, first = await answered.threads()
    assert (await answered.said(newest))[1] == ("assistant", "Buy a disk.")
    assert (await answered.said(first))[1] == ("assistant", "Free the archive.")


async def test_a_thread_is_deleted_once_it_was_said_that_nothing_brings_it_back(
    answered: Talk,
) -> None:
    await answered.press("d")
    assert "nothing brings it back" in answered.text
    await answered.press("escape")
    assert len(await answered.threads()) == 1
    await answered.press("d", "right", "right", "enter")
    assert await answered.threads() == []
    assert "Deleted The disk is full" in answered.text and "New thread" in answered.text


async def test_a_copy_of_a_deleted_thread_can_be_kept(answered: Talk) -> None:
    thread = (await answered.threads())[0]
    await answered.press("d", "right", "enter")
    assert await answered.threads() == []
    threads = await answered.screen.context.threads()
    assert "Free the archive." in (await threads.copy(thread) or "")
    assert "copy kept" in answered.text


async def test_a_copy_that_is_left_is_read_forked_exported_and_deleted(
    answered: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await answered.press("d", "right", "enter")
    sent = len(answered.server.write_paths())
    await answered.press("tab", "down", "enter")
    await answered.shows("The disk is full", "Free the archive.", "this is the copy kept here")
    assert answered.screen.composer.disabled
    await answered.press("e")
    assert "this is a copy" in answered.text
    await answered.press("x", "down", "enter", "enter")
    await answered.shows("Exported to")
    (written,) = (tmp_path / "threads").iterdir()
    assert "Free the archive." in written.read_text("utf-8")
    assert len(answered.server.write_paths()) == sent, "nothing was sent"
    await answered.press("f")
    await answered.shows("This is a new thread")
    assert await answered.said() == [
        ("user", "The disk is full"),
        ("assistant", "Free the archive."),
    ]
    assert not answered.screen.composer.disabled
    await answered.press("tab", "tab", "down", "d")
    await answered.shows("This copy is all that is left")
    await answered.press("right", "enter")
    await answered.shows("Deleted")
    assert len(await (await answered.screen.context.threads()).known()) == 1


async def test_a_thread_is_found_and_renamed(answered: Talk, model: ScriptedModel) -> None:
    model.turns.append(says("42."))
    await answered.press("n")
    await answered.say("What is the answer?")
    await answered.press("tab", "r")
    await answered.press("ctrl+u")
    await answered.type("The [b]question")
    await answered.press("enter")
    assert "The [b]question" in answered.text
    await answered.press("slash")
    await answered.type("disk")
    await answered.press("enter")
    assert "/disk" in answered.text and "The [b]question" not in answered.text
    await answered.press("enter")
    assert "Free the archive." in answered.text


async def test_a_search_that_finds_no_thread_says_so(answered: Talk) -> None:
    await answered.press("slash")
    await answered.type("nowhere")
    await answered.press("enter")
    assert "No thread has these words" in answered.text
    await answered.press("slash", "ctrl+u", "enter")
    assert "No thread has these words" not in answered.text
    assert "The disk is full" in answered.text


async def test_a_message_is_laid_out_and_copied(answered: Talk) -> None:
    await answered.press("m")
    assert isinstance(answered.program.app.screen, MarkdownScreen)
    await answered.press("escape", "y")
    await answered.shows("the answer")


async def test_a_thread_is_exported(
    answered: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await answered.press("x", "enter", "enter")
    await answered.shows("Exported to")
    (written,) = (tmp_path / "threads").iterdir()
    assert "Free the archive." in written.read_text("utf-8")


async def test_an_exported_thread_is_imported(
    answered: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await answered.press("x", "down", "enter", "enter")
    await answered.shows("Exported to")
    (written,) = (tmp_path / "threads").iterdir()
    (first,) = await answered.threads()
    await answered.press("I")
    await answered.type(str(written))
    await answered.press("enter")
    assert "What was not carried over" in answered.text
    assert "runs" in answered.text, "what was lost is told to its end"
    await answered.press("escape")
    assert "Imported 1 thread" in answered.text
    made, _ = await answered.threads()
    assert made != first and await answered.said(made) == await answered.said(first)
    assert answered.screen.context.conversation is not None
    assert answered.screen.context.conversation.thread_id == made


async def test_a_file_that_holds_no_thread_is_not_imported(answered: Talk, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    await answered.press("I")
    await answered.type(str(tmp_path / "other.json"))
    await answered.press("enter")
    await answered.shows("Not imported", "no thread of this program")
    assert len(await answered.threads()) == 1


async def test_a_draft_belongs_to_its_thread(answered: Talk) -> None:
    await answered.press("i")
    await answered.type("for the first")
    await answered.press("shift+tab", "n")
    assert answered.screen.composer.text == ""
    await answered.type("for the new one")
    await answered.press("tab", "down", "enter")
    assert answered.screen.composer.text == "for the first"


async def test_the_list_says_how_a_run_of_a_killed_program_has_ended(
    answered: Talk, model: ScriptedModel
) -> None:
    thread = (await answered.threads())[0]
    (run,) = (await answered.api.get(f"/threads/{thread}/runs"))["data"]
    await answered.press("n")
    journal = (await answered.program.main.context.connector.connected()).journal.threads
    await journal.keep(KnownThread(thread, run_id=run["id"], status="queued"))
    await answered.press("escape", "t")
    await answered.shows("The disk is full")
    await answered.drawn()
    assert "queued" not in answered.text
