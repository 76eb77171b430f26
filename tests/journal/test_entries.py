"""What was done is kept exactly, taken back in the right order, and pruned."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant_tui.journal.entries import Change, ChangeKind, Entry
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
    return journal.entries.add(S, Change(assistant_id, ChangeKind.CHANGED, text, text + "'"))


def delete(journal: Journal, assistant_id: str = A, undoes: int | None = None) -> int:
    return journal.entries.add(
        S, Change(assistant_id, ChangeKind.DELETED, "{}", None, undoes=undoes)
    )


def recreate(journal: Journal, new_id: str, undoes: int) -> int:
    return journal.entries.add(S, Change(new_id, ChangeKind.CREATED, None, "{}", undoes=undoes))


def numbers(entries: Sequence[Entry]) -> list[int]:
    return [entry.number for entry in entries]


def undo(journal: Journal) -> int | None:
    """What `u` does: take back the last entry by a new change, or a deletion by recreation."""
    entry = journal.entries.last(S)
    if entry is None:
        return None
    if entry.kind is ChangeKind.DELETED:
        recreate(journal, f"{entry.object_id}'", entry.number)
    else:
        present = journal.entries.present_id(S, entry.object_id)
        journal.entries.add(
            S, Change(present, ChangeKind.CHANGED, entry.after, entry.before, undoes=entry.number)
        )
    return entry.number


@pytest.mark.parametrize("text", ODD)
def test_what_was_recorded_is_there_after_opening_again_exactly(path: Path, text: str) -> None:
    with Journal(path, clock=lambda: 12.5) as journal:
        number = journal.entries.add(text, Change(text, ChangeKind.CHANGED, text, text))
    with Journal(path, clock=lambda: 13.5) as journal:
        expected = Entry(text, ChangeKind.CHANGED, text, text, number=number, server=text, at=12.5)
        assert journal.entries.history(text, text) == (expected,)


def test_what_does_not_exist_before_or_after_is_none(journal: Journal) -> None:
    journal.entries.add(S, Change(A, ChangeKind.CREATED, None, "{}"))
    journal.entries.add(S, Change(A, ChangeKind.DELETED, "{}", None))
    deleted, created = journal.entries.history(S, A)
    assert (created.before, created.after) == (None, "{}")
    assert (deleted.before, deleted.after) == ("{}", None)


def test_history_is_of_one_assistant_of_one_server_newest_first(journal: Journal) -> None:
    first = change(journal)
    change(journal, assistant_id=B)
    journal.entries.add("elsewhere", Change(A, ChangeKind.CHANGED, "", ""))
    second = change(journal)
    assert numbers(journal.entries.history(S, A)) == [second, first]
    assert journal.entries.history(S, "unknown") == ()


def test_newest_is_what_was_recorded_last_even_if_the_clock_was_put_back(path: Path) -> None:
    now = [2000.0]
    with Journal(path, clock=lambda: now[0]) as journal:
        first = change(journal)
        now[0] = 1000.0
        second = change(journal)
        assert numbers(journal.entries.history(S, A)) == [second, first]


def test_undoing_again_reaches_the_entry_before_not_the_undoing(journal: Journal) -> None:
    first, second = change(journal), change(journal, assistant_id=B)
    assert [undo(journal), undo(journal), undo(journal)] == [second, first, None]
    assert journal.entries.last("elsewhere") is None
    undoing, undone = journal.entries.history(S, A)
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
def test_any_order_of_deeds_and_undoings_is_a_stack(actions: list[str]) -> None:
    done: list[int] = []
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "j.db") as journal:
        for action in actions:
            if action == "undo":
                assert undo(journal) == (done.pop() if done else None)
            else:
                done.append(change(journal) if action == "change" else delete(journal))
            last = journal.entries.last(S)
            assert (last and last.number) == (done[-1] if done else None)


def test_the_trash_lists_what_was_deleted_and_not_restored(journal: Journal) -> None:
    change(journal)
    first, second, third = delete(journal, A), delete(journal, B), delete(journal, C)
    journal.entries.add("elsewhere", Change(A, ChangeKind.DELETED, "{}", None))
    recreate(journal, "asst_new", second)
    assert numbers(journal.entries.trash(S)) == [third, first]
    assert numbers(journal.entries.trash(S, limit=1)) == [third]


def test_a_creation_undone_by_deleting_lies_in_the_trash_but_is_not_undone_again(
    journal: Journal,
) -> None:
    change(journal, assistant_id=B)
    created = journal.entries.add(S, Change(A, ChangeKind.CREATED, None, "{}"))
    last = journal.entries.last(S)
    assert last is not None and last.number == created
    deleted = delete(journal, undoes=created)
    assert numbers(journal.entries.trash(S)) == [deleted]
    last = journal.entries.last(S)
    assert last is not None and last.object_id == B


def test_history_goes_on_across_recreations(journal: Journal) -> None:
    before = [change(journal), delete(journal)]
    recreated = recreate(journal, B, before[-1])
    between = [recreated, change(journal, assistant_id=B), delete(journal, B)]
    last = recreate(journal, C, between[-1])
    journal.entries.add(
        S, Change(A, ChangeKind.CHANGED, "", "")
    )  # a later assistant that was given the old id
    assert numbers(journal.entries.history(S, C)) == [last, *reversed(between), *reversed(before)]
    assert numbers(journal.entries.history(S, B)) == [*reversed(between), *reversed(before)]
    assert [journal.entries.present_id(S, each) for each in (A, B, C, "other")] == [
        C,
        C,
        C,
        "other",
    ]
    assert journal.entries.present_id("elsewhere", A) == A


def test_an_assistant_that_is_given_its_old_id_again_has_one_history(journal: Journal) -> None:
    deleted = delete(journal)
    recreated = recreate(journal, A, deleted)
    assert numbers(journal.entries.history(S, A)) == [recreated, deleted]
    assert journal.entries.present_id(S, A) == A


def test_what_came_after_a_deletion_is_not_of_what_was_deleted(journal: Journal) -> None:
    """Where a server gives an id again, the later assistant has another past."""
    first = [delete(journal, A)]
    first += [recreate(journal, B, first[-1]), delete(journal, B)]
    last = recreate(journal, C, first[-1])
    recreate(journal, B, delete(journal, "asst_d"))
    assert numbers(journal.entries.history(S, C)) == [last, *reversed(first)]


def test_what_is_passed_over_is_not_undone_next(journal: Journal) -> None:
    first, number = delete(journal, B), delete(journal)
    assert journal.entries.mark_undone(number)
    assert not journal.entries.mark_undone(number)
    assert numbers(journal.entries.trash(S)) == [first]
    assert journal.entries.mark_undone(number, False)
    assert numbers(journal.entries.trash(S)) == [number, first]
    assert not journal.entries.mark_undone(number + 1)


def test_only_one_of_two_claims_an_undoing(journal: Journal, other: Journal) -> None:
    number = delete(journal)
    assert [
        journal.entries.claim(number),
        other.entries.claim(number),
        journal.entries.claim(number),
    ] == [
        True,
        False,
        False,
    ]
    journal.entries.release(number)
    assert other.entries.claim(number), "nothing came of the first"
    recreate(other, B, number)
    other.entries.release(number)
    assert not journal.entries.claim(number), "it is done"
    assert not journal.entries.claim(number + 9), "there is nothing to undo"


def test_several_can_be_claimed_at_once(journal: Journal, other: Journal, path: Path) -> None:
    first, second = delete(journal), delete(journal, B)
    assert journal.entries.claim(first) and other.entries.claim(second)
    assert not journal.entries.claim(second)
    other.entries.release(second)
    assert journal.entries.claim(second)
    assert not other.entries.claim(first), "the other claim of the same program is still held"
    journal.entries.release(first)
    journal.entries.release(second)
    assert [*path.parent.glob("*undoing*")] == []


def test_a_claim_ends_with_its_program(journal: Journal, path: Path) -> None:
    number = delete(journal)
    with Journal(path) as ending:
        assert ending.entries.claim(number)
    assert journal.entries.claim(number)


def test_what_did_not_come_about_is_withdrawn(journal: Journal) -> None:
    number = change(journal)
    undoing = journal.entries.add(S, Change(A, ChangeKind.CHANGED, "", "", undoes=number))
    journal.entries.withdraw(undoing)
    assert [(each.number, each.undone) for each in journal.entries.history(S, A)] == [
        (number, False)
    ]
    journal.entries.withdraw(number)
    assert journal.entries.history(S, A) == ()
    assert change(journal) > undoing


def test_the_oldest_are_pruned_until_the_rest_fits(path: Path) -> None:
    with Journal(path, keep_bytes=300) as journal:
        entries = [
            journal.entries.add(S, Change(A, ChangeKind.CHANGED, "x" * 50, "ä" * 25))
            for _ in range(5)
        ]
        assert len(journal.entries.history(S, A)) == 5
        journal.prune()
        assert numbers(journal.entries.history(S, A)) == entries[:1:-1]
        journal.prune()
        assert len(journal.entries.history(S, A)) == 3


def test_pruning_gives_the_room_back(path: Path) -> None:
    with Journal(path) as journal:
        for _ in range(10):
            journal.entries.add(S, Change(A, ChangeKind.CHANGED, "x" * 100_000, None))
    full = path.stat().st_size
    with Journal(path, keep_bytes=0) as journal:
        assert len(journal.entries.history(S, A)) == 1, "what u takes back next"
    assert path.stat().st_size < full / 5


def test_a_number_is_never_given_twice(path: Path) -> None:
    with Journal(path, keep_bytes=0) as journal:
        first = change(journal)
        journal.prune()
        assert change(journal) > first


def test_drafts_are_never_pruned(path: Path) -> None:
    with Journal(path, clock=lambda: 0.0) as journal:
        journal.drafts.keep(S, A, "x" * 1000)
    with Journal(path, keep_bytes=0, clock=lambda: 1000.0 * DAY) as journal:
        assert [draft.key for draft in journal.drafts.orphans(S)] == [A]


def test_the_entries_of_one_act_on_many_are_found_together(journal: Journal) -> None:
    numbers = [
        journal.entries.add(S, Change(f"asst_{each}", ChangeKind.CHANGED, "{}", "{}", batch="b"))
        for each in "xyz"
    ]
    journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", "{}", batch="other"))
    journal.entries.add("elsewhere", Change(A, ChangeKind.CHANGED, "{}", "{}", batch="b"))
    assert [entry.number for entry in journal.entries.batch(S, "b")] == numbers[::-1]
    journal.entries.add(
        S, Change("asst_y", ChangeKind.CHANGED, "{}", "{}", undoes=numbers[1], batch="b")
    )
    left = journal.entries.batch(S, "b")
    assert [entry.number for entry in left] == [numbers[2], numbers[0]]
    assert {entry.batch for entry in left} == {"b"}
