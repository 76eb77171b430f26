"""Drafts that the journal does not take, or does not let go, within a moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal
from tests.journal.write_lock import write_lock_held

S, A = "work https://host", "asst_a"


def offered(path: Path) -> list[str]:
    """What the next program is offered."""
    with Journal(path) as journal:
        return [draft.text for draft in journal.drafts.orphans(S)]


def files(path: Path) -> list[Path]:
    """The files with drafts beside the journal."""
    return [*path.parent.glob(f"{path.name}.draft-*")]


def test_what_a_held_journal_does_not_take_is_kept_beside_it(path: Path, other: Journal) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "first")
        with write_lock_held(path):
            journal.drafts.keep(S, A, "second")
            assert other.drafts.orphans(S) == (), "its program runs"
    assert offered(path) == ["second"]


def test_a_journal_that_is_held_from_the_start_keeps_drafts_too(path: Path) -> None:
    with Journal(path) as journal:
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
    with write_lock_held(path):
        with Journal(path) as journal:
            journal.drafts.keep(S, A, "typed")
        assert offered(path) == ["typed"]


def test_what_is_kept_later_in_the_journal_takes_the_place_of_the_file(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "first")
        with write_lock_held(path):
            journal.drafts.keep(S, A, "second")
        journal.drafts.keep(S, A, "third")
        assert files(path) == []
    assert offered(path) == ["third"]


@pytest.mark.parametrize("last", ["in the journal", "beside it"])
def test_what_a_held_journal_does_not_let_go_is_not_offered(path: Path, last: str) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "first")
        journal.drafts.keep(S, "asst_b", "of another")
        with write_lock_held(path):
            if last == "beside it":
                journal.drafts.keep(S, A, "second")
            journal.drafts.forget(S, A)
            journal.drafts.forget(S, "never kept")
            assert len(files(path)) == 1
    with write_lock_held(path):
        assert offered(path) == ["of another"]
    assert offered(path) == ["of another"]
    assert files(path) == [], "the journal has caught up"
    with Journal(path) as journal:
        assert [draft.text for draft in journal.drafts.all(S)] == ["of another"]


def test_what_is_typed_after_a_forgetting_is_kept(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "first")
        with write_lock_held(path):
            journal.drafts.forget(S, A)
            journal.drafts.keep(S, A, "second")
    assert offered(path) == ["second"]


def test_what_was_forgotten_is_forgotten_in_every_version_of_it(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "first")
        with write_lock_held(path):
            journal.drafts.forget(S, A)
            journal.drafts.keep(S, A, "second")
        journal.drafts.forget(S, A)
    assert offered(path) == []


def test_what_was_forgotten_keeps_nobody_from_taking_another_draft_over(path: Path) -> None:
    with Journal(path) as dead, Journal(path) as journal:
        journal.drafts.keep(S, A, "own")
        with write_lock_held(path):
            dead.drafts.keep(S, A, "left")
            journal.drafts.forget(S, A)
        dead.close()
        (draft,) = journal.drafts.orphans(S)
        assert journal.drafts.adopt(draft)
    assert offered(path) == ["left"]


def test_what_is_taken_over_from_a_file_leaves_no_older_one_behind(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "first")
        with write_lock_held(path):
            journal.drafts.keep(S, A, "second")
    with write_lock_held(path), Journal(path) as journal:
        (draft,) = journal.drafts.orphans(S)
        assert journal.drafts.adopt(draft)
        assert journal.drafts.orphans(S) == ()
        journal.drafts.forget(S, A)
    assert offered(path) == []


def test_what_is_discarded_while_the_journal_is_held_is_not_offered_again(path: Path) -> None:
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "left")
    with write_lock_held(path), Journal(path) as journal:
        (draft,) = journal.drafts.orphans(S)
        assert journal.drafts.discard(draft)
        assert journal.drafts.orphans(S) == ()
    assert offered(path) == []


def test_a_damaged_journal_keeps_drafts_beside_it_and_is_said(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 100)
    with Journal(path) as journal:
        journal.drafts.keep(S, A, "typed")
    assert offered(path) == ["typed"]
    with Journal(path) as journal:
        (draft,) = journal.drafts.orphans(S)
        assert journal.drafts.discard(draft)
        with pytest.raises(JournalError, match="it is damaged"):
            journal.drafts.orphans(S)


def test_who_waits_for_the_journal_keeps_no_other_thread_from_reading(path: Path) -> None:
    with Journal(path) as journal, ThreadPoolExecutor(4) as pool:
        journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
        with write_lock_held(path):
            waiting = [
                pool.submit(journal.entries.add, S, Change(A, ChangeKind.CHANGED, "{}", "{}"))
                for _ in "123"
            ]
            for _ in range(5):
                assert len(journal.entries.history(S, A)) == 1
            assert not any(each.done() for each in waiting)
        for each in waiting:
            each.result()
