"""A text over the whole screen: the JSON of an object, an id, the help."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from assistant_tui.core.assistants.comparison import DiffLine
from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.safe_text import many_lines
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.widgets.reader import Reader

_PARTS = {" ": "muted"}


def difference_lines(differences: Iterable[DiffLine]) -> Iterator[StyledText]:
    """A comparison in lines that are safe to show: `-` before, `+` after, `~` changed inside."""
    for mark, text in differences:
        if mark:
            yield StyledText(f"{mark} {many_lines(text)}", _PARTS.get(mark, ""))
        else:
            yield from (StyledText(""), StyledText(many_lines(text), "label"))


class TextScreen(Dialog[None]):
    """Shows lines until Esc, q or the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v,Y,question_mark,f1,f3,equals_sign", "close", "Close", show=False)
    ]

    def __init__(
        self, title: str, lines: Sequence[StyledText], reader: Reader | None = None
    ) -> None:
        """`lines` and `title` are shown as they are: remote text must have been made safe.

        `reader` shows something else than `lines`.
        """
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._reader = reader

    def compose(self) -> ComposeResult:
        """A title, the text, and the keys."""
        yield Static(Content(self._title), classes="title")
        if self._reader is None:
            self._reader = Reader()
            self._reader.lines = self._lines
        yield self._reader
        yield Static(Content("↑ ↓ PgUp PgDn move · Esc closes"), classes="hint")

    def action_close(self) -> None:
        """Go back to what was under the text."""
        self.close(None)
