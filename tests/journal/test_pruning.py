"""What is forgotten: what is too old by the clock of many days, and the oldest of too much."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.pruning import DAY, SEEN_LATER, Kept, expendable, oldest_to_keep

S = "server"


class Clock:
    """A clock that is set by hand, in days."""

    def __init__(self) -> None:
        self.day = 1000.0

    def __call__(self) -> float:
        return self.day * DAY


@pytest.fixture
def clock() -> Clock:
    """The clock of each test."""
    return Clock()


def open_on(path: Path, clock: Clock, *days: float) -> None:
    """Open the journal, and no more, on each of these days."""
    for clock.day in days:
        with Journal(path, clock=clock) as journal:
            journal.entries.trash(S)


def delete(path: Path, clock: Clock, day: float, *ids: str, batch: str = "") -> None:
    """Delete some on a day."""
    clock.day = day
    with Journal(path, clock=clock) as journal:
        for each in ids:
            journal.entries.add(S, Change(each, ChangeKind.DELETED, "{}", None, batch=batch))


def trash(path: Path, clock: Clock) -> list[str]:
    """What could be brought back, newest first."""
    with Journal(path, clock=clock) as journal:
        return [entry.object_id for entry in journal.entries.trash(S)]


def test_what_is_too_old_is_forgotten_after_seven_days_on_which_it_was(
    path: Path, clock: Clock
) -> None:
    delete(path, clock, 1000, "old")
    delete(path, clock, 1050, "young")
    open_on(path, clock, 1089, *range(1090, 1096), 1095.5)
    assert trash(path, clock) == ["young", "old"]
    open_on(path, clock, 1099)
    assert trash(path, clock) == ["young"]


def test_a_clock_that_leaps_ahead_makes_nothing_too_old(path: Path, clock: Clock) -> None:
    delete(path, clock, 1000, "a", "b")
    open_on(path, clock, 1400, 1400.2, 1401, 1001)
    delete(path, clock, 1402, "in the future")
    open_on(path, clock, *range(1002, 1030))
    assert trash(path, clock) == ["in the future", "b", "a"]


def test_what_is_kept_while_the_clock_is_behind_is_as_old_as_what_was_kept_before_it(
    path: Path, clock: Clock
) -> None:
    open_on(path, clock, *range(990, 1000))
    delete(path, clock, 1000, "before")
    delete(path, clock, 0, "behind")
    open_on(path, clock, *range(1001, 1010))
    assert trash(path, clock) == ["behind", "before"]
    open_on(path, clock, *range(1088, 1100))
    assert trash(path, clock) == []


def test_entries_of_the_future_hinder_nothing(path: Path, clock: Clock) -> None:
    delete(path, clock, 1400, "future")
    delete(path, clock, 1000, "old")
    open_on(path, clock, *range(1090, 1100))
    assert trash(path, clock) == ["future"]


def test_an_act_on_many_is_never_split(path: Path, clock: Clock) -> None:
    with Journal(path, clock=clock) as journal:
        for number in range(30):
            journal.entries.add(
                S, Change(f"asst_{number}", ChangeKind.DELETED, "x" * 100, None, batch="b")
            )
    with Journal(path, clock=clock, keep_bytes=1000) as journal:
        assert len(journal.entries.batch(S, "b")) == 30
        journal.entries.add(S, Change("other", ChangeKind.DELETED, "{}", None))
        journal.prune()
        assert journal.entries.batch(S, "b") == (), "all of it goes when something is newer"


def test_what_is_left_of_an_act_that_was_undone_in_part_is_still_promised(
    path: Path, clock: Clock
) -> None:
    with Journal(path, clock=clock, keep_bytes=1000) as journal:
        numbers = [
            journal.entries.add(
                S, Change(f"asst_{each}", ChangeKind.DELETED, "x" * 100, None, batch="b")
            )
            for each in range(30)
        ]
        for each in numbers[:10]:
            journal.entries.add(
                S, Change(f"new_{each}", ChangeKind.CREATED, None, "{}", undoes=each)
            )
        journal.prune()
        assert len(journal.entries.batch(S, "b")) == 20


def test_what_is_done_on_one_server_takes_no_promise_from_another(path: Path, clock: Clock) -> None:
    with Journal(path, clock=clock, keep_bytes=1000) as journal:
        journal.entries.add(S, Change("large", ChangeKind.DELETED, "x" * 3000, None))
        journal.entries.add("elsewhere", Change("other", ChangeKind.DELETED, "x" * 900, None))
        journal.prune()
        assert [entry.object_id for entry in journal.entries.trash(S)] == ["large"]


def test_an_act_that_ends_too_late_to_be_too_old_is_kept_whole(path: Path, clock: Clock) -> None:
    delete(path, clock, 1000, "a", batch="b")
    delete(path, clock, 1030, "b", batch="b")
    open_on(path, clock, *range(1100, 1110))
    assert trash(path, clock) == ["b", "a"]


_entries = st.lists(
    st.builds(
        Kept,
        number=st.just(0),
        server=st.sampled_from([b"s", b"t"]),
        batch=st.sampled_from(["", "", "x", "y"]),
        at=st.floats(0, 3000 * DAY),
        size=st.integers(0, 500),
        undoable=st.booleans(),
    ),
    max_size=20,
).map(lambda found: [each._replace(number=n + 1) for n, each in enumerate(found)])


@given(_entries, st.none() | st.floats(0, 3000 * DAY), st.integers(0, 2000))
def test_of_all_entries_whole_acts_are_kept_or_forgotten(
    entries: Sequence[Kept], oldest: float | None, keep_bytes: int
) -> None:
    gone = {*expendable(entries, oldest, 3000 * DAY, keep_bytes)}
    for batch in ("x", "y"):
        assert len({each.number in gone for each in entries if each.batch == batch}) <= 1
    for server in (b"s", b"t"):
        undoable = [each for each in entries if each.server == server and each.undoable]
        if undoable and (oldest is None or undoable[-1].at >= oldest):
            assert undoable[-1].number not in gone
    if oldest is None and sum(each.size for each in entries) <= keep_bytes:
        assert gone == set()


@given(st.lists(st.integers(0, 2000)), st.floats(0, 2000 * DAY), st.integers(1, 100))
def test_nothing_is_too_old_before_it_was_so_on_seven_days(
    days: list[int], now: float, keep_days: int
) -> None:
    oldest = oldest_to_keep({*days}, now, keep_days)
    seen = {day for day in days if day <= now // DAY}
    if oldest is None:
        assert len(seen) < SEEN_LATER
    else:
        too_old_at = oldest + keep_days * DAY
        assert too_old_at <= now
        assert len([day for day in seen if (day + 1) * DAY >= too_old_at]) >= SEEN_LATER
