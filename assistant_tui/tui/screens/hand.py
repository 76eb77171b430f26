"""What is at hand at this moment: the commands that can be given, for footer, palette and keys."""

from collections.abc import Sequence
from dataclasses import replace

from textual.screen import Screen

from assistant_tui.api.dialect import Capability
from assistant_tui.tui.commands import BROWSING, COMMANDS, Command, Where, action_of, at_hand
from assistant_tui.tui.screens.availability import LACKS, Situation, availability
from assistant_tui.tui.screens.screen_desk import ScreenDesk

_BESIDE_A_FORM = ("help", "profile", "quit")
"""What the palette offers of the browser's commands while a form is open."""
_WITH_MARKS = ("mark", "compare", "delete", "bulk", "unmark_all", "help")
"""What is worth a place in the footer while something is marked."""


class Hand:
    """Knows of every command whether it can be given now, and carries it out."""

    def __init__(self, desk: ScreenDesk, screen: Screen[None]) -> None:
        self._desk = desk
        self._screen = screen
        self.busy = False
        """A write is under way: no other may start, and the form stays."""

    def holds(self, action: str) -> bool | None:
        """Whether an action of the screen can be done: False hides it, None greys it out."""
        service = self._desk.loader.service
        form, row = self._desk.form.form, self._desk.browser.highlighted
        return availability(
            action,
            Situation(
                has_row=row is not None and (row.has_id or action == "open"),
                empty=self._desk.listing.complete and not self._desk.listing.rows,
                busy=self.busy,
                read_only=self._desk.profile.read_only,
                marked=bool(self._desk.browser.marks),
                editing=form is not None,
                in_text=form is not None and form.focused_text is not None,
                can=lambda capability: service is None or service.can(capability),
            ),
        )

    def can_do(self, command: Command) -> bool:
        """Whether a command is at hand, whoever carries it out."""
        if self._desk.form.form is not None and command.where in BROWSING:
            return command.name in _BESIDE_A_FORM
        if command.where is Where.READ:
            return bool(self._desk.browser.check_action(command.name, ()))
        return bool(self.holds(command.name))

    async def carry_out(self, command: Command) -> None:
        """Do what a command of the palette says."""
        doer = self._desk.browser if command.where is Where.READ else self._screen
        await doer.run_action(action_of(command))

    def footer(self) -> tuple[Command, ...]:
        """The commands whose keys are worth showing; Enter reads where nothing can be edited."""
        places = (Where.FORM,) if self._desk.form.form else BROWSING
        if self._desk.finding.typing:
            places = (Where.FILTER,)
        wanted = [command for command in at_hand(places) if command.footer]
        if places is BROWSING and (marked := len(self._desk.browser.marks)):
            names = [name for name in _WITH_MARKS if name != "compare" or marked == 2]
            wanted = sorted(
                (command for command in COMMANDS if command.name in names),
                key=lambda command: names.index(command.name),
            )
        shown = [command for command in wanted if self.can_do(command)]
        row = self._desk.browser.highlighted
        if self.only_reads or (row is not None and row.problem):
            shown = [replace(each, label="Read") if each.name == "open" else each for each in shown]
        return tuple(shown)

    @property
    def only_reads(self) -> bool:
        """No assistant can be edited: the profile says so, or the server turned out not to."""
        service = self._desk.loader.service
        able = service is None or service.can(Capability.MODIFY)
        return self._desk.profile.read_only or not able

    def lacks(self) -> Sequence[str]:
        """What the server turned out not to do, a sentence each."""
        service = self._desk.loader.service
        return [] if service is None else [LACKS[each] for each in LACKS if not service.can(each)]
