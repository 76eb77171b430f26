"""What a command is: its name, keys, words, and what must be there for it.

The commands themselves stand in `commands.py`, those of the playground in `playground_commands.py`.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum, auto
from importlib import import_module
from typing import Any

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
    PAIR = auto()
    """In two conversations of the playground side by side."""
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
