"""The base of all dialogs, and a question with a few answers as buttons."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, NamedTuple, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.screen import ModalScreen
from textual.types import CSSPathType
from textual.widgets import Button, Static

from assistant_tui.tui.stylesheets import DEFERRED
from assistant_tui.tui.widgets.text_layout import fit, wrap
from assistant_tui.tui.workers import is_there

ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT]):
    """A screen over another that gives one answer and goes."""

    CSS_PATH: ClassVar[CSSPathType | None] = [*DEFERRED]

    _answered = False
    _leave: Callable[[], object] | None = None
    """Takes an answered dialog away, with its answer."""

    @property
    def answered(self) -> bool:
        """It was answered, and is going."""
        return self._answered

    @property
    def working(self) -> bool:
        """Whether it is carrying something out, and not just waiting for an answer."""
        return False

    async def on_event(self, event: events.Event) -> None:
        """Get no widgets where a key has answered before they were made, or took the screen away.

        Textual tells such a dialog of its mount and its size all the same.
        """
        try:
            await super().on_event(event)
        except NoMatches:
            if is_there(self):
                raise

    def close(self, result: ResultT) -> None:
        """Answer; a key pressed twice would otherwise close what lies below, too.

        Below another dialog it goes after that: Textual would take the one on top away.
        """
        if not self._answered:
            self._answered = True
            self._leave = partial(self.dismiss, result)
            self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """Go now, if it was answered."""
        if self._leave is not None and self.is_active:
            leave, self._leave = self._leave, None
            leave()


class DialogKeys(Static):
    """The keys of a dialog, at the foot of the screen, over those of what lies behind."""

    def __init__(self, *keys: tuple[str, str]) -> None:
        """Each key with what it does."""
        parts = ((key, "$footer-key-foreground", f" {label}  ") for key, label in keys)
        super().__init__(
            Content.assemble(*(part for key, style, text in parts for part in ((key, style), text)))
        )


_WIDTH = 66
"""Cells of a line where the terminal has 80 columns."""
_AROUND, _AROUND_LOW = 9, 4
"""Lines of the dialog around what can be scrolled, and of its keys; the second in a low terminal,
where the keys are not shown."""
_MARGINS, _MARGINS_LOW = 6, 4
"""Cells to the left and right of a line."""
_LOW = 16
_PAGE = 5
"""Lines that one press of PgUp or PgDn scrolls."""


def about_line(label: str, words: str) -> str:
    """What a question says of one thing; one line always, so that no words look like another.

    `words` must have been made safe.
    """
    return fit(f"{label:<6}{words}", _WIDTH).rstrip()


class ButtonSpec(NamedTuple):
    """One button."""

    key: str
    label: str
    dangerous: bool = False


class QuestionDialog(Dialog[str]):
    """Asks, and answers with the key of the button; Esc is the first button.

    Title, what it is about and the buttons stay in sight; between them the lines can be scrolled.
    """

    VERTICAL_BREAKPOINTS = [(0, "-low"), (_LOW, "-high")]  # noqa: RUF012 Textual types it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", f"scroll({_PAGE})", show=False),
        Binding("pageup", f"scroll(-{_PAGE})", show=False),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        buttons: Sequence[ButtonSpec],
        about: Sequence[str] = (),
    ) -> None:
        """`lines` and `about` are shown as they are: remote text in them must have been made safe.

        `about` is what stays in sight however many lines follow.
        """
        super().__init__()
        self._title = title
        self._about = about
        self._lines = lines
        self._buttons = buttons

    def compose(self) -> ComposeResult:
        """A title, the lines, and the buttons in a row."""
        with VerticalScroll(classes="box", can_focus=False):
            yield Static(Content(self._title), classes="title")
            for line in self._about:
                yield Static(Content(line))
            with VerticalScroll(classes="lines", can_focus=False):
                for line in self._lines:
                    yield Static(Content(line), classes="" if line else "gap")
            yield Static(Content("↑ ↓ PgUp PgDn scroll"), classes="scrolling")
            with Horizontal(classes="buttons"):
                for answer in self._buttons:
                    button = Button(Content(answer.label), compact=True, name=answer.key)
                    button.set_class(answer.dangerous, "-dangerous")
                    yield button
        yield DialogKeys(("Tab", "Next"), ("Enter", "Choose"), ("Esc", self._buttons[0].label))

    def on_mount(self) -> None:
        """Give the first button the focus."""
        self.set_class(any(button.dangerous for button in self._buttons), "-dangerous")
        self.query(Button).first().focus()

    def on_resize(self, event: events.Resize) -> None:
        """Leave room for title and buttons, and say so where the lines have to be scrolled."""
        low = event.size.height < _LOW
        width = min(event.size.width, 72) - (_MARGINS_LOW if low else _MARGINS)
        fixed = (self._title, *self._about)
        around = sum(len(wrap(line, width)) for line in fixed) - 1
        available = event.size.height - around - (_AROUND_LOW if low else _AROUND)
        taken = sum(len(wrap(line, width)) for line in self._lines if line or not low)
        self.set_class(taken > available, "-scrolls")
        self.query_one(".lines").styles.max_height = max(available - (taken > available), 1)

    def action_scroll(self, lines: int) -> None:
        """Scroll the lines."""
        self.query_one(".lines").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.choose(event.button.name or self._buttons[0].key)

    def choose(self, key: str) -> None:
        """Answer with one of the buttons."""
        self.close(key)

    def action_cancel(self) -> None:
        """Answer with the first button."""
        self.close(self._buttons[0].key)
