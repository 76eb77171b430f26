"""Asks for one line of a list, or for values that are typed."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.widgets.option_list import Option

from assistant_tui.core.list_spec import created_text
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import Dialog, DialogKeys
from assistant_tui.tui.widgets.inputs import SafeOptionList, line_input


def dated_line(at: float, name: str, identity: str) -> str:
    """A moment and a name, and below them, on a line of its own, the id, if there is one."""
    when = f"{created_text(int(at))}  "
    return f"{when}{name}\n{' ' * len(when)}{identity}" if identity else f"{when}{name}"


class ChoiceDialog(Dialog[str | None]):
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
            yield SafeOptionList(*options, compact=True, markup=False)
        yield DialogKeys(("Enter", "Choose"), ("Esc", "Back"))

    def on_mount(self) -> None:
        """Start on the current line, or the first."""
        options = self.query_one(SafeOptionList)
        keys = list(self._lines)
        options.highlighted = keys.index(self._current) if self._current in keys else 0
        self.set_focus(self.takes_keys)

    @property
    def takes_keys(self) -> Widget:
        """What has the focus at first."""
        return self.query_one(SafeOptionList)

    @on(SafeOptionList.OptionSelected)
    def _choose(self, event: SafeOptionList.OptionSelected) -> None:
        self.close(event.option.id)

    def action_cancel(self) -> None:
        """Choose none."""
        self.close(None)

    def action_move(self, by: int) -> None:
        """Move as the list of assistants does."""
        options = self.query_one(SafeOptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()


InputValues = tuple[str, ...]


class InputSpec(NamedTuple):
    """One value that is asked for."""

    label: str
    preset: str = ""
    completions: Sequence[str] = ()
    """What it may be completed to: → takes the completion."""


class InputDialog(Dialog[InputValues | None]):
    """Answers with the values as they were typed; None where none are wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(
        self,
        title: str,
        specs: Sequence[InputSpec],
        action_label: str,
        validate: Callable[[InputValues], str] = lambda values: "",
    ) -> None:
        """`action_label` says what Enter does; `validate` returns what is wrong with the values."""
        super().__init__()
        self._title = title
        self._specs = specs
        self._action_label = action_label
        self._validate = validate

    def compose(self) -> ComposeResult:
        """A title, and each value under its label."""
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            for each in self._specs:
                yield Static(Content(each.label), classes="label")
                input_field = line_input(each.preset)
                if each.completions:
                    input_field.suggester = SuggestFromList(each.completions, case_sensitive=False)
                yield input_field
            yield Static(classes="error")
        completes = any(each.completions for each in self._specs)
        yield DialogKeys(
            ("Enter", self._action_label), *[("→", "Complete")] * completes, ("Esc", "Back")
        )

    def on_mount(self) -> None:
        """Start in the first value."""
        self.set_focus(self.query(Input).first())

    @on(Input.Changed)
    def _take_back(self) -> None:
        self.query_one(".error", Static).update(Content(""))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        inputs = [*self.query(Input)]
        if event.input is not inputs[-1]:
            self.focus_next()
            return
        values = tuple(input_field.value for input_field in inputs)
        if problem := self._validate(values):
            self.query_one(".error", Static).update(Content(f"✗ {one_line(problem)}"))
        else:
            self.close(values)

    def action_cancel(self) -> None:
        """Answer with nothing."""
        self.close(None)
