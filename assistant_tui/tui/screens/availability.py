"""Decides which commands are at hand; no screen needed."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant_tui.api.dialect import Capability

_WRITES = {
    "create": Capability.CREATE,
    "clone": Capability.CREATE,
    "samples": Capability.CREATE,
    "import": Capability.CREATE,
    "delete": Capability.DELETE,
    "edit_json": Capability.MODIFY,
    "bulk": None,
    "undo": None,
    "history": Capability.MODIFY,
    "trash": Capability.CREATE,
    "recover": None,
}
"""The commands that change something, and what the server must be able to do for them."""

LACKS = {
    Capability.RETRIEVE: "It cannot retrieve one assistant: each is looked up through the list.",
    Capability.MODIFY: "It cannot modify assistants.",
    Capability.PATCH: "A modify needs the whole object: set full_replace in its profile.",
    Capability.DELETE: "It cannot delete assistants.",
    Capability.CREATE: "It cannot create assistants.",
    Capability.CURSOR: "It gives one page only, and takes no cursor for a next one.",
    Capability.ORDER: "It lists from the newest on, and not from the oldest.",
    Capability.MODELS: "It lists no models.",
    Capability.FILES: "It lists no files.",
    Capability.VECTOR_STORES: "It lists no vector stores.",
}
"""What is said of a server that turned out not to have a part of the API."""


@dataclass(frozen=True)
class Situation:
    """What the screen is in the middle of."""

    has_row: bool
    """The highlighted assistant is one that the server can be asked for."""
    empty: bool
    """The server has answered, and has nothing."""
    busy: bool
    """A write is under way."""
    read_only: bool
    marked: bool
    """Some assistants are marked."""
    editing: bool
    """A form is open."""
    in_text: bool
    """A text of many lines has the focus in the form."""
    can: Callable[[Capability], bool]


def availability(action: str, now: Situation) -> bool | None:
    """Whether a command is at hand: False hides it where it makes no sense, None greys it out."""
    if action in ("save", "leave"):
        return (not now.busy or None) if now.editing else False
    if action in ("show_changes", "read_form"):
        return now.editing
    if action == "edit_field":
        return now.in_text
    if action in ("open", "edit_json", "history") and not now.has_row:
        return False
    if action in ("clone", "clone_to", "delete", "export") and not (now.has_row or now.marked):
        return False
    if action in ("go_to", "export", "clone_to"):
        return not now.busy or None
    if action == "samples" and not now.empty:
        return False
    if action in _WRITES:
        return _writable(_WRITES[action], now)
    return True


def _writable(capability: Capability | None, now: Situation) -> bool | None:
    if now.read_only:
        return False
    return (not now.busy and (capability is None or now.can(capability))) or None
