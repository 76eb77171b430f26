"""Finds the stylesheets: inside the installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = PACKAGE / "styles"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent / "styles"

STYLESHEETS = [FOLDER / f"{part}.tcss" for part in ("app", "main", "form", "dialogs", "bulk")]
"""One file for each part of the screen."""
