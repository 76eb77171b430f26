"""Files that are named but are no files: each is refused in one line, and nothing hangs."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.support import ended, program
from tests.e2e.terminal import PROGRAM, environment
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as held:
        held.bind(str(path.relative_to(Path.cwd())))


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)


def loop(path: Path) -> None:
    path.symlink_to(path)


KINDS: dict[Callable[[Path], None], str] = {
    pipe: "it is a pipe; a file is allowed",
    listener: "it is a socket; a file is allowed",
    endless: "it is a device; a file is allowed",
    folder: "it is a folder; a file is allowed",
    huge: "it is too large; up to ",
    loop: "Too many levels of symbolic links",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in: the name of a socket must be short."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path


@pytest.mark.parametrize(
    ("option", "make"),
    [
        (option, make)
        for option in ("import", "--file", "--config")
        for make in KINDS
        if (option, make) != ("import", folder)  # which may be imported
    ],
)
def test_what_is_no_file_is_refused_in_one_line(
    place: Path, home: Path, option: str, make: Callable[[Path], None]
) -> None:
    path = place / "a.json"
    make(path)
    words = {
        "import": ["import", str(path), "--yes"],
        "--file": ["create", "--file", str(path)],
        "--config": ["list", "--config", str(path)],
    }[option]
    with program(*words, home=home) as process:
        code, out, err = ended(process)
    assert (code, out, err.count("\n")) == (2, b"", 1)
    where = f"{path}: cannot be read" if option == "--config" else f"{option} {path}"
    assert f"{where}: {KINDS[make]}" in err


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("~nosuchuser/x.json", "nobody's home is ~nosuchuser"),
        ("a\udcff\ud800.json", "no file can have this name"),
        ("n" * 300 + ".json", "File name too long"),
        ("a\0b.json", "no file can have this name"),
    ],
)
@pytest.mark.parametrize("option", ["import", "--file", "--config", "--output"])
def test_a_name_that_no_file_can_have_is_refused_in_one_line(
    ask: Run, server: RelayServer, option: str, name: str, why: str
) -> None:
    words = {
        "import": ["import", name, "--yes"],
        "--file": ["create", "--file", name],
        "--config": ["list", "--config", name],
        "--output": ["export", "--all", "--format", "json", "--output", name],
    }[option]
    done = ask(*words)
    assert (done.code, done.out, done.err.count("\n"), server.requests) == (2, b"", 1, [])
    assert why in done.err and (option == "--config" or f"{option} " in done.err)


def test_a_configuration_that_is_dev_null_is_an_empty_one(ask: Run, server: RelayServer) -> None:
    assert ask("list", "--config", "/dev/null").code == 0


def test_a_pipe_that_a_shell_names_is_read_and_one_without_end_is_not(
    server: RelayServer, home: Path
) -> None:
    shell = (
        '"$@" create --file <(printf %s \'{"model":"m","name":"P"}\') &&'
        ' printf %s \'{"model":"m","name":"Q"}\' | "$@" create --file /dev/stdin &&'
        ' "$@" create --file <(cat /dev/zero)'
    )
    done = subprocess.run(
        ["bash", "-c", shell, "bash", *PROGRAM, "--base-url", server.url],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert [each["name"] for each in server.held()] == ["Q", "P"]
    assert done.returncode == 2 and "it is too large; up to " in done.stderr


def test_waiting_for_standard_input_ends_at_once_by_ctrl_c(home: Path) -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*PROGRAM, "create", "--file", "/dev/fd/0"],
        env=environment(home),
        stdin=reading,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(reading)
        os.write(writing, b"{")
        _wait_until_read(writing)
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 130
        assert process.stderr is not None and process.stderr.read() == b""
    os.close(writing)


def _wait_until_read(writing: int) -> None:
    """Fill the pipe: more than it holds goes in only where the other end is being read."""
    os.write(writing, b" " * (1 << 18))


def test_what_a_folder_has_beside_files_is_named_and_left_out(
    ask: Run, server: RelayServer, tmp_path: Path
) -> None:
    place, outside = tmp_path / "in", tmp_path / "outside.json"
    (place / "deep").mkdir(parents=True)
    outside.write_text('{"model": "m", "name": "Outside"}')
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.json").write_text('{"model": "m", "name": "Deep outside"}')
    (place / "deep" / "own.json").write_text('{"model": "m", "name": "Own"}')
    (place / "again.json").symlink_to("deep/own.json")
    (place / "leaves.json").symlink_to(outside)
    (place / "leaves").symlink_to(tmp_path / "more")
    (place / "round").symlink_to(place)
    (place / "none.json").symlink_to("nowhere.json")
    os.mkfifo(place / "pipe.json")
    done = ask("import", str(place), "--yes")
    told = [line for line in done.lines if line.startswith("unreadable")]
    assert told == [
        f"unreadable  a link out of the folder, left out · {place}/leaves",
        f"unreadable  a link out of the folder, left out · {place}/leaves.json",
        f"unreadable  No such file or directory · {place}/none.json",
        f"unreadable  it is a pipe; a file is allowed · {place}/pipe.json",
    ]
    assert done.code == 1 and [each["name"] for each in server.held()] == ["Own"]
    assert ask("import", str(place / "leaves.json"), "--yes").code == 0, "it is named directly"
    assert server.held()[0]["name"] == "Outside"


def test_a_pipe_that_should_hold_a_key_is_not_waited_for(home: Path, tmp_path: Path) -> None:
    home.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / "key")
    (home / "config.toml").write_text(
        f'default = "p"\n[profiles.p]\nbase_url = "http://127.0.0.1:9/v1"\n'
        f'api_key_file = "{tmp_path / "key"}"\n'
    )
    with program("list", home=home) as process:
        code, _, err = ended(process)
    assert code == 1
    assert f"api_key_file: {tmp_path / 'key'}: it is a pipe; a file is allowed" in err
