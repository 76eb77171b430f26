"""`import` of the same files once more: what was created already is known, and not doubled."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run
from tests.cli.support import ended, program
from tests.fakeserver.deviations import lost, refusal
from tests.fakeserver.relay import RelayServer
from tests.journal.write_lock import write_lock_held as locked
from tests.limits import LIMIT


def objects(folder: Path, count: int, name: str = "many.json") -> Path:
    """A file of so many in one line, of which every other two are just alike."""
    path = folder / name
    given = [{"model": "m", "name": f"A{number // 2}"} for number in range(count)]
    path.write_text(json.dumps(given))
    return path


def held(server: RelayServer) -> list[str]:
    """The names of what the server has, sorted."""
    return sorted(each["name"] for each in server.held())


@pytest.mark.parametrize("arrives", [True, False])
def test_an_import_that_was_killed_in_the_middle_goes_on_where_it_was(
    server: RelayServer, home: Path, tmp_path: Path, arrives: bool
) -> None:
    path = objects(tmp_path, 8)
    creating, killed = threading.Event(), threading.Event()

    def create(request: httpx.Request) -> httpx.Response:
        if server.writes.count("create") < 6:
            return server.pass_on(request)
        creating.set()
        assert killed.wait(LIMIT)
        return server.pass_on(request) if arrives else lost(request)

    server.deviations["create"] = create
    words = ("import", str(path), "--yes", "--base-url", server.url)
    with program(*words, home=home) as process:
        assert creating.wait(LIMIT)
        process.send_signal(signal.SIGKILL)
        process.wait(LIMIT)
        killed.set()
    del server.deviations["create"]
    before = 6 if arrives else 5
    with program(*words, home=home) as process:
        code, out, err = ended(process)
    assert (code, held(server)) == (0, [f"A{number // 2}" for number in range(8)])
    plan = [line.split()[0] for line in out.decode().splitlines()[:8]]
    assert plan == ["imported"] * before + ["create"] * (8 - before)
    assert f"{8 - before} of {8 - before} imported" in err


def test_what_was_imported_is_not_created_again_unless_that_is_wanted(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = objects(tmp_path, 2)
    assert ask("import", str(path), "--yes").code == 0
    ids = [each["id"] for each in reversed(server.held())]
    done = ask("import", str(path), "--yes")
    assert done.lines == [
        f"imported    already imported as {known} · A0 · {path}:1" for known in ids
    ]
    assert (done.code, done.err) == (0, "assistant-tui: 2 imported\n")
    assert ask("import", str(tmp_path), "--yes").lines[0].startswith("imported "), "by its folder"
    assert ask("import", str(path), "--yes", "--again").code == 0
    assert held(server) == ["A0"] * 4


def test_what_is_gone_and_what_is_another_content_are_created(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = objects(tmp_path, 4)
    ask("import", str(path), "--yes")
    server.remove(server.held()[0]["id"])
    given = json.loads(path.read_text())
    given[0]["name"] = "B"
    path.write_text(json.dumps(given, indent=4))
    done = ask("import", str(path), "--yes")
    # Of two that were just alike one is left in the file, and it is there.
    assert [line.split()[0] for line in done.lines[:4]] == [
        "create", "imported", "imported", "create"
    ]  # fmt: skip
    assert held(server) == ["A0", "A0", "A1", "A1", "B"]


def test_what_was_changed_since_is_left_alone(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = objects(tmp_path, 1)
    ask("import", str(path), "--yes")
    known = server.held()[0]["id"]
    server.change(known, name="Theirs")
    done = ask("import", str(path), "--yes")
    assert done.lines == [
        f"imported    already imported as {known}, which differs from the file by now · A0 · {path}"
    ]
    assert held(server) == ["Theirs"]


def test_a_create_that_was_refused_is_tried_the_next_time(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = objects(tmp_path, 1)
    server.deviations["create"] = lambda request: refusal(400)
    assert ask("import", str(path), "--yes").code == 1
    del server.deviations["create"]
    assert ask("import", str(path), "--yes").code == 0
    assert held(server) == ["A0"]


def test_an_older_one_that_is_just_alike_is_not_taken_for_the_one_that_got_no_answer(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = objects(tmp_path, 1)
    server.make("A0", model="m")
    server.deviations["create"] = lost
    assert ask("import", str(path), "--yes").code == 1
    del server.deviations["create"]
    assert ask("import", str(path), "--yes").code == 0
    assert held(server) == ["A0", "A0"]


def test_a_file_that_is_named_twice_is_read_once(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    path = objects(tmp_path, 1)
    assert ask("import", str(path), str(tmp_path), str(path), "--yes").code == 0
    assert held(server) == ["A0"]


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    """A journal that is none."""
    path.write_bytes(b"no database at all, whatever one may think" * 50)
    yield


@pytest.mark.parametrize("taken", [damaged, locked])
def test_it_is_said_before_that_a_repetition_creates_all_again_where_nothing_can_be_noted(
    server: RelayServer,
    home: Path,
    tmp_path: Path,
    taken: Callable[[Path], AbstractContextManager[None]],
) -> None:
    path = objects(tmp_path, 1)
    words = ("import", str(path), "--base-url", server.url)
    with program(*words, "--dry-run", home=home) as process:
        assert "again" not in ended(process)[2]
    with taken(home / "journal.db"):
        with program(*words, "--dry-run", home=home) as process:
            code, out, err = ended(process)
        assert (code, out.split()[0]) == (0, b"create")
        why = "A repetition would create them again, since nothing can be noted: "
        [line] = [line for line in err.splitlines() if why in line]
        assert str(home / "journal.db") in line
        with program(*words, "--yes", home=home) as process:
            code, _, err = ended(process)
    assert (code, held(server)) == (0, ["A0"])
    assert err.index(why) < err.index("u cannot undo this")


def test_two_imports_of_one_file_at_the_same_moment_double_nothing(
    server: RelayServer, home: Path, tmp_path: Path
) -> None:
    path = objects(tmp_path, 4)
    creating, go_on = threading.Event(), threading.Event()

    def create(request: httpx.Request) -> httpx.Response:
        if not creating.is_set():
            creating.set()
            assert go_on.wait(LIMIT)
        return server.pass_on(request)

    server.deviations["create"] = create
    words = ("import", str(path), "--yes", "--base-url", server.url)
    with program(*words, home=home) as first:
        try:
            assert creating.wait(LIMIT)
            with program(*words, home=home) as second:
                code, _, err = ended(second)
        finally:
            go_on.set()
        other, _, told = ended(first)
    said = "another import creates it, or has done so; nothing was sent"
    assert (code, err.count(said)) == (1, 1), err
    assert (other, told.count(said)) == (1, 3), told
    assert held(server) == ["A0", "A0", "A1", "A1"]
