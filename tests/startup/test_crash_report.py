"""The report of a fault: what led to it, without keys and local variables, for one pair of eyes."""

import os
import stat
from pathlib import Path

import pytest

from assistant_tui.cli import composition
from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.config.settings import Profile
from assistant_tui.startup.diagnostics import CRASH_REPORT_NAME, write_crash_report

KEY = "sk-canary-0123456789"


def raised(message: str) -> Exception:
    """A fault with a local variable that holds a key, and another that led to it."""
    held = KEY
    try:
        try:
            raise KeyError(message)
        except KeyError as cause:
            raise ValueError(f"{len(held)}: {message}") from cause
    except ValueError as fault:
        return fault


def mode(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_key_that_was_fetched_is_taken_out_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    await ApiKeySource(Profile("work", api_key_env="SOME_KEY"))()
    report = write_crash_report(tmp_path / "state", raised(f"Illegal header value b'Bearer {KEY}'"))
    assert report == tmp_path / "state" / CRASH_REPORT_NAME
    text = report.read_text()
    assert "ValueError: 20: Illegal header value b'Bearer [key]'" in text
    assert "KeyError" in text and "def" not in text
    assert KEY not in text


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "ASSISTANT_TUI_API_KEY"])
def test_so_is_one_that_was_never_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "another-canary-42")
    report = write_crash_report(tmp_path, raised(str(dict(os.environ))))
    assert report is not None
    assert name in report.read_text() and "another-canary-42" not in report.read_text()


def test_nobody_else_may_read_it_whatever_was_there_before(tmp_path: Path) -> None:
    (tmp_path / CRASH_REPORT_NAME).touch(0o644)
    (tmp_path / CRASH_REPORT_NAME).chmod(0o644)
    report = write_crash_report(tmp_path, raised("a fault"))
    assert report is not None
    assert mode(report) == 0o600
    folder = tmp_path / "not" / "there"
    assert write_crash_report(folder, raised("a fault")) == folder / CRASH_REPORT_NAME
    assert {mode(folder), mode(folder.parent)} == {0o700}


def test_it_is_not_written_through_a_link_that_somebody_laid(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("precious")
    (tmp_path / CRASH_REPORT_NAME).symlink_to(tmp_path / "other")
    assert write_crash_report(tmp_path, raised("a fault")) is None
    assert (tmp_path / "other").read_text() == "precious"


def test_lone_surrogates_and_escapes_do_not_keep_it_from_being_written(tmp_path: Path) -> None:
    report = write_crash_report(tmp_path, raised("\ud800\x1b[31m"))
    assert report is not None
    assert "\\ud800" in report.read_text()


@pytest.mark.parametrize("arguments", [["serve"], ["--demo"]])
def test_a_fault_outside_the_screen_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
) -> None:
    def fail(*_: object) -> int:
        raise raised("of ours")

    monkeypatch.setattr(composition, "_serve", fail)
    monkeypatch.setattr(composition, "_open_screen", fail)
    assert composition.main(arguments) == 1
    report = tmp_path / "home" / CRASH_REPORT_NAME
    told = f"assistant-tui: stopped by a fault; report: {report}\n"
    assert capsys.readouterr() == ("", told)
    assert "of ours" in report.read_text()
