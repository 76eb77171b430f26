"""What imports created, as the journal knows it."""

from pathlib import Path

import pytest

from assistant_tui.journal import idempotency
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.idempotency import KnownCreate
from assistant_tui.journal.journal import Journal

S, T = "server", "another"


def test_a_create_is_noted_before_and_after_it_is_sent(journal: Journal) -> None:
    journal.idempotency.begin(S, "a", {"y", "x"})
    journal.idempotency.begin(S, "b", None)
    pending = {"a": KnownCreate(None, frozenset({"x", "y"})), "b": KnownCreate(None, None)}
    assert journal.idempotency.find(S, ["a", "b", "c"]) == pending
    journal.entries.add(S, Change("asst_1", ChangeKind.CREATED, None, "{}"), key="a")
    assert journal.idempotency.find(S, ["a"]) == {"a": KnownCreate("asst_1", None)}
    assert journal.idempotency.find(T, ["a", "b"]) == {}


def test_only_what_made_nothing_is_dropped(journal: Journal) -> None:
    journal.idempotency.begin(S, "a", ())
    journal.idempotency.drop(S, "a")
    journal.entries.add(S, Change("asst_1", ChangeKind.CREATED, None, "{}"), key="b")
    journal.idempotency.drop(S, "b")
    assert journal.idempotency.find(S, ["a", "b"]) == {"b": KnownCreate("asst_1", None)}


def test_the_newest_are_kept_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "MAX_KEYS", 3)
    with Journal(path) as journal:
        for key in "abcde":
            journal.entries.add(S, Change(key, ChangeKind.CREATED, None, "{}"), key=key)
    with Journal(path) as journal:
        assert list(journal.idempotency.find(S, "abcde")) == ["c", "d", "e"]
