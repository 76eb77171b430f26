"""An editor with inputs, under which a list offers what could be put in while one types."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import DescendantFocus
from textual.widgets import Input
from textual.widgets.option_list import Option

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.widgets.editors.field_editor import FieldEditor
from assistant_tui.tui.widgets.options import Options

MOST_OFFERED = 50
"""How many lines the list offers at a time."""


class Offer(NamedTuple):
    """One line of the list."""

    value: str
    words: str = ""
    """What is said beside the value: a name, a size."""

    def matches(self, typed: str) -> bool:
        """Whether what was typed is part of the value or the words."""
        return typed in self.value.lower() or typed in self.words.lower()


class OfferingEditor(FieldEditor):
    """The input keeps the focus: ↓ and ↑ move in the list, Enter takes a line, any text goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    offers: Sequence[Offer] = ()
    _listed: Sequence[Offer] = ()

    def compose_list(self) -> ComposeResult:
        """The list, below the inputs."""
        options = Options(compact=True, markup=False)
        options.can_focus = False
        yield options

    def offer(self, offers: Sequence[Offer]) -> None:
        """Take what the server has."""
        self.offers = offers
        self._narrow("")

    def starting(self, holder: Input) -> str:
        """What an input held at first: all is offered until something else is typed."""
        return str(self.shown)

    def _narrow(self, typed: str) -> None:
        wanted = typed.lower()
        found = [offer for offer in self.offers if offer.matches(wanted)][:MOST_OFFERED]
        self._listed = found
        options = self.query_one(Options)
        options.clear_options()
        lines = (f"{offer.value}  {offer.words}".rstrip() for offer in found)
        options.add_options(Option(Content(one_line(line))) for line in lines)
        self.set_class(not found, "-nothing")

    @on(DescendantFocus)
    def _narrow_anew(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Input):
            self._narrow_by(event.widget)

    @on(Input.Changed)
    def _narrow_further(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow_by(event.input)
        self.changed()

    def _narrow_by(self, holder: Input) -> None:
        self._narrow("" if holder.value == self.starting(holder) else holder.value)

    def action_move(self, by: int) -> None:
        """Go up or down in the list."""
        options = self.query_one(Options)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(Input.Submitted)
    def _take_highlighted(self, event: Input.Submitted) -> None:
        event.stop()
        self._put(event.input, self.query_one(Options).highlighted)

    @on(Options.OptionSelected)
    def _take_clicked(self, event: Options.OptionSelected) -> None:
        event.stop()
        for holder in self.query(Input):
            if holder.has_focus:
                self._put(holder, event.option_index)

    def _put(self, holder: Input, place: int | None) -> None:
        if place is not None:
            holder.value = self._listed[place].value
            holder.cursor_position = len(holder.value)
