"""The journal knows the threads of each server, and what calls of functions were answered with."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant_tui.journal import threads
from assistant_tui.journal.given_outputs import LARGEST_OUTPUT, GivenOutput
from assistant_tui.journal.journal import Journal
from assistant_tui.journal.threads import KnownThread

HERE, THERE = "here", "there"
DAY = 86_400.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000 * DAY

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(path: Path, clock: Clock) -> Iterator[Journal]:
    with Journal(path, clock=clock) as journal:
        yield journal


def test_a_thread_is_known_to_its_server_alone(journal: Journal) -> None:
    assert journal.threads.all(HERE) == ()
    journal.threads.keep(HERE, KnownThread("t1", "Where is it?", "asst_1", created_at=5.0))
    (known,) = journal.threads.all(HERE)
    assert (known.id, known.title, known.assistant_id) == ("t1", "Where is it?", "asst_1")
    assert known.created_at == 5.0 and known.used_at > 5.0
    assert journal.threads.all(THERE) == () and journal.threads.get(THERE, "t1") is None
    assert journal.threads.get(HERE, "t1") == known


def test_what_is_not_said_again_is_not_lost(journal: Journal) -> None:
    journal.threads.keep(HERE, KnownThread("t1", "First words", "asst_1", origin="t0"))
    journal.threads.keep(HERE, KnownThread("t1", run_id="run_1", status="queued"))
    journal.threads.rename(HERE, "t1", "Orders")
    journal.threads.keep(HERE, KnownThread("t1", "Other words", status="completed"))
    known = journal.threads.get(HERE, "t1")
    assert known is not None
    assert (known.title, known.named, known.assistant_id) == ("Orders", True, "asst_1")
    assert (known.run_id, known.status, known.origin) == ("run_1", "completed", "t0")


def test_the_thread_that_was_used_last_is_first(journal: Journal) -> None:
    for name in ("t1", "t2", "t3"):
        journal.threads.keep(HERE, KnownThread(name))
    journal.threads.keep(HERE, KnownThread("t1", used_at=2_000 * DAY))
    assert [each.id for each in journal.threads.all(HERE)] == ["t1", "t3", "t2"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("", True), ("where", True), ("IT wher", True), ("t1", True), ("order", False), ("t9", False)],
)
def test_threads_are_found_by_the_words_of_their_titles(words: str, found: bool) -> None:
    assert KnownThread("t1", "Where is it?").matches(words) is found


def test_a_copy_outlives_the_thread_until_both_are_forgotten(journal: Journal) -> None:
    journal.threads.keep(HERE, KnownThread("t1"))
    journal.threads.keep_copy(HERE, "t1", '{"half": "\ud800"}')
    journal.threads.keep(HERE, KnownThread("t1", status=threads.DELETED))
    known = journal.threads.get(HERE, "t1")
    assert known is not None and known.has_copy
    assert journal.threads.copy(HERE, "t1") == '{"half": "\ud800"}'
    journal.threads.forget(HERE, "t1")
    assert journal.threads.copy(HERE, "t1") is None and journal.threads.all(HERE) == ()


def test_a_message_that_was_sent_is_known_by_its_key_at_the_next_start(
    path: Path, journal: Journal
) -> None:
    journal.threads.keep(HERE, KnownThread("t1"))
    assert journal.threads.sending(HERE, "t1") is None
    journal.threads.begin_sending(HERE, "t1", "key", "digest")
    with Journal(path) as later:
        assert later.threads.sending(HERE, "t1") == ("key", "digest")
        later.threads.end_sending(HERE, "t1")
    assert journal.threads.sending(HERE, "t1") is None


def test_the_same_call_is_known_by_what_its_arguments_mean(journal: Journal) -> None:
    journal.outputs.keep(HERE, "f", '{"a": 1, "b": 2}', "first")
    journal.outputs.keep(HERE, "f", '{"b":2,"a":1}', "second")
    journal.outputs.keep(HERE, "f", "not JSON", "third")
    last = journal.outputs.last(HERE, "f", '{"a":1,"b":2}')
    assert [output.text for output in last] == ["second", "first"]
    assert last[0].at > last[1].at
    assert [each.text for each in journal.outputs.last(HERE, "f", "not JSON")] == ["third"]
    assert journal.outputs.last(HERE, "g", "{}") == journal.outputs.last(THERE, "f", "{}") == ()


def test_the_same_output_is_kept_once_and_a_few_of_each_call(journal: Journal) -> None:
    for output in [*"abcdefghijklmnop", "p", "o"]:
        journal.outputs.keep(HERE, "f", "{}", output)
    assert [each.text for each in journal.outputs.last(HERE, "f", "{}")] == [*"opnmlkjihg"]
    journal.outputs.keep(HERE, "g", "{}", "x" * (LARGEST_OUTPUT + 1))
    assert journal.outputs.last(HERE, "g", "{}") == ()


def test_copies_and_outputs_are_forgotten_as_entries_are_but_no_thread(
    path: Path, clock: Clock
) -> None:
    with Journal(path, clock=clock) as journal:
        journal.threads.keep(HERE, KnownThread("t1"))
        journal.threads.keep_copy(HERE, "t1", "{}")
        journal.outputs.keep(HERE, "f", "{}", "old")
    clock.now += 100 * DAY
    for _ in range(8):
        clock.now += DAY
        with Journal(path, clock=clock) as journal:
            journal.outputs.keep(HERE, "f", "{}", "new")
    with Journal(path, clock=clock) as journal:
        assert [each.text for each in journal.outputs.last(HERE, "f", "{}")] == ["new"]
        (known,) = journal.threads.all(HERE)
        assert not known.has_copy


def test_of_what_is_too_much_the_newest_stays(path: Path, clock: Clock) -> None:
    with Journal(path, clock=clock) as journal:
        for at in range(10):
            journal.threads.keep(HERE, KnownThread(f"t{at}"))
            journal.threads.keep_copy(HERE, f"t{at}", "x" * 100)
            journal.outputs.keep(HERE, f"f{at}", "{}", "y" * 100)
    with Journal(path, clock=clock, keep_bytes=1_200) as journal:
        copies = [each.id for each in journal.threads.all(HERE) if each.has_copy]
        assert copies == ["t9", "t8", "t7"]
        kept = [at for at in range(10) if journal.outputs.last(HERE, f"f{at}", "{}")]
        assert kept == [7, 8, 9]


def test_very_many_threads_are_too_many(
    path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MAX_THREADS", 3)
    for at in range(5):
        journal.threads.keep(HERE, KnownThread(f"t{at}"))
    journal.prune()
    assert [each.id for each in journal.threads.all(HERE)] == ["t4", "t3", "t2"]


def test_threads_and_outputs_go_with_the_server_to_its_new_name(journal: Journal) -> None:
    journal.threads.keep("former", KnownThread("t1"))
    journal.outputs.keep("former", "f", "{}", "x")
    journal.take_over(HERE, lambda name: name == "former")
    assert [each.id for each in journal.threads.all(HERE)] == ["t1"]
    assert [each.text for each in journal.outputs.last(HERE, "f", "{}")] == ["x"]
    assert isinstance(journal.outputs.last(HERE, "f", "{}")[0], GivenOutput)


def test_the_file_of_version_6_takes_up_threads(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(Path(__file__).with_name("version_6.sql").read_text())
    with Journal(path, clock=lambda: 2000.0) as journal:
        assert [each.object_id for each in journal.entries.trash("local\n\n\n")] == ["asst_1"]
        assert [each.text for each in journal.drafts.orphans("local\n\n\n")] == ["a draft\ud800"]
        assert journal.idempotency.find("local\n\n\n", ["of a file"])
        assert journal.threads.all("local\n\n\n") == ()
        journal.threads.keep("local\n\n\n", KnownThread("t1", "Hello"))
        assert [each.title for each in journal.threads.all("local\n\n\n")] == ["Hello"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)
