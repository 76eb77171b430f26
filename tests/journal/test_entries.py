"""What was done is kept exactly, taken back in the right order, and pruned."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.journal.journal import Journal

S, A, B, C = "work https://host", "asst_a", "asst_b", "asst_c"
ODD = [
    "",
    "\0 and \0\0",
    "lone \ud800, pair of lone ones \ud83d\ude00, whole \U0001f600",
    "\u2028\x0b\r\n\x85\ufeff",
    "x" * 256_000,
    '{"temperature": 1.0, "later":  12345678901234567890}',
]
DAY = 86_400


def change(journal: Journal, text: str = "{}", assistant_id: str = A) -> int:
    return journal.add(S, assistant_id, ChangeKind.CHANGED, text, text + "'")


def delete(journal: Journal, assistant_id: str = A, undoes: int | None = None) -> int:
    return journal.add(S, assistant_id, ChangeKind.DELETED, "{}", None, undoes=undoes)


def recreate(journal: Journal, new_id: str, undoes: int) -> int:
    return journal.add(S, new_id, ChangeKind.CREATED, None, "{}", undoes=undoes)


def numbers(entries: Sequence[Entry]) -> list[int]:
    return [entry.number for entry in entries]


def undo(journal: Journal) -> int | None:
    """What `u` does: take back the last entry by a new change, or a deletion by recreation."""
    entry = journal.last(S)
    if entry is None:
        return None
    if entry.kind is ChangeKind.DELETED:
        recreate(journal, f"{entry.assistant_id}'", entry.number)
    else:
        present = journal.present_id(S, entry.assistant_id)
        journal.add(S, present, ChangeKind.CHANGED, entry.after, entry.before, undoes=entry.number)
    return entry.number


@pytest.mark.parametrize("text", ODD)
def test_what_was_recorded_is_there_after_opening_again_exactly(path: Path, text: str) -> None:
    with Journal(path, clock=lambda: 12.5) as journal:
        number = journal.add(text, text, ChangeKind.CHANGED, text, text)
    with Journal(path, clock=lambda: 13.5) as journal:
        expected = Entry(number, text, text, ChangeKind.CHANGED, 12.5, text, text)
        assert journal.history(text, text) == (expected,)


def test_what_does_not_exist_before_or_after_is_none(journal: Journal) -> None:
    journal.add(S, A, ChangeKind.CREATED, None, "{}")
    journal.add(S, A, ChangeKind.DELETED, "{}", None)
    deleted, created = journal.history(S, A)
    assert (created.before, created.after) == (None, "{}")
    assert (deleted.before, deleted.after) == ("{}", None)


def test_history_is_of_one_assistant_of_one_server_newest_first(journal: Journal) -> None:
    first = change(journal)
    change(journal, assistant_id=B)
    journal.add("elsewhere", A, ChangeKind.CHANGED, "", "")
    second = change(journal)
    assert numbers(journal.history(S, A)) == [second, first]
    assert journal.history(S, "unknown") == ()


def test_newest_is_what_was_recorded_last_even_if_the_clock_was_put_back(path: Path) -> None:
    now = [2000.0]
    with Journal(path, clock=lambda: now[0]) as journal:
        first = change(journal)
        now[0] = 1000.0
        second = change(journal)
        assert numbers(journal.history(S, A)) == [second, first]


def test_undoing_again_reaches_the_entry_before_not_the_undoing(journal: Journal) -> None:
    first, second = change(journal), change(journal, assistant_id=B)
    assert [undo(journal), undo(journal), undo(journal)] == [second, first, None]
    assert journal.last("elsewhere") is None
    undoing, undone = journal.history(S, A)
    assert (undoing.undoes, undoing.undone) == (first, False)
    assert (undone.undoes, undone.undone) == (None, True)


def test_a_new_change_after_an_undoing_is_undone_first(journal: Journal) -> None:
    first = change(journal)
    change(journal)
    undo(journal)
    third = change(journal)
    assert [undo(journal), undo(journal), undo(journal)] == [third, first, None]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["change", "delete", "undo"]), max_size=12))
def test_any_order_of_deeds_and_undoings_is_a_stack(deeds: list[str]) -> None:
    done: list[int] = []
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "j.db") as journal:
        for deed in deeds:
            if deed == "undo":
                assert undo(journal) == (done.pop() if done else None)
            else:
                done.append(change(journal) if deed == "change" else delete(journal))
            last = journal.last(S)
            assert (last and last.number) == (done[-1] if done else None)


def test_the_trash_lists_what_was_deleted_and_not_restored(journal: Journal) -> None:
    change(journal)
    first, second, third = delete(journal, A), delete(journal, B), delete(journal, C)
    journal.add("elsewhere", A, ChangeKind.DELETED, "{}", None)
    recreate(journal, "asst_new", second)
    assert numbers(journal.trash(S)) == [third, first]
    assert numbers(journal.trash(S, limit=1)) == [third]


def test_a_creation_undone_by_deleting_lies_in_the_trash_but_is_not_undone_again(
    journal: Journal,
) -> None:
    change(journal, assistant_id=B)
    created = journal.add(S, A, ChangeKind.CREATED, None, "{}")
    last = journal.last(S)
    assert last is not None and last.number == created
    deleted = delete(journal, undoes=created)
    assert numbers(journal.trash(S)) == [deleted]
    last = journal.last(S)
    assert last is not None and last.assistant_id == B


def test_history_goes_on_across_recreations(journal: Journal) -> None:
    before = [change(journal), delete(journal)]
    recreated = recreate(journal, B, before[-1])
    between = [recreated, change(journal, assistant_id=B), delete(journal, B)]
    last = recreate(journal, C, between[-1])
    journal.add(S, A, ChangeKind.CHANGED, "", "")  # a later assistant that was given the old id
    assert numbers(journal.history(S, C)) == [last, *reversed(between), *reversed(before)]
    assert numbers(journal.history(S, B)) == [*reversed(between), *reversed(before)]
    assert [journal.present_id(S, each) for each in (A, B, C, "other")] == [C, C, C, "other"]
    assert journal.present_id("elsewhere", A) == A


def test_an_assistant_that_is_given_its_old_id_again_has_one_history(journal: Journal) -> None:
    deleted = delete(journal)
    recreated = recreate(journal, A, deleted)
    assert numbers(journal.history(S, A)) == [recreated, deleted]
    assert journal.present_id(S, A) == A


def test_what_came_after_a_deletion_is_not_of_what_was_deleted(journal: Journal) -> None:
    """Where a server gives an id again, the later assistant has another past."""
    first = [delete(journal, A)]
    first += [recreate(journal, B, first[-1]), delete(journal, B)]
    last = recreate(journal, C, first[-1])
    recreate(journal, B, delete(journal, "asst_d"))
    assert numbers(journal.history(S, C)) == [last, *reversed(first)]


def test_what_is_passed_over_is_not_undone_next(journal: Journal) -> None:
    first, number = delete(journal, B), delete(journal)
    assert journal.mark_undone(number)
    assert not journal.mark_undone(number)
    assert numbers(journal.trash(S)) == [first]
    assert journal.mark_undone(number, False)
    assert numbers(journal.trash(S)) == [number, first]
    assert not journal.mark_undone(number + 1)


def test_only_one_of_two_claims_an_undoing(journal: Journal, other: Journal) -> None:
    number = delete(journal)
    assert [journal.claim(number), other.claim(number), journal.claim(number)] == [
        True,
        False,
        False,
    ]
    journal.release(number)
    assert other.claim(number), "nothing came of the first"
    recreate(other, B, number)
    other.release(number)
    assert not journal.claim(number), "it is done"
    assert not journal.claim(number + 9), "there is nothing to undo"


def test_several_can_be_claimed_at_once(journal: Journal, other: Journal, path: Path) -> None:
    first, second = delete(journal), delete(journal, B)
    assert journal.claim(first) and other.claim(second)
    assert not journal.claim(second)
    other.release(second)
    assert journal.claim(second)
    assert not other.claim(first), "the other claim of the same program is still held"
    journal.release(first)
    journal.release(second)
    assert [*path.parent.glob("*undoing*")] == []


def test_a_claim_ends_with_its_program(journal: Journal, path: Path) -> None:
    number = delete(journal)
    with Journal(path) as ending:
        assert ending.claim(number)
    assert journal.claim(number)


def test_what_did_not_come_about_is_withdrawn(journal: Journal) -> None:
    number = change(journal)
    undoing = journal.add(S, A, ChangeKind.CHANGED, "", "", undoes=number)
    journal.withdraw(undoing)
    assert [(each.number, each.undone) for each in journal.history(S, A)] == [(number, False)]
    journal.withdraw(number)
    assert journal.history(S, A) == ()
    assert change(journal) > undoing


def test_the_oldest_are_pruned_until_the_rest_fits(path: Path) -> None:
    with Journal(path, keep_bytes=300) as journal:
        entries = [journal.add(S, A, ChangeKind.CHANGED, "x" * 50, "ä" * 25) for _ in range(5)]
        assert len(journal.history(S, A)) == 5
        journal.prune()
        assert numbers(journal.history(S, A)) == entries[:1:-1]
        journal.prune()
        assert len(journal.history(S, A)) == 3


def test_pruning_gives_the_room_back(path: Path) -> None:
    with Journal(path) as journal:
        for _ in range(10):
            journal.add(S, A, ChangeKind.CHANGED, "x" * 100_000, None)
    full = path.stat().st_size
    with Journal(path, keep_bytes=0) as journal:
        assert len(journal.history(S, A)) == 1, "what u takes back next"
    assert path.stat().st_size < full / 5


def test_a_number_is_never_given_twice(path: Path) -> None:
    with Journal(path, keep_bytes=0) as journal:
        first = change(journal)
        journal.prune()
        assert change(journal) > first


def test_drafts_are_never_pruned(path: Path) -> None:
    with Journal(path, clock=lambda: 0.0) as journal:
        journal.keep_draft(S, A, "x" * 1000)
    with Journal(path, keep_bytes=0, clock=lambda: 1000.0 * DAY) as journal:
        assert [draft.key for draft in journal.orphans(S)] == [A]


def test_the_entries_of_one_act_on_many_are_found_together(journal: Journal) -> None:
    numbers = [
        journal.add(S, f"asst_{each}", ChangeKind.CHANGED, "{}", "{}", batch="b") for each in "xyz"
    ]
    journal.add(S, A, ChangeKind.CHANGED, "{}", "{}", batch="other")
    journal.add("elsewhere", A, ChangeKind.CHANGED, "{}", "{}", batch="b")
    assert [entry.number for entry in journal.batch(S, "b")] == numbers[::-1]
    journal.add(S, "asst_y", ChangeKind.CHANGED, "{}", "{}", undoes=numbers[1], batch="b")
    left = journal.batch(S, "b")
    assert [entry.number for entry in left] == [numbers[2], numbers[0]]
    assert {entry.batch for entry in left} == {"b"}
