"""The one registry of commands: key, label, help, requirements and handler of each.

Bindings, footer, palette, help, the check of a user's keymap, the table in docs/keys.md and what
can be done at a moment are all derived from it. A key press takes this path: the binding made here,
then `MainScreen.action_run`, then the handler that the command names.
"""

from collections.abc import Mapping

from textual.binding import Binding

from assistant_tui.core.resource import Capability
from assistant_tui.tui.command import Command, Handler, Needs, Where
from assistant_tui.tui.playground_commands import PLAYGROUND_COMMANDS

__all__ = ["BY_NAME", "COMMANDS", "Command", "Handler", "Needs", "Where", "bindings", "commands_in"]

# fmt: off
COMMANDS: tuple[Command, ...] = (
    Command("move_down", "down,j", "Down", "The next row or line",
            Where.PANE, "move_down"),
    Command("move_up", "up,k", "Up", "The row or line before",
            Where.PANE, "move_up"),
    Command("move_page_down", "pagedown", "Page down", "One screen down",
            Where.PANE, "move_page_down"),
    Command("move_page_up", "pageup", "Page up", "One screen up",
            Where.PANE, "move_page_up"),
    Command("move_first", "home,g", "First", "To the top",
            Where.PANE, "move_first"),
    Command("move_last", "end,G", "Last", "To the end of what is loaded",
            Where.PANE, "move_last"),
    Command("next_page", "right_square_bracket", "Next page", "The next page",
            Where.BROWSER, "browsing:next_page"),
    Command("previous_page", "left_square_bracket", "Previous page", "The page before",
            Where.BROWSER, "browsing:previous_page"),
    Command("open", "enter", "Edit", "Open the highlighted assistant in the form",
            Where.BROWSER, "opening:open_highlighted", footer=True, needs=Needs.ROW),
    Command("create", "n", "New", "Create an assistant",
            Where.BROWSER, "opening:create", footer=True, capability=Capability.CREATE),
    Command("talk", "t", "Talk", "In the playground; with two marked, to both",
            Where.BROWSER, "playground.opening:talk", footer=True, needs=Needs.ASSISTANT),
    Command("clone", "C", "Clone", "Create one like this, or like each that is marked",
            Where.BROWSER, "cloning:clone", needs=Needs.TARGETS, capability=Capability.CREATE),
    Command("delete", "d", "Delete", "Delete this one, or all that are marked; asks",
            Where.BROWSER, "deleting:delete", footer=True, needs=Needs.TARGETS,
            capability=Capability.DELETE),
    Command("filter", "slash", "Filter", "Find by words and qualifiers",
            Where.BROWSER, "browsing:open_filter", footer=True),
    Command("filter_done", "enter,down", "To the list", "Keep the filter",
            Where.FILTER, "browsing:accept_filter", footer=True),
    Command("filter_clear", "escape", "Clear", "Clear the filter",
            Where.FILTER, "browsing:clear_filter", footer=True),
    Command("sort", "s", "Sort", "Sort by the next column",
            Where.BROWSER, "browsing:sort"),
    Command("sort_reverse", "S", "Reverse", "Sort in the other direction",
            Where.BROWSER, "browsing:sort_reverse"),
    Command("go_to", "i", "Go to id", "Open an assistant by its id",
            Where.BROWSER, "opening:go_to", not_during_job=True, job=True),
    Command("mark", "space", "Mark", "Mark this one, or unmark it; go on",
            Where.BROWSER, "browsing:mark", needs=Needs.ROW),
    Command("invert_marks", "asterisk", "Invert marks", "Mark what is not marked, unmark what is",
            Where.BROWSER, "browsing:invert_marks"),
    Command("mark_all", "plus", "Mark all", "Mark all that match",
            Where.BROWSER, "browsing:mark_all"),
    Command("unmark_all", "minus", "Unmark all", "Take all marks away",
            Where.BROWSER, "browsing:unmark_all", needs=Needs.MARKS),
    Command("bulk", "b", "Bulk", "Do something to all that are marked",
            Where.BROWSER, "bulk_menu:bulk", writes=True, job=True),
    Command("compare", "equals_sign", "Compare", "Two marked ones side by side, field by field",
            Where.BROWSER, "showing:compare", needs=Needs.ROW),
    Command("export", "x", "Export", "Write this one, or all that are marked, to files",
            Where.BROWSER, "exporting:export", needs=Needs.TARGETS, not_during_job=True, job=True),
    Command("import", "", "Import", "Create and change assistants from files",
            Where.BROWSER, "importing:import_files", capability=Capability.CREATE, job=True),
    Command("clone_to", "", "Clone to", "Create it, or all marked, on another server",
            Where.BROWSER, "cloning:clone_to", needs=Needs.TARGETS, not_during_job=True, job=True),
    Command("copy_id", "y", "Copy id", "Copy the id to your clipboard",
            Where.BROWSER, "copying:copy_id", needs=Needs.ROW),
    Command("show_id", "Y", "Show id", "Show the id as plain text, to select it",
            Where.BROWSER, "showing:show_id", needs=Needs.ROW),
    Command("json", "v", "JSON", "The whole object as the server sent it",
            Where.BROWSER, "showing:show_json", needs=Needs.ROW),
    Command("read", "m", "Read", "The instructions, laid out as Markdown",
            Where.BROWSER, "showing:read", needs=Needs.ROW),
    Command("edit_json", "e", "$EDITOR", "The whole object as JSON in your editor",
            Where.BROWSER, "editing:edit_json", needs=Needs.ASSISTANT,
            capability=Capability.MODIFY),
    Command("undo", "u", "Undo", "Take back the last change or deletion; asks first",
            Where.BROWSER, "undoing:undo", writes=True, job=True),
    Command("history", "H", "History", "Earlier versions, to look at and restore",
            Where.BROWSER, "history:history", needs=Needs.ASSISTANT, capability=Capability.MODIFY),
    Command("trash", "", "Trash", "What was deleted here, to bring it back",
            Where.BROWSER, "history:trash", capability=Capability.CREATE, job=True),
    Command("recover", "R", "Recover", "Take up an edit that was left unsaved",
            Where.BROWSER, "recovering:recover", writes=True, job=True),
    Command("refresh", "r,ctrl+r", "Refresh", "Load the list anew",
            Where.BROWSER, "screen.refresh_list"),
    Command("profile", "P", "Profile", "Switch to another server",
            Where.BROWSER, "screen.profile"),
    Command("samples", "a", "Add samples", "Fill an empty store with three samples",
            Where.BROWSER, "opening:add_samples", needs=Needs.EMPTY_SERVER,
            capability=Capability.CREATE, job=True),
    Command("switch_pane", "tab,shift+tab", "Pane", "From the list to the detail and back",
            Where.BROWSER, "browsing:switch_pane", needs=Needs.ROW),
    Command("back", "escape", "Back", "Back to the list",
            Where.BROWSER, "browsing:back"),
    Command("save", "ctrl+s", "Save", "Save what was changed",
            Where.FORM, "saving:save_form", footer=True, needs=Needs.FORM,
            not_during_job=True, job=True),
    Command("leave", "escape", "Back", "Leave the form; asks if something was changed",
            Where.FORM, "screen.leave", footer=True, needs=Needs.FORM, not_during_job=True),
    Command("show_changes", "f3", "Changes", "What a save would send, as a diff",
            Where.FORM, "showing:show_changes", footer=True, needs=Needs.FORM),
    Command("edit_field", "f4", "$EDITOR", "This text in your editor",
            Where.FORM, "editing:edit_field", footer=True, needs=Needs.FORM_TEXT),
    Command("read_form", "f5", "Read", "The instructions, laid out as Markdown",
            Where.FORM, "showing:read_form", needs=Needs.FORM),
    Command("try", "f6", "Try", "Talk to this edit before it is saved",
            Where.FORM, "playground.opening:try_edit", footer=True, needs=Needs.FORM, writes=True),
    Command("help", "question_mark,f1", "Help", "All keys",
            Where.BROWSER, "screen.help", footer=True),
    Command("help_form", "f1", "Help", "All keys",
            Where.FORM, "screen.help", footer=True),
    Command("palette", "colon,ctrl+p", "Commands", "Find a command by its name",
            Where.BROWSER, "app.command_palette"),
    Command("palette_form", "ctrl+p", "Commands", "Find a command by its name",
            Where.FORM, "app.command_palette"),
    Command("quit", "q", "Quit", "Quit; asks if something was changed",
            Where.BROWSER, "app.quit"),
    Command("quit_anywhere", "ctrl+q", "Quit", "Quit; asks if something was changed",
            Where.EVERYWHERE, "app.quit"),
    Command("suspend", "ctrl+z", "Suspend",
            "To the shell, whose fg comes back; in a longer text: undo",
            Where.EVERYWHERE, "app.suspend"),
    Command("redraw", "ctrl+l", "Redraw", "Draw the screen anew, if another program wrote on it",
            Where.EVERYWHERE, "app.redraw"),
    Command("messages", "f8", "Messages", "All that was said and requested, each message whole",
            Where.EVERYWHERE, "app.messages"),
    Command("copy_name", "", "Copy name", "Copy the name to your clipboard",
            Where.BROWSER, "copying:copy_name", needs=Needs.ROW),
    Command("copy_json", "", "Copy as JSON", "Copy the object as the server sent it",
            Where.BROWSER, "copying:copy_json", needs=Needs.ROW),
    Command("copy_curl", "", "Copy as curl", "Copy a curl command; the key stays a variable",
            Where.BROWSER, "copying:copy_curl", needs=Needs.ROW),
    *PLAYGROUND_COMMANDS,
)
# fmt: on

BY_NAME: Mapping[str, Command] = {command.name: command for command in COMMANDS}


def bindings(where: Where) -> list[Binding]:
    """The bindings of the widget, screen or app where these commands are available.

    All but those of the panes and the form have priority: Textual then carries one out before it
    looks where the next key goes, so that of keys that arrive together each reaches the form or
    dialog that the one before it opened.
    """
    return [
        Binding(
            command.keys,
            command.action,
            command.label,
            id=command.name,
            show=False,
            priority=where not in (Where.PANE, Where.FORM),
        )
        for command in commands_in(where)
        if command.keys
    ]


def commands_in(*places: Where) -> list[Command]:
    """The commands of these places, in the order of the registry."""
    return [command for command in COMMANDS if command.where in places]
