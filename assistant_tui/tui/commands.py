"""The one registry of commands: bindings, footer, help and palette are made from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from textual.binding import Binding


class Where(Enum):
    """Where the focus must be for a command to be at hand."""

    PANE = auto()
    """The list or the detail; the pane itself carries it out."""
    READ = auto()
    """The list or the detail; no server is needed, the browser carries it out."""
    BROWSE = auto()
    """The list or the detail; the screen carries it out."""
    WORK = auto()
    """The list or the detail; a job that may ask and write, one at a time, in the background."""
    FIND = auto()
    """The list or the detail; what changes which rows are shown, and in which order."""
    FILTER = auto()
    """The line of the filter."""
    FORM = auto()
    """The form."""
    EVERYWHERE = auto()
    """All of these."""


@dataclass(frozen=True)
class Command:
    """One thing that a person can do; `name` is the action, and the id for the keymap."""

    name: str
    keys: str
    """Textual's names of the keys, by commas."""
    label: str
    help: str
    where: Where
    footer: bool = False
    """Whether it is worth one of the six places in the footer."""


COMMANDS: tuple[Command, ...] = (
    Command("move_down", "down,j", "Down", "The next row or line", Where.PANE),
    Command("move_up", "up,k", "Up", "The row or line before", Where.PANE),
    Command("move_page_down", "pagedown", "Page down", "One screen down", Where.PANE),
    Command("move_page_up", "pageup", "Page up", "One screen up", Where.PANE),
    Command("move_first", "home,g", "First", "To the top", Where.PANE),
    Command("move_last", "end,G", "Last", "To the end of what is loaded", Where.PANE),
    Command("next_page", "right_square_bracket", "Next page", "The next page", Where.READ),
    Command("previous_page", "left_square_bracket", "Previous page", "The page before", Where.READ),
    Command(
        "open", "enter", "Edit", "Open the highlighted assistant in the form", Where.BROWSE, True
    ),
    Command("create", "n", "New", "Create an assistant", Where.BROWSE, True),
    Command(
        "clone", "C", "Clone", "Create one like this, or like each that is marked", Where.BROWSE
    ),
    Command(
        "delete", "d", "Delete", "Delete this one, or all that are marked; asks", Where.BROWSE, True
    ),
    Command("filter", "slash", "Filter", "Find by words and qualifiers", Where.FIND, True),
    Command("filter_done", "enter,down", "To the list", "Keep the filter", Where.FILTER, True),
    Command("filter_clear", "escape", "Clear", "Clear the filter", Where.FILTER, True),
    Command("sort", "s", "Sort", "Sort by the next column", Where.FIND),
    Command("sort_reverse", "S", "Reverse", "Sort in the other direction", Where.FIND),
    Command("go_to", "i", "Go to id", "Open an assistant by its id", Where.WORK),
    Command("mark", "space", "Mark", "Mark this one, or unmark it; go on", Where.READ),
    Command(
        "invert_marks",
        "asterisk",
        "Invert marks",
        "Mark what is not marked, unmark what is",
        Where.FIND,
    ),
    Command("mark_all", "plus", "Mark all", "Mark all that match", Where.FIND),
    Command("unmark_all", "minus", "Unmark all", "Take all marks away", Where.READ),
    Command("bulk", "b", "Bulk", "Do something to all that are marked", Where.WORK),
    Command(
        "compare",
        "equals_sign",
        "Compare",
        "Two marked ones side by side, field by field",
        Where.READ,
    ),
    Command(
        "export", "x", "Export", "Write this one, or all that are marked, to files", Where.WORK
    ),
    Command("import", "", "Import", "Create and change assistants from files", Where.WORK),
    Command("clone_to", "", "Clone to", "Create it, or all marked, on another server", Where.WORK),
    Command("copy_id", "y", "Copy id", "Copy the id to your clipboard", Where.READ, True),
    Command("show_id", "Y", "Show id", "Show the id as plain text, to select it", Where.READ),
    Command("json", "v", "JSON", "The whole object as the server sent it", Where.READ),
    Command("read", "m", "Read", "The instructions, laid out as Markdown", Where.READ),
    Command("edit_json", "e", "$EDITOR", "The whole object as JSON in your editor", Where.WORK),
    Command("undo", "u", "Undo", "Take back the last change or deletion; asks first", Where.WORK),
    Command("history", "H", "History", "Earlier versions, to look at and restore", Where.WORK),
    Command("trash", "", "Trash", "What was deleted here, to bring it back", Where.WORK),
    Command("recover", "R", "Recover", "Take up an edit that was left unsaved", Where.WORK),
    Command("refresh", "r,ctrl+r", "Refresh", "Load the list anew", Where.BROWSE),
    Command("profile", "P", "Profile", "Switch to another server", Where.BROWSE),
    Command("samples", "a", "Add samples", "Fill an empty store with three samples", Where.WORK),
    Command(
        "switch_pane", "tab,shift+tab", "Pane", "From the list to the detail and back", Where.READ
    ),
    Command("back", "escape", "Back", "Back to the list", Where.READ),
    Command("save", "ctrl+s", "Save", "Save what was changed", Where.FORM, True),
    Command(
        "leave", "escape", "Back", "Leave the form; asks if something was changed", Where.FORM, True
    ),
    Command("show_changes", "f3", "Changes", "What a save would send, as a diff", Where.FORM, True),
    Command("edit_field", "f4", "$EDITOR", "This text in your editor", Where.FORM, True),
    Command("read_form", "f5", "Read", "The instructions, laid out as Markdown", Where.FORM),
    Command("help", "question_mark,f1", "Help", "All keys", Where.BROWSE, True),
    Command("help_form", "f1", "Help", "All keys", Where.FORM, True),
    Command("palette", "colon,ctrl+p", "Commands", "Find a command by its name", Where.BROWSE),
    Command("palette_form", "ctrl+p", "Commands", "Find a command by its name", Where.FORM),
    Command("quit", "q", "Quit", "Quit; asks if something was changed", Where.BROWSE),
    Command(
        "quit_anywhere", "ctrl+q", "Quit", "Quit; asks if something was changed", Where.EVERYWHERE
    ),
    Command(
        "suspend",
        "ctrl+z",
        "Suspend",
        "To the shell, whose fg comes back; in a longer text: undo",
        Where.EVERYWHERE,
    ),
    Command("copy_name", "", "Copy name", "Copy the name to your clipboard", Where.READ),
    Command("copy_json", "", "Copy as JSON", "Copy the object as the server sent it", Where.READ),
    Command(
        "copy_curl",
        "",
        "Copy as curl",
        "Copy a curl command; the key stays a variable",
        Where.READ,
    ),
)

