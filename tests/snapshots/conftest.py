"""Pictures of the screen as SVG files, compared to the letter."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.tui.driver import Driver

Looks = Callable[[Driver], None]


class Picture(SingleFileSnapshotExtension):
    """One SVG file for each picture, as text."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def looks_as_before(snapshot: SnapshotAssertion) -> Looks:
    """Asserts that the screen is as it was when `--snapshot-update` was given last."""
    pictures = snapshot.use_extension(Picture)

    def compare(program: Driver) -> None:
        assert program.app.export_screenshot(title="assistant-tui", simplify=True) == pictures

    return compare
