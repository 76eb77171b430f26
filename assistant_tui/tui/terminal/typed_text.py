"""What is typed into a field goes in at once, however many keys it arrived as.

Without bracketed paste, as in GNU screen, a paste is a burst of keys, each of which would be
handled, laid out and drawn by itself.
"""

from collections import deque
from functools import cached_property

from textual.events import Key, Paste
from textual.keys import KEY_NAME_REPLACEMENTS, _character_to_key
from textual.widget import Widget

from assistant_tui.core.safe_text import one_line


class TypedText(Key):
    """Characters that arrived together; each is a key of its own where they are no text."""

    def __init__(self, text: str, latin: str = "") -> None:
        """`latin` is what the same key types on the layout of the United States, if it is known."""
        super().__init__(text, text)
        self.text = text
        self.latin = latin

    def first_key(self) -> Key:
        """The key of the first character, named as Textual names it."""
        return Key(_name(self.text[0]), self.text[0])

    @property
    def latin_key(self) -> str:
        """The name of the same key on the layout of the United States; empty if unknown."""
        return self.latin and _name(self.latin)


def _name(character: str) -> str:
    name = character if character.isalnum() else _character_to_key(character)
    return KEY_NAME_REPLACEMENTS.get(name, name)


def take_next(waiting: deque[Key | Paste], focus: Widget) -> Key | Paste:
    """Take what is to be handled next: a paste, one key, or all text that waits for a field.

    Args:
        waiting: what was typed, in order; what is taken is removed.
        focus: the widget that a key goes to now.
    """
    event = waiting.popleft()
    if isinstance(event, Paste):
        return event
    if focus.check_consume_key("a", "a") and (text := (field := _Field(focus)).text_of(event)):
        while waiting and (more := field.text_of(waiting[0])):
            text += more
            waiting.popleft()
        if len(text) > 1 or not (text.isprintable() or event.key == "enter"):
            return Paste(text)
    if not isinstance(event, TypedText):
        return event
    if event.text[1:]:
        waiting.appendleft(TypedText(event.text[1:]))
    return event.first_key()


class _Field:
    """A widget in which one types."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    @cached_property
    def _takes_lines(self) -> bool:
        """Whether Enter is a line break, and not a command."""
        enter = self._widget.screen.active_bindings.get("enter")
        is_command = enter is not None and enter.binding.priority
        return hasattr(self._widget, "action_undo") and not is_command

    def text_of(self, event: Key | Paste) -> str:
        """What an event adds to the text; empty for a paste, and for a key that does not type.

        Textual drops a character that is not printable to Python, such as a no-break space.
        """
        if isinstance(event, Paste):
            return ""
        if event.key == "enter":
            return "\n" if self._takes_lines else ""
        text = event.character or ""
        return text if text not in "\n\t" and one_line(text) == text else ""