_SHOWN = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "escape": "Esc",
    "enter": "Enter",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "shift+tab": "Shift+Tab",
    "space": "Space",
    "asterisk": "*",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "down": "↓",
    "up": "↑",
}


def bindings(*places: Where) -> list[Binding]:
    """The bindings of a widget where these commands are at hand.

    All but those of the panes and the form have priority: Textual then carries one out before it
    looks where the next key goes, so that of keys that arrive together each reaches the form or
    dialog that the one before it opened.
    """
    return [
        Binding(
            command.keys,
            action_of(command),
            command.label,
            id=command.name,
            show=False,
            priority=command.where not in (Where.PANE, Where.FORM),
        )
        for command in COMMANDS
        if command.where in places and command.keys
    ]


def action_of(command: Command) -> str:
    """The action of a command: the widget's own, or the screen's."""
    if command.where in (Where.PANE, Where.READ):
        return command.name
    if command.where is Where.WORK:
        return f"screen.work('{command.name}')"
    if command.where in (Where.FIND, Where.FILTER):
        return f"screen.find('{command.name}')"
    return f"screen.{command.name}"


BROWSING = (Where.READ, Where.BROWSE, Where.WORK, Where.FIND)
"""What can be done while the list or the detail has the focus, but for moving in them."""


def keys_of(command: Command, keymap: Mapping[str, str]) -> list[str]:
    """The keys of a command as a person reads them, the user's own instead of the defaults."""
    keys = keymap.get(command.name, command.keys).split(",")
    return [shown_key(key) for key in keys if key]


def shown_key(key: str) -> str:
    """The name of a key as a person reads it: `Ctrl+S`, `?`, `Enter`, `Y`."""
    if key in _SHOWN:
        return _SHOWN[key]
    if len(key) == 1:
        return key
    return "+".join(part if part == "$" else part.capitalize() for part in key.split("+"))


def at_hand(places: Iterable[Where]) -> list[Command]:
    """The commands that can be given while the focus is there."""
    wanted = set(places)
    return [command for command in COMMANDS if command.where in wanted]
