"""Asks before a bulk operation: the number of items has to be typed."""

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.tui.dialogs.dialog import Dialog, DialogKeys
from assistant_tui.tui.widgets.inputs import line_input
from assistant_tui.tui.widgets.text_view import TextView

_HANGING = 4
"""Cells before what goes on in another line, so that it does not look like one of the items."""
_WIDTH, _MARGINS = 76, 6
"""Cells of the dialog at most, and of its border and padding."""
_LINES = 8
"""Lines of the list that are seen at once; it can be scrolled."""
_LOW = 20
_AROUND_LOW = 8
"""Lines of the dialog around its list in a terminal with less than `_LOW` lines."""


class TypedConfirm(Dialog[bool]):
    """Lists what it is about; True once the count was typed and Enter or the button pressed."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (_LOW, "-high")]  # noqa: RUF012 Textual types it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[str],
        action_label: str,
        note: str,
        verb: str = "delete them",
    ) -> None:
        """`items` are what it is done to, a line each; `action_label` is the label of the button.

        `verb` says what is done, as in "delete them".
        """
        super().__init__()
        self._title = title
        self._items = items
        self._action_label = action_label
        self._note = note
        self._verb = verb

    def compose(self) -> ComposeResult:
        """A title, the list, the input, and the buttons."""
        count = len(self._items)
        with Vertical(classes="box"):
            yield Static(Content(self._title), classes="title")
            text_view = TextView()
            text_view.lines = tuple(StyledText(item, hanging=_HANGING) for item in self._items)
            yield text_view
            yield Static(classes="position")
            yield Static(Content(self._note), classes="note")
            yield line_input("", f"Type {count} to {self._verb}")
            with Horizontal(classes="buttons"):
                yield Button(Content("Cancel"), compact=True, name="cancel")
                button = Button(Content(self._action_label), compact=True, name="do", disabled=True)
                button.add_class("-dangerous")
                yield button
        yield DialogKeys(("Tab", "Next"), ("Enter", self._action_label), ("Esc", "Cancel"))

    def on_mount(self) -> None:
        """Ask for the count."""
        self.add_class("-dangerous")
        self.set_focus(self.query_one(Input))

    @on(TextView.Scrolled)
    def _show_position(self, event: TextView.Scrolled) -> None:
        """Say which part of a long list is in sight."""
        where = f"Lines {event.first:,}–{event.last:,} of {event.count:,}"
        position = self.query_one(".position", Static)
        position.update(Content(f"{where} · ↑ ↓ PgUp PgDn"))
        position.display = event.count > event.last - event.first + 1

    def on_resize(self, event: events.Resize) -> None:
        """Let the list be as high as its lines are when they are broken, or a part of them."""
        text_view = self.query_one(TextView)
        height = event.size.height
        available = _LINES if height >= _LOW else max(min(height - _AROUND_LOW, _LINES), 1)
        lines = text_view.laid_out(min(event.size.width, _WIDTH) - _MARGINS)
        text_view.styles.height = sum(1 for _ in islice(lines, available))

    @property
    def _count_matches(self) -> bool:
        return self.query_one(Input).value.strip().replace(",", "") == str(len(self._items))

    @on(Input.Changed)
    def _take(self) -> None:
        self.query(Button).last().disabled = not self._count_matches

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self._count_matches:
            self.agree()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        if event.button.name == "do" and self._count_matches:
            self.agree()
        else:
            self.close(False)

    def agree(self) -> None:
        """The count was typed and confirmed."""
        self.close(True)

    def action_page(self, pages: int) -> None:
        """Scroll the list by what is in sight."""
        text_view = self.query_one(TextView)
        text_view.scroll_lines(pages * text_view.size.height)

    def action_move(self, lines: int) -> None:
        """Scroll the list."""
        self.query_one(TextView).scroll_lines(lines)

    def action_cancel(self) -> None:
        """Do nothing to any."""
        self.close(False)
