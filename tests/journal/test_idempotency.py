"""What imports created, as the journal knows it."""

from pathlib import Path

import pytest

from assistant_tui.journal import idempotency
from assistant_tui.journal.entries import ChangeKind
from assistant_tui.journal.idempotency import KnownCreate
from assistant_tui.journal.journal import Journal

S, T = "server", "another"


def test_a_create_is_noted_before_and_after_it_is_sent(journal: Journal) -> None:
    journal.creates.begin(S, "a", {"y", "x"})
    journal.creates.begin(S, "b", None)
    pending = {"a": KnownCreate(None, frozenset({"x", "y"})), "b": KnownCreate(None, None)}
    assert journal.creates.find(S, ["a", "b", "c"]) == pending
    journal.add(S, "asst_1", ChangeKind.CREATED, None, "{}", key="a")
    assert journal.creates.find(S, ["a"]) == {"a": KnownCreate("asst_1", None)}
    assert journal.creates.find(T, ["a", "b"]) == {}


def test_only_what_made_nothing_is_dropped(journal: Journal) -> None:
    journal.creates.begin(S, "a", ())
    journal.creates.drop(S, "a")
    journal.add(S, "asst_1", ChangeKind.CREATED, None, "{}", key="b")
    journal.creates.drop(S, "b")
    assert journal.creates.find(S, ["a", "b"]) == {"b": KnownCreate("asst_1", None)}


def test_the_newest_are_kept_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "MOST", 3)
    with Journal(path) as journal:
        for key in "abcde":
            journal.add(S, key, ChangeKind.CREATED, None, "{}", key=key)
    with Journal(path) as journal:
        assert list(journal.creates.find(S, "abcde")) == ["c", "d", "e"]
