"""What shells complete: every verb and option, and paths where those are meant."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.limits import LIMIT

VERBS = [
    "list",
    "get",
    "create",
    "update",
    "delete",
    "clone",
    "export",
    "import",
    "serve",
    "ask",
    "threads",
    "eval",
]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_verb_and_option_is_known(run: Run, shell: str) -> None:
    done = run("--print-completion", shell)
    text = done.out.decode()
    assert (done.code, done.err) == (0, "")
    words = [
        *VERBS,
        "profile",
        "base-url",
        "dry-run",
        "print-completion",
        "agents-sdk",
        "order",
        "promptfoo",
    ]
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_itself_finds_no_fault_in_it(run: Run, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    path = tmp_path / "completion"
    path.write_bytes(run("--print-completion", shell).out)
    done = subprocess.run([shell, "-n", path], capture_output=True, timeout=LIMIT)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (["assistant-tui", "ex"], ["export"]),
        (["assistant-tui", "export", "--fo"], ["--format"]),
        (["assistant-tui", "export", "--format", "ya"], ["yaml"]),
        (["assistant-tui", "import", "some"], ["some.yaml"]),
        (["assistant-tui", "threads", "ex"], ["export"]),
        (["assistant-tui", "threads", "export", "--format", "promp"], ["promptfoo"]),
        (["assistant-tui", "threads", "import", "some"], ["some.yaml"]),
        (["assistant-tui", "eval", "asst_1", "--cases", "some"], ["some.yaml"]),
    ],
)
def test_bash_completes(run: Run, tmp_path: Path, line: list[str], found: list[str]) -> None:
    path = tmp_path / "completion"
    path.write_bytes(run("--print-completion", "bash").out)
    (tmp_path / "some.yaml").touch()
    words = " ".join(line)
    code = (
        f"source {path}; COMP_WORDS=({words}); COMP_CWORD={len(line) - 1}; COMP_LINE='{words}'; "
        f"COMP_POINT={len(words)}; _shtab_assistant_tui; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(
        ["bash", "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=LIMIT
    )
    assert [each.strip() for each in done.stdout.splitlines()] == found


def test_another_shell_is_told_with_those_that_are_known(run: Run) -> None:
    done = run("--print-completion", "tcsh")
    assert (done.code, done.out) == (2, b"")
    assert "'bash', 'zsh', 'fish'" in done.err
