"""The message that is being written: Enter sends it, a paste keeps its lines."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.commands import Where, bindings
from assistant_tui.tui.widgets.inputs import TEXT_AREA_WORD_KEYS

MAX_WRAPPED_LINE = 5_000
"""Characters of a line from which on soft wrapping would make every key slow."""


MOST_LINES = 6
_BORDER = 2
"""Lines of the border."""
HINT = "Enter sends · Ctrl+J new line · Ctrl+O attach"


class Composer(TextArea):
    """A text area that grows with its text, up to a few lines."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(Where.COMPOSER), *TEXT_AREA_WORD_KEYS]

    _height = 1 + _BORDER

    class Edited(Message):
        """Another text is there, or none."""

    def __init__(self) -> None:
        super().__init__(compact=True, soft_wrap=True, tab_behavior="focus", show_cursor=True)
        self.cursor_blink = False
        self.name_task()
        self.name_attachments(())

    def close_off(self, reason: str) -> None:
        """Take no text, and say why."""
        self.disabled = True
        self.placeholder = reason

    def open_up(self) -> None:
        """Take text again."""
        self.disabled = False
        self.placeholder = ""

    def name_task(self, task: str = "Message") -> None:
        """Say what is being written."""
        self.border_title = task
        self.set_class(task != "Message", "-task")

    def name_attachments(self, names: Sequence[str]) -> None:
        """Say which files go with the message."""
        attached = f"with {one_line(', '.join(names))} · " if names else ""
        self.border_subtitle = Content(f"{attached}{HINT}")

    def put(self, text: str) -> None:
        """Show another text, with the cursor at its end."""
        self.text = text
        self.move_cursor(self.document.end)

    def on_resize(self) -> None:
        """Wrap for another width."""
        self._fit()

    def _fit(self) -> None:
        """Take as many lines as there are, up to a few.

        With a height of its own, Textual would lay out the whole screen at every key.
        """
        height = max(1, min(self.wrapped_document.height, MOST_LINES)) + _BORDER
        if height != self._height:
            self._height = height
            self.styles.height = height

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell that the text is another one; a very long line is not wrapped."""
        event.stop()
        longest = max(map(len, self.document.lines), default=0)
        self.soft_wrap = longest < MAX_WRAPPED_LINE
        self._fit()
        self.post_message(self.Edited())
