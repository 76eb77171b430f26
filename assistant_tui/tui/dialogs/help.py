"""The help: what each key does, from the registry of commands."""

from collections.abc import Iterator, Mapping, Sequence

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.search.query import HELP
from assistant_tui.tui.commands import BROWSING, COMMANDS, Command, Where, keys_of
from assistant_tui.tui.dialogs.text import TextScreen

_PARTS = (
    ("List and detail", (Where.PANE, *BROWSING)),
    ("Filter", (Where.FILTER,)),
    ("Form", (Where.FORM,)),
    ("Everywhere", (Where.EVERYWHERE,)),
)
_KEYS_WIDTH = 16
_FORM = (
    "Tab and Shift+Tab go from field to field; Ctrl+U empties a line.",
    "← and → choose among words in a row; the chosen one stands in brackets.",
    "↓ goes into the list below a model or an id; Enter takes one.",
    "Space switches a tool on or off, Enter opens it, K and J move it.",
    "A pair of the metadata whose key and value are emptied is left out.",
)


def help_screen(keymap: Mapping[str, str], learned: Sequence[str]) -> TextScreen:
    """The help for these keys; `learned` is what the server turned out not to do."""
    return TextScreen("Help", tuple(_lines(keymap, learned)))


def _lines(keymap: Mapping[str, str], learned: Sequence[str]) -> Iterator[StyledText]:
    for title, places in _PARTS:
        yield StyledText(title, "label")
        for command in COMMANDS:
            if command.where in places and command.keys:
                yield StyledText(_line(command, keymap), indent=2)
        yield StyledText("")
    yield StyledText("In the command palette alone", "label")
    for command in COMMANDS:
        if not command.keys:
            yield StyledText(f"{command.label}: {command.help}", indent=2)
    yield StyledText("")
    for title, sentences in (("In the filter", HELP), ("In the form", _FORM)):
        yield StyledText(title, "label")
        for sentence in sentences:
            yield StyledText(sentence, indent=2)
        yield StyledText("")
    if learned:
        yield StyledText("What this server does not do", "label")
        for sentence in learned:
            yield StyledText(sentence, indent=2)


def _line(command: Command, keymap: Mapping[str, str]) -> str:
    keys = " ".join(keys_of(command, keymap))
    return f"{keys:<{_KEYS_WIDTH}}{command.label}: {command.help}"
