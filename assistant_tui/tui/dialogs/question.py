"""A question with a few answers as buttons; the first has the focus and is the harmless one."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.widgets.wrapping import fit

_WIDTH = 66
"""Cells of a line where the terminal has 80 columns."""


def about_line(label: str, words: str) -> str:
    """What a question says of one thing; one line always, so that no words look like another.

    `words` must have been made safe.
    """
    return fit(f"{label:<6}{words}", _WIDTH).rstrip()


class Answer(NamedTuple):
    """One button."""

    key: str
    label: str
    dangerous: bool = False


class Question(Dialog[str]):
    """Asks, and answers with the key of the button; Esc is the first button."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012 Textual types it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], answers: Sequence[Answer]) -> None:
        """`lines` are shown as they are: remote text in them must have been made safe."""
        super().__init__()
        self._title = title
        self._lines = lines
        self._answers = answers

    def compose(self) -> ComposeResult:
        """A title, the lines, and the buttons in a row."""
        with VerticalScroll(classes="box", can_focus=False):
            yield Static(Content(self._title), classes="title")
            for line in self._lines:
                yield Static(Content(line), classes="" if line else "gap")
            with Horizontal(classes="buttons"):
                for answer in self._answers:
                    button = Button(Content(answer.label), compact=True, name=answer.key)
                    button.set_class(answer.dangerous, "-dangerous")
                    yield button

    def on_mount(self) -> None:
        """Give the first button the focus."""
        self.query(Button).first().focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.choose(event.button.name or self._answers[0].key)

    def choose(self, key: str) -> None:
        """Answer with one of the buttons."""
        self.close(key)

    def action_cancel(self) -> None:
        """Answer with the first button."""
        self.close(self._answers[0].key)
