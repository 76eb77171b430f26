"""Whose drafts are being typed right now: locks that the kernel lets go of."""

import fcntl
import os
from pathlib import Path

import pytest

from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.locks import Owner

S, A = "work https://host", "asst_a"


def locks(path: Path) -> set[str]:
    return {each.name for each in path.parent.glob("*.owner-*")}


def lock(path: Path, journal: Journal) -> str:
    return f"{path.name}.owner-{journal.owner}"


def test_a_lock_is_held_from_the_first_draft_to_the_end(path: Path, journal: Journal) -> None:
    journal.drafts.all(S)
    assert locks(path) == set()
    journal.drafts.keep(S, A, "")
    journal.drafts.forget(S, A)
    assert locks(path) == {lock(path, journal)}
    journal.close()
    assert locks(path) == set()


@pytest.mark.parametrize("name", ["journal.db", "jour[nal]*.db"])
def test_locks_that_were_left_behind_are_swept_away_and_no_others(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    (tmp_path / f"{name}.owner-1-left").touch()
    (tmp_path / "other.db.owner-1-left").touch()
    with Journal(path) as journal, Journal(path) as later:
        journal.drafts.keep(S, A, "")
        later.drafts.keep(S, A, "")
        assert locks(path) == {
            *(lock(path, journal), lock(path, later), "other.db.owner-1-left"),
        }


def test_two_that_look_at_once_do_not_take_one_another_for_the_owner(
    path: Path, journal: Journal
) -> None:
    left = path.with_name(f"{path.name}.owner-1-left")
    with left.open("w") as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        assert not journal._owner.is_alive("1-left")


def test_the_own_drafts_are_never_offered_even_if_somebody_removed_the_lock(
    path: Path, journal: Journal
) -> None:
    journal.drafts.keep(S, A, "")
    path.with_name(lock(path, journal)).unlink()
    assert journal.drafts.orphans(S) == ()


def test_a_lock_that_cannot_be_swept_away_hinders_nobody(path: Path, journal: Journal) -> None:
    (path.parent / f"{path.name}.owner-1-left").mkdir()
    journal.drafts.keep(S, A, "kept")
    assert [draft.text for draft in journal.drafts.all(S)] == ["kept"]


def test_a_lock_swept_away_while_it_was_taken_is_taken_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may sweep between the making of the file and its locking."""
    real = fcntl.flock
    swept: list[int] = []

    def flock(handle: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and not swept:
            swept.append(handle)
            other.sweep()
        real(handle, operation)

    owner, other = Owner(path), Owner(path)
    monkeypatch.setattr(fcntl, "flock", flock)
    owner.acquire_lock()
    try:
        assert swept
        assert other.is_alive(owner.token)
    finally:
        owner.release()
    assert not other.is_alive(owner.token)


def test_a_lock_that_cannot_be_had_is_said_and_no_draft_is_kept(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(handle: int, operation: int) -> None:
        raise OSError(37, "No locks available")

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", flock)
        with pytest.raises(JournalError, match="cannot be used: No locks available"):
            journal.drafts.keep(S, A, "")
    assert journal.drafts.all(S) == ()
    journal.drafts.keep(S, A, "")
    assert len(journal.drafts.all(S)) == 1


def test_no_handle_is_handed_on_to_the_programs_that_are_started(journal: Journal) -> None:
    """An editor that outlives this program must not keep its drafts from being offered."""
    journal.drafts.keep(S, A, "")
    handle = journal._owner._handle
    assert handle is not None
    assert not os.get_inheritable(handle)
