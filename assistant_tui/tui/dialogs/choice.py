"""Lets a person choose one line of a list."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.widgets.option_list import Option

from assistant_tui.core.assistants.columns import created_text
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.widgets.options import Options


def dated(at: float, name: str, identity: str) -> str:
    """A moment and a name, and below them, on a line of its own, the id, if there is one."""
    when = f"{created_text(int(at))}  "
    return f"{when}{name}\n{' ' * len(when)}{identity}" if identity else f"{when}{name}"


class Choice(Dialog[str | None]):
    """Shows lines by key; answers with the key of the chosen one, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, title: str, lines: Mapping[str, str], current: str = "") -> None:
        """`lines` are shown as they are: remote text in them must have been made safe."""
        super().__init__()
        self._title = title
        self._lines = lines
        self._current = current

    def compose(self) -> ComposeResult:
        """A title, a line for each key, and the keys to press."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            options = (Option(Content(line), id=key) for key, line in self._lines.items())
            yield Options(*options, compact=True, markup=False)
            yield Static(Content("Enter chooses · Esc goes back"), classes="hint")

    def on_mount(self) -> None:
        """Start on the current line, or the first."""
        options = self.query_one(Options)
        keys = list(self._lines)
        options.highlighted = keys.index(self._current) if self._current in keys else 0
        self.set_focus(options)

    @on(Options.OptionSelected)
    def _choose(self, event: Options.OptionSelected) -> None:
        self.close(event.option.id)

    def action_cancel(self) -> None:
        """Choose none."""
        self.close(None)

    def action_move(self, by: int) -> None:
        """Move as the list of assistants does."""
        options = self.query_one(Options)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()
