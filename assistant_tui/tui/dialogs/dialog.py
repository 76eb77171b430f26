"""What all dialogs have in common: they answer once."""

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen
from textual.types import CSSPathType

from assistant_tui.tui.stylesheets import DEFERRED

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen over another that gives one answer and goes."""

    CSS_PATH: ClassVar[CSSPathType | None] = [*DEFERRED]

    _answered = False

    @property
    def answered(self) -> bool:
        """It was answered, and is going."""
        return self._answered

    @property
    def working(self) -> bool:
        """Whether it is carrying something out, and not just waiting for an answer."""
        return False

    def close(self, result: Result) -> None:
        """Answer; a key pressed twice would otherwise close what lies below, too."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)
