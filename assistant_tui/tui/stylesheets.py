"""Finds the stylesheets, in the installed package or in a checkout, and parses them once."""

from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

PACKAGE = Path(__file__).resolve().parent.parent
_INSTALLED = PACKAGE / "styles"
FOLDER = _INSTALLED if _INSTALLED.is_dir() else PACKAGE.parent / "styles"

FIRST_SCREEN = [FOLDER / f"{part}.tcss" for part in ("app", "main")]
"""What the first screen needs; one file for each part of the screen."""
DEFERRED = [FOLDER / f"{part}.tcss" for part in ("form", "dialogs", "bulk", "filter")]
"""What forms and dialogs need; together, so that they are read in one order always."""
PLAYGROUND = [FOLDER / "playground.tcss"]
"""What the playground needs beside these."""


def read_deferred(app: App[object]) -> None:
    """Read the rest, if no dialog has had it read already."""
    sheet = app.stylesheet
    sheet.read_all([path for path in DEFERRED if not sheet.has_source(str(path))])


_Parsed = LRUCache[tuple[object, ...], list[RuleSet]]


class CachingStylesheet(Stylesheet):
    """Reads each source once for each theme; Textual's own three times before the first frame.

    It does so for the sake of variables that may have changed. What was read with other variables
    is kept for the next theme that has them, and the next application.
    """

    _parsed: ClassVar[LRUCache[frozenset[tuple[str, str]], _Parsed]] = LRUCache(8)
    """What was read, by the variables."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._use_parsed()

    def set_variables(self, variables: dict[str, str]) -> None:
        """Leave what was read with other colours."""
        if variables != self._variables:
            self._parse_cache = LRUCache(1)  # The one that is emptied.
            super().set_variables(variables)
            self._use_parsed()

    def reparse(self) -> None:
        """Read what has not been read with these colours."""
        self.parse()

    def _use_parsed(self) -> None:
        key = frozenset(self._variables.items())
        self._parse_cache = self._parsed.get(key) or LRUCache(256)
        self._parsed[key] = self._parse_cache
