"""What shells complete: every verb and option, and paths where those are meant."""

import shlex
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
    "undo",
    "history",
    "trash",
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


CONFIG = """
[profiles.work]
base_url = "https://work.test"
[profiles.work.functions.f]
command = "true"
  [ profiles . staging-2 ]
base_url = "https://staging.test"
[server.backends.other]
base_url = "http://localhost"
"""


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--profile", ""], ["local", "staging-2", "work"]),
        (["list", "--profile", "w"], ["work"]),
        (["clone", "asst_1", "--to", "s"], ["staging-2"]),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_the_names_of_profiles_are_completed_as_the_file_has_them_then(
    run: Run, home: Path, tmp_path: Path, shell: str, words: list[str], found: list[str]
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    path = tmp_path / "completion"
    path.write_bytes(run("--print-completion", shell).out)
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(CONFIG)
    line = shlex.join(["assistant-tui", *words]) if words[-1] else "assistant-tui --profile "
    listed = " ".join(["assistant-tui", *words[:-1], words[-1] or "''"])
    code = {
        "bash": f"source {path}; COMP_WORDS=({listed}); COMP_CWORD={len(words)}; "
        f"COMP_LINE='{line}'; COMP_POINT={len(line)}; _shtab_assistant_tui; "
        "printf '%s\\n' \"${COMPREPLY[@]}\"",
        "fish": f"source {path}; complete -C '{line}'",
    }[shell]
    done = subprocess.run([shell, "-c", code], capture_output=True, text=True, timeout=LIMIT)
    assert sorted(each.split("\t")[0].strip() for each in done.stdout.splitlines()) == found


def test_zsh_takes_it_from_a_pipe(run: Run, home: Path, tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("no zsh on this machine")
    path = tmp_path / "completion"
    path.write_bytes(run("--print-completion", "zsh").out)
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(CONFIG)
    code = (
        f"autoload -Uz compinit; compinit -u -d {tmp_path}/dump; source <(cat {path}); "
        "print $_comps[assistant-tui]; compadd() { print $@[2,-1] }; _assistant_tui_profiles"
    )
    done = subprocess.run(["zsh", "-fc", code], capture_output=True, text=True, timeout=LIMIT)
    assert (done.stdout, done.stderr) == (
        "_shtab_assistant_tui\nlocal staging-2 work\n",
        "",
    )


def test_another_shell_is_told_with_those_that_are_known(run: Run) -> None:
    done = run("--print-completion", "tcsh")
    assert (done.code, done.out) == (2, b"")
    assert "'bash', 'zsh', 'fish'" in done.err
