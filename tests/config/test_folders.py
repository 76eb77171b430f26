"""Where things are kept, with and without a folder of the person's choice."""

import os
import pwd
from pathlib import Path
from typing import NoReturn

import pytest

from assistant_tui.config.folders import Folders, find_folders
from assistant_tui.config.settings import ConfigurationError


def test_one_folder_may_hold_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSISTANT_TUI_HOME", str(tmp_path))
    places = find_folders()
    assert places == Folders(tmp_path, tmp_path, tmp_path / "cache", tmp_path)
    assert places.config_file == tmp_path / "config.toml"
    assert places.store == tmp_path / "assistants.db"
    assert places.log_file == tmp_path / "assistant-tui.log"


def test_it_may_be_below_the_persons_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ASSISTANT_TUI_HOME", "~/all")
    assert find_folders().config == tmp_path / "all"


def test_the_home_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_TUI_HOME", "~nobody-of-this-name/x")
    with pytest.raises(ConfigurationError, match=r"^ASSISTANT_TUI_HOME: .* a folder is allowed$"):
        find_folders()


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> NoReturn:
        raise KeyError(number)

    for name in ("ASSISTANT_TUI_HOME", "HOME", *(each for each in os.environ if "XDG_" in each)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(ConfigurationError, match=r"^HOME is not set, .* names a folder$"):
        find_folders()


@pytest.mark.parametrize("home", [None, ""])
def test_otherwise_each_is_where_the_system_wants_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str | None
) -> None:
    monkeypatch.delenv("ASSISTANT_TUI_HOME")
    if home is not None:
        monkeypatch.setenv("ASSISTANT_TUI_HOME", home)
    for kind in ("config", "data", "cache", "state"):
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(tmp_path / kind))
    own = [tmp_path / kind / "assistant-tui" for kind in ("config", "data", "cache", "state")]
    assert find_folders() == Folders(*own)


def test_finding_them_makes_none(tmp_path: Path) -> None:
    find_folders()
    assert [*tmp_path.iterdir()] == []
