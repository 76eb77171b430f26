"""Finds the stylesheets: inside the installed package, or beside it in a checkout."""

from pathlib import Path

from textual.app import App

PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = PACKAGE / "styles"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent / "styles"

FIRST = [FOLDER / f"{part}.tcss" for part in ("app", "main")]
"""What the first screen needs; one file for each part of the screen."""
LATER = [FOLDER / f"{part}.tcss" for part in ("form", "dialogs", "bulk", "filter")]
"""What forms and dialogs need; together, so that they are read in one order always."""


def read_later(app: App[object]) -> None:
    """Read the rest, if no dialog has had it read already."""
    sheet = app.stylesheet
    sheet.read_all([path for path in LATER if not sheet.has_source(str(path))])
