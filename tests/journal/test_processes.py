"""Several threads and programs on one journal, and programs that are killed while they write."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.journal.drafts import KeptDraft, dump_draft, load_draft
from assistant_tui.journal.entries import ChangeKind
from assistant_tui.journal.journal import Journal
from tests.crowd import crowd, meet

S, A = "work https://host", "asst_a"
PROCESSES, ROUNDS = 4, 25


def _write(path: Path) -> tuple[str, list[int], int]:
    """Record and keep drafts; says how many drafts of others it found left behind meanwhile."""
    with Journal(path) as journal:
        meet()
        recorded, orphans = [], 0
        for number in range(ROUNDS):
            recorded.append(journal.add(S, A, ChangeKind.CHANGED, "{}", str(number)))
            journal.keep_draft(S, A, f"{journal.owner} {number}")
            orphans += len(journal.orphans(S))
        meet()
        return journal.owner, recorded, orphans


def test_programs_at_once_on_a_new_journal_lose_nothing_of_each_other(path: Path) -> None:
    with crowd(PROCESSES) as pool:
        found = pool.map(_write, [path] * PROCESSES, chunksize=1)
    with Journal(path) as journal:
        numbers = [entry.number for entry in journal.history(S, A)]
        assert sorted(numbers) == sorted(number for _, own, _ in found for number in own)
        assert {draft.text for draft in journal.orphans(S)} == {
            f"{owner} {ROUNDS - 1}" for owner, _, _ in found
        }
    assert [orphans for _, _, orphans in found] == [0] * PROCESSES


def _adopt(path: Path, draft: KeptDraft) -> bool:
    with Journal(path) as journal:
        meet()
        taken = journal.adopt(draft)
        meet()
        return taken


def test_only_one_of_several_programs_takes_a_draft_over(path: Path) -> None:
    with crowd(PROCESSES) as pool:
        for round in range(ROUNDS // 5):
            with Journal(path) as journal:
                journal.keep_draft(S, str(round), "left")
            with Journal(path) as journal:
                (draft,) = (each for each in journal.orphans(S) if each.key == str(round))
            taken = pool.starmap(_adopt, [(path, draft)] * PROCESSES, chunksize=1)
            assert sorted(taken) == [False] * (PROCESSES - 1) + [True]


def test_threads_share_one_journal(journal: Journal) -> None:
    def write(thread: int) -> None:
        for number in range(ROUNDS):
            journal.add(S, str(thread), ChangeKind.CHANGED, "{}", str(number))
            journal.keep_draft(S, str(thread), str(number))
            assert len(journal.history(S, str(thread))) == number + 1

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(write, range(PROCESSES)))
    assert {(draft.key, draft.text) for draft in journal.drafts(S)} == {
        (str(thread), str(ROUNDS - 1)) for thread in range(PROCESSES)
    }


_TYPING = """
import itertools, sys
from pathlib import Path
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.journal.drafts import dump_draft
from assistant_tui.journal.entries import Kind
from assistant_tui.journal.journal import Journal
from tests.crowd import crowd, meet

journal = Journal(Path(sys.argv[1]))
for number in itertools.count():
    journal.keep_draft("s", "a", dump_draft(Draft(None, {"instructions": str(number) * 5000})))
    journal.record("s", "a", Kind.CHANGED, None, str(number))
    print(number, flush=True)
"""


def _typing(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _TYPING, str(path)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("lines", [1, 5, 12])
def test_a_killed_program_loses_nothing_acknowledged_and_its_draft_is_offered(
    path: Path, lines: int
) -> None:
    with _typing(path) as typing, Journal(path) as journal:
        assert typing.stdout is not None
        said = [typing.stdout.readline() for _ in range(lines)]
        assert journal.orphans("s") == ()
        assert len(journal.drafts("s")) == 1
        typing.kill()
        said += typing.stdout.readlines()
        typing.wait()
        acknowledged = sum(line.endswith("\n") for line in said)  # the last may be cut off
        (draft,) = journal.orphans("s")
        typed = str(load_draft(draft.text).raw["instructions"])
        number = int(typed[: len(typed) // 5000])
        assert typed == str(number) * 5000
        assert number >= acknowledged - 1
        recorded = [entry.after for entry in reversed(journal.history("s", "a"))]
        assert recorded == [str(each) for each in range(len(recorded))]
        assert len(recorded) >= acknowledged
        assert journal.adopt(draft)


def test_a_killed_program_is_swept_away_at_the_next_start(path: Path) -> None:
    with _typing(path) as typing:
        assert typing.stdout is not None
        typing.stdout.readline()
        typing.kill()
    assert len(list(path.parent.glob("*.owner-*"))) == 1
    with Journal(path) as journal:
        assert len(journal.orphans("s")) == 1
    assert list(path.parent.glob("*.owner-*")) == []


def test_a_whole_draft_survives(path: Path) -> None:
    draft = Draft(None, {"name": "\ud83d\ude00\0"}, preset={"model": '"m"'})
    with Journal(path) as journal:
        journal.keep_draft(S, "new", dump_draft(draft))
    with Journal(path) as journal:
        assert [load_draft(each.text) for each in journal.orphans(S)] == [draft]
