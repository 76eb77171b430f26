"""Edits a JSON Schema, with its syntax in colours."""

from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from assistant_tui.tui.widgets.editors.text import TextEditor

LONGEST_COLOURED = 100_000
"""Characters up to which the syntax is followed at every key."""


class SchemaEditor(TextEditor):
    """A text area that knows JSON; Tab leaves it, as everywhere in the form."""

    suffix = ".json"

    def text_area(self, text: str, *, soft_wrap: bool) -> TextArea:
        """The text area; its colours are those of the syntax theme that suits the background."""
        area = super().text_area(text, soft_wrap=soft_wrap)
        if len(text) <= LONGEST_COLOURED:
            area.language = "json"
        light = TextAreaTheme.get_builtin_theme("github_light")
        if light is not None:
            area.register_theme(TextAreaTheme("css-light", syntax_styles=light.syntax_styles))
            area.theme = "css" if self.app.current_theme.dark else "css-light"
        return area
