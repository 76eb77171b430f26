"""Asks, field by field, what becomes of values that were changed here and elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.assistants.comparison import compare_values
from assistant_tui.core.assistants.conflict import Conflict, Side
from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.labels import shown_id
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.dialogs.text import TextScreen, difference_lines
from assistant_tui.tui.widgets.side_choice import SideChoice
from assistant_tui.tui.widgets.wrapping import wrap

_AROUND = 9
"""Lines of the dialog around its fields; a low terminal has `_AROUND_LOW`."""
_AROUND_LOW = 4
_WIDTH, _MARGINS = 100, 6
"""Cells of the dialog at most, and of its border and padding."""


class ConflictDialog(Dialog[Mapping[str, Side] | None]):
    """Answers with what was chosen for each field, or None to settle nothing."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012 Textual types it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("f3", "show_field", show=False),
        Binding("right,down", "app.focus_next", show=False),
        Binding("left,up", "app.focus_previous", show=False),
    ]

    def __init__(self, conflict: Conflict, stay: str) -> None:
        """`stay` is what the button says that settles nothing, a verb first: what Esc does."""
        super().__init__()
        self._conflict = conflict
        self._stay = stay
        self._identity = f"Id    {shown_id(str(conflict.draft.assistant_id))}"

    def compose(self) -> ComposeResult:
        """A title, the fields, the buttons, and the keys."""
        with Vertical(classes="box"):
            yield Static(Content("Changed here and elsewhere meanwhile"), classes="title")
            yield Static(Content(self._identity), classes="id")
            with VerticalScroll(classes="fields", can_focus=False):
                for name in _as_in_the_form(self._conflict.fields):
                    yield SideChoice(name, label(name), self._conflict.values(name))
            with Horizontal(classes="buttons"):
                yield Button(Content(self._stay), compact=True, name="cancel")
                yield Button(Content("Save as chosen"), compact=True, name="save")
            verb, *rest = self._stay.lower().split()
            esc = " ".join(["Esc", f"{verb}s", *rest])
            hint = f"↑ ↓ move · Space chooses · F3 in full · Tab goes on · {esc}"
            yield Static(Content(hint), classes="hint")

    def on_mount(self) -> None:
        """Start in the first field, where Enter changes nothing."""
        self.set_focus(self.query(SideChoice).first())

    def on_resize(self, event: events.Resize) -> None:
        """Leave room for the buttons: the fields scroll."""
        around = _AROUND if event.size.height >= 16 else _AROUND_LOW
        around += len(wrap(self._identity, min(event.size.width, _WIDTH) - _MARGINS))
        self.query_one(".fields").styles.max_height = max(event.size.height - around, 1)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.name == "save":
            self.close({each.field: each.chosen for each in self.query(SideChoice)})
        else:
            self.close(None)

    def action_cancel(self) -> None:
        """Settle nothing."""
        self.close(None)

    def action_show_field(self) -> None:
        """Show the field that has the focus in full, as differences."""
        field = self.focused
        if isinstance(field, SideChoice):
            lines = tuple(_in_full(field.values))
            self.app.push_screen(TextScreen(f"{label(field.field)} in full", lines))


def _as_in_the_form(names: Sequence[str]) -> list[str]:
    """The fields in the order of the form, and those that it does not know behind them."""
    order = {name: place for place, name in enumerate(dict.fromkeys([*FIELDS, *names]))}
    return sorted(names, key=order.__getitem__)


def label(name: str) -> str:
    """What the form calls a field; its own name where the form does not know it."""
    return FIELDS[name].label if name in FIELDS else one_line(name)


def _in_full(values: Mapping[Side, str]) -> Iterator[StyledText]:
    original = values[Side.ORIGINAL]
    for side in (Side.THEIRS, Side.MINE):
        yield StyledText(f"original → {side.value}", "label")
        lines = list(difference_lines(compare_values(original, values[side])))
        yield from lines or [StyledText("the same", "muted")]
        yield StyledText("")
