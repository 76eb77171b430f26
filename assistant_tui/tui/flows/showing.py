"""Shows an assistant as text: its JSON, or its id to select by hand."""

from assistant_tui.core.difference import differences
from assistant_tui.core.display import many_lines, one_line
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.listing import Row
from assistant_tui.tui.dialogs.text import TextScreen, difference_lines
from assistant_tui.tui.widgets.reader import Line


def json_screen(row: Row) -> TextScreen:
    """The object as the server sent it, laid out over lines."""
    title = f"{one_line(row.name) or '(no name)'} · as the server sent it"
    lines = [Line(f"! {one_line(row.problem)}", "warning"), Line("")] if row.problem else []
    return TextScreen(title, [*lines, Line(many_lines(Document(row.text).pretty))])


def changes_screen(draft: Draft) -> TextScreen:
    """What a save would send, against the original."""
    lines = [Line(f"✗ {one_line(error)}", "warning") for error in draft.errors.values()]
    lines += difference_lines(differences(draft))
    return TextScreen("What a save would send", lines or [Line("Nothing was changed.")])


def id_screen(row: Row) -> TextScreen:
    """The id alone on its line, for a selection with the mouse or tmux's copy mode."""
    return TextScreen(one_line(row.name) or "(no name)", [Line(""), Line(one_line(row.id))])
