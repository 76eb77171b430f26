"""Asks for one or a few values, a line each."""

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.widgets.editors.line import line_input

Values = tuple[str, ...]


class Asked(NamedTuple):
    """One value that is asked for."""

    label: str
    preset: str = ""
    known: Sequence[str] = ()
    """What it may be completed to: → takes the completion."""


class Entry(Dialog[Values | None]):
    """Answers with the values as they were typed; None where none are wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(
        self,
        title: str,
        asked: Sequence[Asked],
        deed: str,
        wrong: Callable[[Values], str] = lambda values: "",
    ) -> None:
        """`deed` says what Enter does; `wrong` says what is wrong with the values, if anything."""
        super().__init__()
        self._title = title
        self._asked = asked
        self._deed = deed
        self._wrong = wrong

    def compose(self) -> ComposeResult:
        """A title, and each value under its label."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            for each in self._asked:
                yield Static(Content(each.label), classes="label")
                holder = line_input(each.preset)
                if each.known:
                    holder.suggester = SuggestFromList(each.known, case_sensitive=False)
                yield holder
            yield Static(classes="error")
            completes = " · → completes" if any(each.known for each in self._asked) else ""
            yield Static(Content(f"Enter {self._deed}{completes} · Esc goes back"), classes="hint")

    def on_mount(self) -> None:
        """Start in the first value."""
        self.set_focus(self.query(Input).first())

    @on(Input.Changed)
    def _take_back(self) -> None:
        self.query_one(".error", Static).update(Content(""))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        holders = [*self.query(Input)]
        if event.input is not holders[-1]:
            self.focus_next()
            return
        values = tuple(holder.value for holder in holders)
        if wrong := self._wrong(values):
            self.query_one(".error", Static).update(Content(f"✗ {one_line(wrong)}"))
        else:
            self.close(values)

    def action_cancel(self) -> None:
        """Answer with nothing."""
        self.close(None)
