"""The home that the programs share."""

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where all of them keep everything; it is not there yet."""
    return tmp_path / "home"
