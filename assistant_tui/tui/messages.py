"""The messages of widgets that are imported only when a person opens them: form and filter.

The main screen handles them from the start, and `@on` needs their classes then. Importing the
widgets for that would make the first frame wait, so their messages are defined here; every other
message is defined in the widget that posts it.
"""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from assistant_tui.tui.widgets.editors.ids import IdsEditor


class FormEdited(Message):
    """A field of the form was edited."""


class FilterEdited(Message):
    """The text of the filter was edited."""


class ResourcesWanted(Message):
    """An editor of ids was focused: what the server has is to be suggested in it."""

    def __init__(self, editor: "IdsEditor") -> None:
        super().__init__()
        self.editor = editor


class LinesJoined(Message):
    """Several lines were pasted into a field of one line."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
