"""The one registry of commands: key, label, help, requirements and handler of each.

Bindings, footer, palette, help, the check of a user's keymap, the table in docs/keys.md and what
can be done at a moment are all derived from it. A key press takes this path: the binding made here,
then `MainScreen.action_run`, then the handler that the command names.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from importlib import import_module
from typing import Any

from textual.binding import Binding

from assistant_tui.core.resource import Capability

Handler = Callable[[Any], Coroutine[Any, Any, None] | None]
"""What carries a command out: it gets the MainContext, in the playground the PlaygroundContext; a
coroutine is awaited."""


class Where(Enum):
    """Where the focus must be for a command to be available."""

    PANE = auto()
    """In a list or a text that scrolls, in a dialog, too."""
    BROWSER = auto()
    """In the list or the detail."""
    FILTER = auto()
    """In the line of the filter."""
    FORM = auto()
    """In the form."""
    PLAYGROUND = auto()
    """In the threads or the conversation of the playground."""
    COMPOSER = auto()
    """In the message that is being written in the playground."""
    CALLS = auto()
    """In the calls of the playground that wait for an answer."""
    EVERYWHERE = auto()
    """Anywhere in the program."""


class Needs(Enum):
    """What must be there for a command to make sense; it is hidden while that is not there."""

    NOTHING = auto()
    ROW = auto()
    """A row is highlighted."""
    ASSISTANT = auto()
    """The highlighted row has an id, so the server can be asked for its assistant."""
    TARGETS = auto()
    """Such a row, or marks."""
    MARKS = auto()
    """At least one row is marked."""
    EMPTY_SERVER = auto()
    """The server has answered, and has no assistants."""
    FORM = auto()
    """The form is open."""
    FORM_TEXT = auto()
    """A text of many lines has the focus in the form."""


@dataclass(frozen=True)
class Command:
    """One thing that a person can do; `name` is its name in a keymap, and the id of its binding."""

    name: str
    keys: str
    """Textual's names of the keys, by commas; empty for a command of the palette alone."""
    label: str
    help: str
    where: Where
    handler: str
    """What carries it out.

    `module:function` below `assistant_tui.tui.assistants`, or `playground.module:function`, a
    `Handler`, whose module is imported when the command is first given (the first rows must not
    wait for it); or a Textual action of the pane, the screen or the app.
    """
    footer: bool = False
    """Whether it is worth one of the six places in the footer."""
    needs: Needs = Needs.NOTHING
    capability: Capability | None = None
    """What it changes the server by; greyed out where the server turned out not to have that."""
    writes: bool = False
    """Whether it changes something by one capability or another, as the case may be."""
    not_during_job: bool = False
    """Whether it is greyed out while a job is under way, even if it writes nothing."""
    job: bool = False
    """Whether the handler may ask and write: the write runner runs it, one such at a time."""

    @property
    def is_write(self) -> bool:
        """Whether it is hidden in a read-only profile, and greyed out while a job is under way."""
        return self.writes or self.capability is not None

    @property
    def action(self) -> str:
        """The Textual action that its keys are bound to."""
        return f"screen.run('{self.name}')" if ":" in self.handler else self.handler

    def load_handler(self) -> Handler:
        """Import the handler of a command that names a function."""
        module, _, function = self.handler.partition(":")
        package = "assistant_tui.tui" if "." in module else "assistant_tui.tui.assistants"
        handler: Handler = getattr(import_module(f"{package}.{module}"), function)
        return handler


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
    Command("talk", "t", "Talk", "Talk to the highlighted assistant, in the playground",
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
    Command("open_entry", "enter", "Open", "Open the thread, or a folded step or call",
            Where.PLAYGROUND, "playground.reading:open_entry", footer=True),
    Command("lay_out", "m", "Lay out", "This message, laid out as Markdown",
            Where.PLAYGROUND, "playground.reading:lay_out"),
    Command("copy_entry", "y", "Copy", "Copy this message, or what this call was answered",
            Where.PLAYGROUND, "playground.reading:copy_entry", footer=True),
    Command("fork", "f", "Fork here", "A new thread with all that stands up to here",
            Where.PLAYGROUND, "playground.forking:fork", footer=True, writes=True),
    Command("edit_entry", "e", "Edit & rerun", "Edit this message, and run it in a new thread",
            Where.PLAYGROUND, "playground.forking:edit_entry", footer=True, writes=True),
    Command("run_again", "ctrl+r", "Run again", "Answer the last message anew, in a new thread",
            Where.PLAYGROUND, "playground.forking:run_again", writes=True),
    Command("export_thread", "x", "Export", "Write the thread to a file",
            Where.PLAYGROUND, "playground.exporting:export_thread"),
    Command("copy_thread_id", "Y", "Copy id", "Copy the id of the thread",
            Where.PLAYGROUND, "playground.reading:copy_thread_id"),
    Command("new_thread", "n", "New thread", "Begin a thread; it is made with its first message",
            Where.PLAYGROUND, "playground.threads:new_thread", writes=True),
    Command("find_threads", "slash", "Search", "Find threads by words of their titles",
            Where.PLAYGROUND, "playground.threads:find_threads"),
    Command("rename_thread", "r", "Rename", "Give the thread another title",
            Where.PLAYGROUND, "playground.threads:rename_thread", writes=True),
    Command("delete_thread", "d", "Delete", "Delete the thread; asks",
            Where.PLAYGROUND, "playground.threads:delete_thread", writes=True),
    Command("write", "i", "Write", "To the message at the foot",
            Where.PLAYGROUND, "playground.reading:write"),
    Command("next_pane", "tab", "Pane", "From pane to pane: threads, conversation, message",
            Where.PLAYGROUND, "screen.next_pane"),
    Command("previous_pane", "shift+tab", "Pane back", "The other way round",
            Where.PLAYGROUND, "screen.previous_pane"),
    Command("stop_or_leave", "escape", "Back", "Stop the run that is under way; else to the list",
            Where.PLAYGROUND, "playground.sending:stop_or_leave", footer=True),
    Command("leave_playground", "q", "Leave", "To the list; a run that is under way goes on",
            Where.PLAYGROUND, "screen.leave"),
    Command("send", "enter", "Send", "Send the message",
            Where.COMPOSER, "playground.sending:send", footer=True, writes=True),
    Command("break_line", "ctrl+j", "New line", "Break the line",
            Where.COMPOSER, "playground.sending:break_line", footer=True),
    Command("edit_message", "f4", "$EDITOR", "Write the message in your editor",
            Where.COMPOSER, "playground.sending:edit_in_editor", footer=True),
    Command("scroll_down", "pagedown", "Page down", "The conversation, one screen down",
            Where.COMPOSER, "playground.reading:scroll_down"),
    Command("scroll_up", "pageup", "Page up", "The conversation, one screen up",
            Where.COMPOSER, "playground.reading:scroll_up"),
    Command("next_pane_composer", "tab", "Pane", "From the message to the threads",
            Where.COMPOSER, "screen.next_pane", footer=True),
    Command("previous_pane_composer", "shift+tab", "Pane back", "To the conversation",
            Where.COMPOSER, "screen.previous_pane"),
    Command("send_answers", "enter", "Send all", "Send the answers, once every call has one",
            Where.CALLS, "playground.answering:send_answers", footer=True, writes=True),
    Command("answer_last", "1", "Last output", "Answer with the last output for the same call",
            Where.CALLS, "playground.answering:answer_last", footer=True, writes=True),
    Command("answer_command", "2", "Command", "Run the command that the profile has for it",
            Where.CALLS, "playground.answering:answer_command", footer=True, writes=True),
    Command("answer_editor", "3", "$EDITOR", "Write the output in your editor",
            Where.CALLS, "playground.answering:answer_editor", footer=True, writes=True),
    Command("answer_failed", "4", "Failed", "Answer that the function failed",
            Where.CALLS, "playground.answering:answer_failed", footer=True, writes=True),
    Command("approve", "y", "Approve", "Approve the call",
            Where.CALLS, "playground.answering:approve", writes=True),
    Command("deny", "n", "Deny", "Deny the call",
            Where.CALLS, "playground.answering:deny", writes=True),
    Command("next_pane_calls", "tab", "Pane", "From the calls to the threads",
            Where.CALLS, "screen.next_pane"),
    Command("previous_pane_calls", "shift+tab", "Pane back", "To the message",
            Where.CALLS, "screen.previous_pane"),
    Command("stop_or_leave_calls", "escape", "Stop", "Stop the run that waits",
            Where.CALLS, "playground.sending:stop_or_leave", footer=True),
    Command("go_to_calls", "a", "Answer", "To the calls that wait for an answer",
            Where.PLAYGROUND, "playground.answering:go_to_sheet", writes=True),
    Command("stop_or_leave_composer", "escape", "Back", "Stop the run that is under way; else back",
            Where.COMPOSER, "playground.sending:stop_or_leave", footer=True),
    Command("help", "question_mark,f1", "Help", "All keys",
            Where.BROWSER, "screen.help", footer=True),
    Command("help_form", "f1", "Help", "All keys",
            Where.FORM, "screen.help", footer=True),
    Command("help_playground", "question_mark,f1", "Help", "All keys",
            Where.PLAYGROUND, "screen.help", footer=True),
    Command("help_calls", "question_mark,f1", "Help", "All keys",
            Where.CALLS, "screen.help"),
    Command("help_composer", "f1", "Help", "All keys",
            Where.COMPOSER, "screen.help", footer=True),
    Command("palette", "colon,ctrl+p", "Commands", "Find a command by its name",
            Where.BROWSER, "app.command_palette"),
    Command("palette_form", "ctrl+p", "Commands", "Find a command by its name",
            Where.FORM, "app.command_palette"),
    Command("palette_playground", "colon,ctrl+p", "Commands", "Find a command by its name",
            Where.PLAYGROUND, "app.command_palette"),
    Command("palette_calls", "colon,ctrl+p", "Commands", "Find a command by its name",
            Where.CALLS, "app.command_palette"),
    Command("palette_composer", "ctrl+p", "Commands", "Find a command by its name",
            Where.COMPOSER, "app.command_palette"),
    Command("quit", "q", "Quit", "Quit; asks if something was changed",
            Where.BROWSER, "app.quit"),
    Command("quit_anywhere", "ctrl+q", "Quit", "Quit; asks if something was changed",
            Where.EVERYWHERE, "app.quit"),
    Command("suspend", "ctrl+z", "Suspend",
            "To the shell, whose fg comes back; in a longer text: undo",
            Where.EVERYWHERE, "app.suspend"),
    Command("copy_name", "", "Copy name", "Copy the name to your clipboard",
            Where.BROWSER, "copying:copy_name", needs=Needs.ROW),
    Command("copy_json", "", "Copy as JSON", "Copy the object as the server sent it",
            Where.BROWSER, "copying:copy_json", needs=Needs.ROW),
    Command("copy_curl", "", "Copy as curl", "Copy a curl command; the key stays a variable",
            Where.BROWSER, "copying:copy_curl", needs=Needs.ROW),
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
