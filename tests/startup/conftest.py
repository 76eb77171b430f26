"""The screen replaced by a note of how it was opened."""

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.cli import composition


class Screen:
    """Stands in for the application: writes down what it is given, and ends as told."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.mouse: bool | None = None
        self.return_code: int | None = None
        self.crash_report: Path | None = None
        self.fault: Exception | None = None
        self.painted = False
        self.first_frame = ""

    def __call__(self, settings: Any, opener: Any, **others: Any) -> "Screen":
        self.given = {"settings": settings, **others}
        return self

    def run(self, *, mouse: bool) -> None:
        """End at once."""
        self.mouse = mouse


@pytest.fixture
def in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The streams of the test pass for a terminal, and the start may prepare its process."""
    monkeypatch.setattr(composition, "is_terminal", lambda stream: True)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ["TERM"] = "xterm-256color"
    handlers = [*logging.getLogger().handlers]
    yield
    logging.getLogger().handlers = handlers
    gc.enable()


@pytest.fixture
def screen(in_a_terminal: None, monkeypatch: pytest.MonkeyPatch) -> Screen:
    """What would be opened on the terminal."""
    screen = Screen()
    monkeypatch.setattr("assistant_tui.tui.app.AssistantApp", screen)
    return screen


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder that ASSISTANT_TUI_HOME names, made."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"
