"""Waits for the rest of a list that is still loading, unless a person wants no more of it."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import Dialog

ALL = "all"
"""The answer when all was found."""
THESE = "these"
"""The answer of a person who wants only what was found so far."""
CANCEL = "cancel"
_AGAIN = "again"


class WaitForRest(Dialog[str]):
    """Shows how far it is; whoever opened it calls `show`, and `close(ALL)` when all is there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, try_again: Callable[[], None]) -> None:
        """`title` is shown as it is; `try_again` is called where a failure is to be overcome."""
        super().__init__()
        self._title = title
        self._try_again = try_again
        self._found, self._loaded, self._failure = 0, 0, ""

    def compose(self) -> ComposeResult:
        """A title, how far it is, what went wrong, and the buttons; Cancel has the focus."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            yield Static(classes="progress")
            yield Static(classes="error")
            with Horizontal(classes="buttons"):
                yield Button(Content("Cancel"), compact=True, name=CANCEL)
                yield Button(Content("Try again"), compact=True, name=_AGAIN)
                yield Button(compact=True, name=THESE)

    def on_mount(self) -> None:
        """Show what is known by now."""
        self.query(Button).first().focus()
        self._draw()

    def show(self, found: int, loaded: int, failure: str = "") -> None:
        """Tell how many were found among how many, and why no more come."""
        if (found, loaded, failure) != (self._found, self._loaded, self._failure):
            self._found, self._loaded, self._failure = found, loaded, failure
            if self.is_mounted:
                self._draw()

    def _draw(self) -> None:
        found = f"{self._found:,} found among the {self._loaded:,} loaded so far"
        going = "" if self._failure else ", the list is still loading…"
        self.query_one(".progress", Static).update(Content(found + going))
        error = self.query_one(".error", Static)
        error.update(Content(f"✗ {one_line(self._failure)}" if self._failure else ""))
        error.display = bool(self._failure)
        _, again, these = self.query(Button)
        again.display = bool(self._failure)
        these.label, these.display = Content(f"Only these {self._found:,}"), bool(self._found)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.name == _AGAIN:
            self._try_again()
            self.query(Button).first().focus()
        else:
            self.close(event.button.name or CANCEL)

    def action_cancel(self) -> None:
        """Do nothing, and wait no longer."""
        self.close(CANCEL)
