"""Decides which commands can be given now, for the footer, the palette and the keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from textual.screen import Screen

from assistant_tui.api.capabilities import Capability
from assistant_tui.tui.commands import BROWSING, COMMANDS, Command, Where, action_of, at_hand
from assistant_tui.tui.main.screen_context import ScreenContext

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


_BESIDE_A_FORM = ("help", "profile", "quit")
"""What the palette offers of the browser's commands while a form is open."""
_WITH_MARKS = ("mark", "compare", "delete", "bulk", "unmark_all", "help")
"""What is worth a place in the footer while something is marked."""


class CommandState:
    """Knows of every command whether it can be given now, and carries it out."""

    def __init__(self, context: ScreenContext, screen: Screen[None]) -> None:
        self._context = context
        self._screen = screen
        self.busy = False
        """A write is under way: no other may start, and the form stays."""

    def holds(self, action: str) -> bool | None:
        """Whether an action of the screen can be done: False hides it, None greys it out."""
        service = self._context.loader.service
        form, row = self._context.form.form, self._context.browser.highlighted
        return availability(
            action,
            Situation(
                has_row=row is not None and (row.has_id or action == "open"),
                empty=self._context.listing.complete and not self._context.listing.rows,
                busy=self.busy,
                read_only=self._context.profile.read_only,
                marked=bool(self._context.browser.marks),
                editing=form is not None,
                in_text=form is not None and form.focused_text is not None,
                can=lambda capability: service is None or service.can(capability),
            ),
        )

    def can_do(self, command: Command) -> bool:
        """Whether a command is at hand, whoever carries it out."""
        if self._context.form.form is not None and command.where in BROWSING:
            return command.name in _BESIDE_A_FORM
        if command.where is Where.READ:
            return bool(self._context.browser.check_action(command.name, ()))
        return bool(self.holds(command.name))

    async def carry_out(self, command: Command) -> None:
        """Do what a command of the palette says."""
        doer = self._context.browser if command.where is Where.READ else self._screen
        await doer.run_action(action_of(command))

    def footer(self) -> tuple[Command, ...]:
        """The commands whose keys are worth showing; Enter reads where nothing can be edited."""
        places = (Where.FORM,) if self._context.form.form else BROWSING
        if self._context.filter.typing:
            places = (Where.FILTER,)
        wanted = [command for command in at_hand(places) if command.footer]
        if places is BROWSING and (marked := len(self._context.browser.marks)):
            names = [name for name in _WITH_MARKS if name != "compare" or marked == 2]
            wanted = sorted(
                (command for command in COMMANDS if command.name in names),
                key=lambda command: names.index(command.name),
            )
        shown = [command for command in wanted if self.can_do(command)]
        row = self._context.browser.highlighted
        if self.only_reads or (row is not None and row.problem):
            shown = [replace(each, label="Read") if each.name == "open" else each for each in shown]
        return tuple(shown)

    @property
    def only_reads(self) -> bool:
        """No assistant can be edited: the profile says so, or the server turned out not to."""
        service = self._context.loader.service
        able = service is None or service.can(Capability.MODIFY)
        return self._context.profile.read_only or not able

    def lacks(self) -> Sequence[str]:
        """What the server turned out not to do, a sentence each."""
        service = self._context.loader.service
        return [] if service is None else [LACKS[each] for each in LACKS if not service.can(each)]
