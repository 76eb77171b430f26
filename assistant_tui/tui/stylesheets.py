"""Finds the stylesheets, in the installed package or in a checkout, and parses them once."""

from pathlib import Path

from textual.app import App
from textual.css.stylesheet import Stylesheet

PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = PACKAGE / "styles"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent / "styles"

FIRST_SCREEN = [FOLDER / f"{part}.tcss" for part in ("app", "main")]
"""What the first screen needs; one file for each part of the screen."""
DEFERRED = [FOLDER / f"{part}.tcss" for part in ("form", "dialogs", "bulk", "filter")]
"""What forms and dialogs need; together, so that they are read in one order always."""


def read_deferred(app: App[object]) -> None:
    """Read the rest, if no dialog has had it read already."""
    sheet = app.stylesheet
    sheet.read_all([path for path in DEFERRED if not sheet.has_source(str(path))])


class CachingStylesheet(Stylesheet):
    """Reads each source once; Textual's own reads all of them three times before the first frame.

    It does so for the sake of variables that may have changed. Where they have not, what was read
    is still valid.
    """

    def set_variables(self, variables: dict[str, str]) -> None:
        """Forget what was read with other colours."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Read what has not been read with these colours."""
        self.parse()
