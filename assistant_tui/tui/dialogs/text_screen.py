"""Shows a text over the whole screen: the JSON of an object, differences, the help."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.safe_text import many_lines
from assistant_tui.core.text_comparison import DiffLine
from assistant_tui.tui.commands import COMMANDS, Command, Where
from assistant_tui.tui.dialogs.dialog import Dialog
from assistant_tui.tui.keymap import keys_of
from assistant_tui.tui.widgets.text_view import TextView

_COMPONENTS = {" ": "muted"}


def difference_lines(differences: Iterable[DiffLine]) -> Iterator[StyledText]:
    """A comparison in lines that are safe to show: `-` before, `+` after, `~` changed inside."""
    for sign, text in differences:
        if sign:
            yield StyledText(f"{sign} {many_lines(text)}", _COMPONENTS.get(sign, ""))
        else:
            yield from (StyledText(""), StyledText(many_lines(text), "label"))


class TextScreen(Dialog[None]):
    """Shows lines until Esc, q or the key that opened it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v,Y,question_mark,f1,f3,equals_sign", "close", "Close", show=False)
    ]

    def __init__(
        self, title: str, lines: Sequence[StyledText], reader: TextView | None = None
    ) -> None:
        """`lines` and `title` are shown as they are: remote text must have been made safe.

        `reader` shows something else than `lines`.
        """
        super().__init__()
        self._title = title
        self._lines = tuple(lines)
        self._reader = reader

    def compose(self) -> ComposeResult:
        """A title, the text, and the keys."""
        yield Static(Content(self._title), classes="title")
        if self._reader is None:
            self._reader = TextView()
            self._reader.lines = self._lines
        yield self._reader
        yield Static(Content("↑ ↓ PgUp PgDn move · Esc closes"), classes="hint")

    def action_close(self) -> None:
        """Go back to what was under the text."""
        self.close(None)


class MessagesScreen(TextScreen):
    """The messages and requests of this session, each whole."""

    def __init__(self, lines: Sequence[StyledText]) -> None:
        """`lines` are safe to show, the newest first."""
        super().__init__("Messages and requests, the newest first", lines)


_SECTIONS = (
    ("List and detail", (Where.PANE, Where.BROWSER)),
    ("Filter", (Where.FILTER,)),
    ("Form", (Where.FORM,)),
    ("Everywhere", (Where.EVERYWHERE,)),
)
_IN_PLAYGROUND = (
    ("The message", (Where.COMPOSER,)),
    ("Threads and conversation", (Where.PLAYGROUND, Where.PANE)),
    ("Calls that wait for an answer", (Where.CALLS,)),
    ("Everywhere", (Where.EVERYWHERE,)),
)
_IN_PAIR = (
    ("The message", (Where.COMPOSER,)),
    ("Two conversations side by side", (Where.PAIR, Where.PANE)),
    ("Calls that wait for an answer", (Where.CALLS,)),
    ("Everywhere", (Where.EVERYWHERE,)),
)
_KEYS_WIDTH = 16
_FORM = (
    "Tab and Shift+Tab go from field to field; Ctrl+U empties a line.",
    "Alt+← and Alt+→ go by words; Alt+Backspace and Alt+D delete one.",
    "← and → choose among words in a row; the chosen one stands in brackets.",
    "↓ goes into the list below a model or an id; Enter takes one.",
    "Space switches a tool on or off, Enter opens it, K and J move it.",
    "A pair of the metadata whose key and value are emptied is left out.",
)


def help_screen(
    keymap: Mapping[str, str], filter_help: Sequence[str], limitations: Sequence[str]
) -> TextScreen:
    """The help for these keys, and for the filter of the list.

    `limitations` is what the server turned out not to do.
    """
    return TextScreen("Help", tuple(_help_lines(keymap, filter_help, limitations)))


def _help_lines(
    keymap: Mapping[str, str], filter_help: Sequence[str], limitations: Sequence[str]
) -> Iterator[StyledText]:
    yield from _sections(_SECTIONS, keymap)
    yield StyledText("In the command palette alone", "label")
    for command in COMMANDS:
        if not command.keys:
            yield StyledText(f"{command.label}: {command.help}", indent=2)
    yield StyledText("")
    for title, sentences in (("In the filter", filter_help), ("In the form", _FORM)):
        yield StyledText(title, "label")
        for sentence in sentences:
            yield StyledText(sentence, indent=2)
        yield StyledText("")
    if limitations:
        yield StyledText("What this server does not do", "label")
        for sentence in limitations:
            yield StyledText(sentence, indent=2)


def playground_help(keymap: Mapping[str, str]) -> TextScreen:
    """The help for the keys of the playground."""
    return TextScreen("Help: the playground", tuple(_sections(_IN_PLAYGROUND, keymap)))


def pair_help(keymap: Mapping[str, str]) -> TextScreen:
    """The help for the keys where two conversations stand side by side."""
    return TextScreen("Help: two conversations", tuple(_sections(_IN_PAIR, keymap)))


def _sections(
    sections: Sequence[tuple[str, Sequence[Where]]], keymap: Mapping[str, str]
) -> Iterator[StyledText]:
    for title, places in sections:
        yield StyledText(title, "label")
        for place in places:
            for command in COMMANDS:
                if command.where is place and command.keys:
                    yield StyledText(_command_line(command, keymap), indent=2)
        yield StyledText("")


def _command_line(command: Command, keymap: Mapping[str, str]) -> str:
    keys = " ".join(keys_of(command, keymap))
    return f"{keys:<{_KEYS_WIDTH}}{command.label}: {command.help}"
