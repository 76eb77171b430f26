"""Shows an assistant as text: its JSON, its instructions, or its id to select by hand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant_tui.core.assistants.comparison import differences
from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.json_text import indent, read_json, write_json
from assistant_tui.core.labels import short_name
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import escaped, many_lines, one_line, visible_line
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.dialogs.text_screen import TextScreen, difference_lines
from assistant_tui.tui.widgets.status_line import Tone

if TYPE_CHECKING:
    from assistant_tui.tui.dialogs.markdown_screen import MarkdownScreen


MOST_JSON = 1_000_000
"""Characters of an object, or of instructions, that are laid out and wrapped."""


def show_json(context: MainContext) -> None:
    """Show the highlighted object as JSON."""
    if (row := context.list_model.highlighted) is not None:
        context.app.push_screen(json_screen(row))


def read(context: MainContext) -> None:
    """Show the instructions of the highlighted assistant, laid out."""
    if (row := context.list_model.highlighted) is not None:
        context.app.push_screen(reading_of_row(row))


def show_id(context: MainContext) -> None:
    """Show the id of the highlighted assistant as plain text."""
    if (row := context.list_model.highlighted) is not None:
        context.app.push_screen(id_screen(row))


def compare(context: MainContext) -> None:
    """Show the two that are marked side by side."""
    marks = context.list_model.marks
    if len(marks) == 2:
        context.app.push_screen(comparison_screen(*marks.rows.values()))
    else:
        context.say("Two have to be marked to compare them: Space marks", Tone.WARNING)


def show_changes(context: MainContext) -> None:
    """Show what a save of the form would send."""
    if (draft := context.form.draft) is not None:
        context.app.push_screen(changes_screen(draft))


def read_form(context: MainContext) -> None:
    """Show the instructions as they are typed now, laid out."""
    if (draft := context.form.draft) is not None:
        context.app.push_screen(reading_of_draft(draft))


def json_screen(row: ResourceRow) -> TextScreen:
    """The object as the server sent it, laid out over lines."""
    title = f"{visible_line(row.name) or '(no name)'} · as the server sent it"
    lines = (
        [StyledText(f"! {one_line(row.problem)}", "warning"), StyledText("")] if row.problem else []
    )
    lines.append(StyledText(many_lines(indent(row.text[:MOST_JSON]))))
    if (left := len(row.text) - MOST_JSON) > 0:
        lines.append(StyledText(f"… {left:,} more characters: x writes all to a file", "warning"))
    return TextScreen(title, lines)


def comparison_screen(left: ResourceRow, right: ResourceRow) -> TextScreen:
    """Two assistants side by side, field by field."""
    from assistant_tui.core.assistants.comparison import compare_assistants
    from assistant_tui.tui.dialogs.comparison import SideBySide

    try:
        compared = [*compare_assistants(RawJson(left.text), RawJson(right.text))]
    except ValueError as error:
        return TextScreen("Compare", [StyledText(f"! They cannot be compared: {error}", "warning")])
    differing = sum(not each.same for each in compared)
    names = [short_name(row.name) or "(no name)" for row in (left, right)]
    title = f"{names[0]} ↔ {names[1]} · {differing} of {len(compared)} fields differ"
    return TextScreen(title, (), SideBySide(compared))


def changes_screen(draft: Draft) -> TextScreen:
    """What a save would send, against the original."""
    lines = [StyledText(f"✗ {one_line(error)}", "warning") for error in draft.errors.values()]
    lines += difference_lines(differences(draft))
    return TextScreen("What a save would send", lines or [StyledText("Nothing was changed.")])


def reading_of_row(row: ResourceRow) -> "MarkdownScreen":
    """The instructions of an assistant as Markdown, to be read."""
    return _reading(row.name, RawJson(row.text).members)


def reading_of_draft(draft: Draft) -> "MarkdownScreen":
    """The instructions as they are typed now."""
    typed = {name: write_json(raw) for name, raw in draft.raw.items() if isinstance(raw, str)}
    members = {**draft.start, **draft.exact, **typed}
    return _reading(_text(members.get("name")), members)


def _reading(name: str, members: Mapping[str, str]) -> "MarkdownScreen":
    said = _text(members.get("instructions")) or "No instructions."
    return markdown_screen(f"Instructions of {visible_line(name) or '(no name)'}", said)


def markdown_screen(title: str, said: str) -> "MarkdownScreen":
    """A text of somebody's as Markdown; the title must have been made safe."""
    # What lays Markdown out is large, and few starts of the program ever need it.
    from assistant_tui.core.markdown_parts import split_markdown
    from assistant_tui.tui.dialogs.markdown_screen import MarkdownScreen

    text = many_lines(said[:MOST_JSON])
    if (left := len(said) - MOST_JSON) > 0:
        text += f"\n\n… {left:,} more characters"
    return MarkdownScreen(title, split_markdown(text))


def _text(value: str | None) -> str:
    """What a JSON text says, if it is a text."""
    try:
        said = None if value is None else read_json(value)
    except ValueError:
        return ""
    return said if isinstance(said, str) else ""


def id_screen(row: ResourceRow) -> TextScreen:
    """The id alone on its line, for a selection with the mouse or tmux's copy mode."""
    return TextScreen(
        visible_line(row.name) or "(no name)", [StyledText(""), StyledText(escaped(row.id))]
    )
