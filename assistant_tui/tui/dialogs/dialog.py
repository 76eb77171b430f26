"""What all dialogs have in common: they answer once."""

from typing import TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen over another that gives one answer and goes."""

    _answered = False

    def close(self, result: Result) -> None:
        """Answer; a key pressed twice would otherwise close what lies below, too."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)
