"""A journal of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant_tui.journal.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path) as opened:
        yield opened


@pytest.fixture
def other(path: Path) -> Iterator[Journal]:
    """Another running program on the same file."""
    with Journal(path) as opened:
        yield opened
