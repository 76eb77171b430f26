"""Compares versions of assistants: side by side, or as a conflict to settle field by field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Button, Static

from assistant_tui.core.assistants.comparison import ComparedField, compare_values
from assistant_tui.core.assistants.conflict import UNSET, DraftConflict, Side, excerpts
from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.labels import shown_id
from assistant_tui.core.safe_text import many_lines, one_line
from assistant_tui.core.text_comparison import LinePair
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.dialogs.text_screen import TextScreen, difference_lines
from assistant_tui.tui.widgets.text_layout import fit, wrap
from assistant_tui.tui.widgets.text_view import DrawnLine, LineWidget, TextView

_MAX_SHOWN = 400
"""Characters of a value that one line can need at most, however wide the terminal is."""
_SIDES = tuple(Side)


class SideChoice(LineWidget, can_focus=True):
    """`(x)` marks whose value is to be, `>` the line under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("space,enter", "choose", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"side-choice--label", "side-choice--cursor"}

    chosen: reactive[Side] = reactive(Side.MINE)
    cursor: reactive[int] = reactive(0)

    def __init__(self, field: str, label: str, values: Mapping[Side, str]) -> None:
        """`label` is shown as it is, the JSON texts of `values` are made safe here."""
        super().__init__()
        self.field = field
        self.values = values
        self._label = label
        self._shown = {side: _value_text(text) for side, text in excerpts(values).items()}

    def on_focus(self) -> None:
        """Draw the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Start on what is chosen when one comes back."""
        self.cursor = _SIDES.index(self.chosen)
        self.refresh()

    def action_move(self, by: int) -> None:
        """Go a line down or up, from the last one on to what follows."""
        position = self.cursor + by
        if position in range(len(_SIDES)):
            self.cursor = position
            return
        choices = [*self.screen.query(SideChoice)]
        neighbour = choices.index(self) + by
        if neighbour in range(len(choices)):
            choices[neighbour].cursor = 0 if by > 0 else len(_SIDES) - 1
            self.screen.set_focus(choices[neighbour])
        elif by > 0:
            self.screen.focus_next()

    def action_choose(self) -> None:
        """Take the value under the cursor."""
        self.chosen = _SIDES[self.cursor]

    def on_click(self, event: events.Click) -> None:
        """Take the value that was clicked."""
        if event.y:
            self.cursor = min(event.y, len(_SIDES)) - 1
            self.action_choose()

    def draw_line(self, y: int) -> Strip:
        """Draw the label, or one of the values, cut to the width."""
        width, part, text = self.size.width, "label", self._label
        if 0 < y <= len(_SIDES):
            side = _SIDES[y - 1]
            here = self.has_focus and self.cursor == y - 1
            mark = "(x)" if side is self.chosen else "( )"
            text = f"{'>' if here else ' '} {mark} {side.value:<8}  {self._shown[side]}"
            part = "cursor" if here else ""
        style = self.get_component_rich_style(f"side-choice--{part}") if part else self.plain_style
        return Strip([Segment(fit(text, width), style)], width)


def _value_text(text: str) -> str:
    return "not set" if text == UNSET else one_line(text[:_MAX_SHOWN])


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

    def __init__(self, conflict: DraftConflict, stay: str) -> None:
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
                for name in _in_form_order(self._conflict.fields):
                    yield SideChoice(name, field_label(name), self._conflict.values(name))
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
            lines = tuple(_full_differences(field.values))
            self.app.push_screen(TextScreen(f"{field_label(field.field)} in full", lines))


def _in_form_order(names: Sequence[str]) -> list[str]:
    """The fields in the order of the form, and those that it does not know behind them."""
    order = {name: place for place, name in enumerate(dict.fromkeys([*FIELDS, *names]))}
    return sorted(names, key=order.__getitem__)


def field_label(name: str) -> str:
    """What the form calls a field; its own name where the form does not know it."""
    return FIELDS[name].label if name in FIELDS else one_line(name)


def _full_differences(values: Mapping[Side, str]) -> Iterator[StyledText]:
    original = values[Side.ORIGINAL]
    for side in (Side.THEIRS, Side.MINE):
        yield StyledText(f"original → {side.value}", "label")
        lines = list(difference_lines(compare_values(original, values[side])))
        yield from lines or [StyledText("the same", "muted")]
        yield StyledText("")


_DIFFERENT, _SAME = " ≠ ", " │ "
_MAX_EQUAL_LINES = 3
"""Lines that are shown of a field that is the same on both sides."""


class SideBySide(TextView):
    """Shows fields of two assistants; `≠` stands between what differs."""

    def __init__(self, compared: Sequence[ComparedField]) -> None:
        super().__init__()
        self._compared = compared

    def laid_out(self, width: int) -> Iterable[DrawnLine]:
        """The fields, each under its name, in two columns."""
        for field in self._compared:
            name = FIELDS[field.name].label if field.name in FIELDS else one_line(field.name)
            said = "the same" if field.same else "different"
            yield DrawnLine(f"{name} · {said}", "label")
            pairs = field.pairs[:_MAX_EQUAL_LINES] if field.same else field.pairs
            for pair in pairs:
                yield from _columns(pair, (width - len(_SAME)) // 2)
            if len(pairs) < len(field.pairs):
                left = len(field.pairs) - len(pairs)
                yield DrawnLine(f"… {left:,} more lines, the same", "muted")
            yield DrawnLine("")


def _columns(pair: LinePair, width: int) -> Iterator[DrawnLine]:
    left, right = (wrap(many_lines(text or ""), width) for text in (pair.left, pair.right))
    between, part = (_SAME, "muted") if pair.same else (_DIFFERENT, "")
    for one, other in zip_longest(left, right, fillvalue=""):
        yield DrawnLine(f"{fit(one, width)}{between}{other}", part)
        between = _SAME if between == _DIFFERENT else between
