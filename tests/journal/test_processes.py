"""Several threads and programs on one journal, and programs that are killed while they write."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.journal.drafts import KeptDraft, dump_draft, load_draft
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from tests.process_pool import process_pool, wait_for_all

S, A = "work https://host", "asst_a"
PROCESSES, ROUNDS = 4, 25


def _write(path: Path) -> tuple[str, list[int], int]:
    """Record and keep drafts; says how many drafts of others it found left behind meanwhile."""
    with Journal(path) as journal:
        wait_for_all()
        recorded, orphans = [], 0
        for number in range(ROUNDS):
            recorded.append(
                journal.entries.add(S, Change(A, ChangeKind.CHANGED, "{}", str(number)))
            )
            journal.drafts.keep(S, A, f"{journal.owner} {number}")
            orphans += len(journal.drafts.orphans(S))
        wait_for_all()
        return journal.owner, recorded, orphans


def test_programs_at_once_on_a_new_journal_lose_nothing_of_each_other(path: Path) -> None:
    with process_pool(PROCESSES) as pool:
        found = pool.map(_write, [path] * PROCESSES, chunksize=1)
    with Journal(path) as journal:
        numbers = [entry.number for entry in journal.entries.history(S, A)]
        assert sorted(numbers) == sorted(number for _, own, _ in found for number in own)
        assert {draft.text for draft in journal.drafts.orphans(S)} == {
            f"{owner} {ROUNDS - 1}" for owner, _, _ in found
        }
    assert [orphans for _, _, orphans in found] == [0] * PROCESSES


def _adopt(path: Path, draft: KeptDraft) -> bool:
    with Journal(path) as journal:
        wait_for_all()
        taken = journal.drafts.adopt(draft)
        wait_for_all()
        return taken


def test_only_one_of_several_programs_takes_a_draft_over(path: Path) -> None:
    with process_pool(PROCESSES) as pool:
        for round in range(ROUNDS // 5):
            with Journal(path) as journal:
                journal.drafts.keep(S, str(round), "left")
            with Journal(path) as journal:
                (draft,) = (each for each in journal.drafts.orphans(S) if each.key == str(round))
            taken = pool.starmap(_adopt, [(path, draft)] * PROCESSES, chunksize=1)
            assert sorted(taken) == [False] * (PROCESSES - 1) + [True]


def test_threads_share_one_journal(journal: Journal) -> None:
    def write(thread: int) -> None:
        for number in range(ROUNDS):
            journal.entries.add(S, Change(str(thread), ChangeKind.CHANGED, "{}", str(number)))
            journal.drafts.keep(S, str(thread), str(number))
            assert len(journal.entries.history(S, str(thread))) == number + 1

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(write, range(PROCESSES)))
    assert {(draft.key, draft.text) for draft in journal.drafts.all(S)} == {
        (str(thread), str(ROUNDS - 1)) for thread in range(PROCESSES)
    }


_TYPING = """
import itertools, sys
from pathlib import Path
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.journal.drafts import dump_draft
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal

journal = Journal(Path(sys.argv[1]))
for number in itertools.count():
    journal.drafts.keep("s", "a", dump_draft(Draft(None, {"instructions": str(number) * 5000})))
    journal.entries.add("s", Change("a", ChangeKind.CHANGED, None, str(number)))
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
        assert journal.drafts.orphans("s") == ()
        assert len(journal.drafts.all("s")) == 1
        typing.kill()
        said += typing.stdout.readlines()
        typing.wait()
        acknowledged = sum(line.endswith("\n") for line in said)  # the last may be cut off
        (draft,) = journal.drafts.orphans("s")
        typed = str(load_draft(draft.text).raw["instructions"])
        number = int(typed[: len(typed) // 5000])
        assert typed == str(number) * 5000
        assert number >= acknowledged - 1
        recorded = [entry.after for entry in reversed(journal.entries.history("s", "a"))]
        assert recorded == [str(each) for each in range(len(recorded))]
        assert len(recorded) >= acknowledged
        assert journal.drafts.adopt(draft)


def test_a_killed_program_is_swept_away_at_the_next_start(path: Path) -> None:
    with _typing(path) as typing:
        assert typing.stdout is not None
        typing.stdout.readline()
        typing.kill()
    assert len(list(path.parent.glob("*.owner-*"))) == 1
    with Journal(path) as journal:
        assert len(journal.drafts.orphans("s")) == 1
    assert list(path.parent.glob("*.owner-*")) == []


def test_a_whole_draft_survives(path: Path) -> None:
    draft = Draft(None, {"name": "\ud83d\ude00\0"}, preset={"model": '"m"'})
    with Journal(path) as journal:
        journal.drafts.keep(S, "new", dump_draft(draft))
    with Journal(path) as journal:
        assert [load_draft(each.text) for each in journal.drafts.orphans(S)] == [draft]
