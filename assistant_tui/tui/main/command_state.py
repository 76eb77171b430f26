"""Decides which commands can be given now, for the footer, the palette and the keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant_tui.core.resource import (
    ASSISTANTS,
    FILES,
    MODELS,
    RUNS,
    THREADS,
    VECTOR_STORES,
    Capability,
    ResourceKind,
)
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.commands import BY_NAME, Command, Needs, Where, commands_in

LACKS: dict[tuple[ResourceKind, Capability], str] = {
    (ASSISTANTS, Capability.RETRIEVE): (
        "It cannot retrieve one assistant: each is looked up through the list."
    ),
    (ASSISTANTS, Capability.MODIFY): "It cannot modify assistants.",
    (ASSISTANTS, Capability.PATCH): (
        "A modify needs the whole object: set full_replace in its profile."
    ),
    (ASSISTANTS, Capability.DELETE): "It cannot delete assistants.",
    (ASSISTANTS, Capability.CREATE): "It cannot create assistants.",
    (
        ASSISTANTS,
        Capability.CURSOR,
    ): "It gives one page only, newest first: it takes no cursor for a next one.",
    (ASSISTANTS, Capability.ASCENDING_CURSOR): (
        "It gives one page only, oldest first: it takes no cursor for a next one."
    ),
    (ASSISTANTS, Capability.ORDER): "It lists from the newest on, and not from the oldest.",
    (MODELS, Capability.LIST): "It lists no models.",
    (FILES, Capability.LIST): "It lists no files.",
    (VECTOR_STORES, Capability.LIST): "It lists no vector stores.",
    (THREADS, Capability.LIST): "It lists no threads: those that were made or met here are known.",
    (RUNS, Capability.CANCEL): "It cannot stop a run.",
    (RUNS, Capability.SUBMIT): "It takes no outputs of calls.",
}
"""What is said of a server that cannot do something with a kind of object."""


_OF_ASSISTANTS = (Where.BROWSER, Where.FORM)
"""Where the commands are that need capabilities for assistants."""
_BESIDE_A_FORM = ("help", "profile", "quit")
"""What the palette offers of the browser's commands while a form is open."""
_WITH_MARKS = ("mark", "compare", "talk", "delete", "bulk", "unmark_all", "help")
"""What is worth a place in the footer while something is marked."""
_WITH_TWO_MARKS = ("compare", "talk")
"""What of that is about two."""


@dataclass(frozen=True)
class Situation:
    """What decides which commands are available."""

    has: frozenset[Needs]
    """What is there of what commands need."""
    busy: bool
    """A job is under way: no other may start, and the form stays."""
    read_only: bool
    can: Callable[[Capability], bool]


def availability(command: Command, now: Situation) -> bool | None:
    """Whether a command can be given: False hides it, None greys it out."""
    if command.needs is not Needs.NOTHING and command.needs not in now.has:
        return False
    if command.is_write and now.read_only:
        return False
    unable = command.capability is not None and not now.can(command.capability)
    waits = now.busy and (command.is_write or command.not_during_job)
    return not (unable or waits) or None


class CommandState:
    """Knows of every command whether it can be given now."""

    def __init__(self, context: MainContext) -> None:
        self._context = context
        self.busy = False
        """A job is under way."""

    def availability(self, name: str) -> bool | None:
        """Whether a command can be given: False hides it, None greys it out."""
        return availability(BY_NAME[name], self._situation())

    def _situation(self) -> Situation:
        return Situation(
            has=frozenset(need for need, holds in self._needs_met() if holds),
            busy=self.busy,
            read_only=self._context.profile.read_only,
            can=self._can,
        )

    def _needs_met(self) -> Sequence[tuple[Needs, bool]]:
        model, form = self._context.list_model, self._context.form.form
        row = model.highlighted
        has_id = row is not None and row.has_id
        return (
            (Needs.ROW, row is not None),
            (Needs.ASSISTANT, has_id),
            (Needs.TARGETS, has_id or bool(model.marks)),
            (Needs.MARKS, bool(model.marks)),
            (Needs.EMPTY_SERVER, model.listing.complete and not model.listing.rows),
            (Needs.FORM, form is not None),
            (Needs.FORM_TEXT, form is not None and form.focused_text is not None),
        )

    def _can(self, capability: Capability) -> bool:
        service = self._context.connector.service
        return service is None or service.can(capability)

    def is_offered(self, command: Command) -> bool:
        """Whether footer and palette offer a command now."""
        if command.where in (Where.PLAYGROUND, Where.COMPOSER, Where.CALLS, Where.PAIR):
            return False
        if self._context.form.form is not None and command.where is Where.BROWSER:
            return command.name in _BESIDE_A_FORM
        return bool(self.availability(command.name))

    def footer(self) -> tuple[Command, ...]:
        """The commands whose keys are worth showing; Enter reads where nothing can be edited."""
        wanted = [command for command in commands_in(self._place()) if command.footer]
        marked = len(self._context.list_model.marks)
        if self._place() is Where.BROWSER and marked:
            names = [name for name in _WITH_MARKS if marked == 2 or name not in _WITH_TWO_MARKS]
            if self._context.only_reads:  # talks to the highlighted one, to read its threads
                names = [name for name in names if name != "talk"]
            both = replace(BY_NAME["talk"], label="Talk to both")
            wanted = [both if name == "talk" else BY_NAME[name] for name in names]
        shown = [command for command in wanted if self.is_offered(command)]
        row = self._context.list_model.highlighted
        if self._context.only_reads or (row is not None and row.problem):
            shown = [replace(each, label="Read") if each.name == "open" else each for each in shown]
        return tuple(shown)

    def _place(self) -> Where:
        if self._context.filter.typing:
            return Where.FILTER
        return Where.BROWSER if self._context.form.form is None else Where.FORM

    def why_not(self, command: Command) -> str:
        """Why a command cannot be given with this profile or server; empty if it can."""
        if command.is_write and self._context.profile.read_only:
            return f"This profile is read-only: {command.label} is not available"
        unable = command.capability is not None and not self._can(command.capability)
        if command.capability is None or not unable or command.where not in _OF_ASSISTANTS:
            return ""
        lacks = LACKS.get((ASSISTANTS, command.capability), "")
        return lacks and f"{command.label} is not available with this server. {lacks}"

    def missing(self) -> Sequence[str]:
        """What the server turned out not to do, a sentence each."""
        service = self._context.connector.service
        if service is None:
            return []
        return [said for (kind, lacking), said in LACKS.items() if not service.can(lacking, kind)]
