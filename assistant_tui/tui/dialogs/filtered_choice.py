"""Asks for one line of a long list, of which typing shows those that have the words."""

from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from assistant_tui.tui.dialogs.prompts import ChoiceDialog
from assistant_tui.tui.widgets.inputs import SafeOptionList, line_input


class FilteredChoiceDialog(ChoiceDialog):
    """A choice with a line above it: what is typed there must stand in the lines that are shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("down,ctrl+n", "move(1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """A title, the words, the lines that have them, and the keys to press."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            yield line_input("", "Type to filter")
            yield SafeOptionList(*self._options(""), compact=True, markup=False)
            yield Static(Content("Enter chooses · ↑↓ move · Esc goes back"), classes="hint")

    @property
    def takes_keys(self) -> Widget:
        """The line above: what is typed filters."""
        return self.query_one(Input)

    def _options(self, words: str) -> Iterator[Option]:
        wanted = words.casefold().split()
        for key, line in self._lines.items():
            if all(word in line.casefold() for word in wanted):
                yield Option(Content(line), id=key)

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        options = self.query_one(SafeOptionList)
        options.clear_options()
        options.add_options(self._options(event.value))
        options.highlighted = 0 if options.option_count else None

    @on(Input.Submitted)
    def _take(self) -> None:
        self.query_one(SafeOptionList).action_select()
