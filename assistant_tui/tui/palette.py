"""The command palette, filled from the registry of commands."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Protocol, cast

from textual.await_complete import AwaitComplete
from textual.command import (
    CommandInput,
    CommandList,
    CommandPalette,
    DiscoveryHit,
    Hit,
    Hits,
    Provider,
)

from assistant_tui.tui.commands import COMMANDS, Command, Where

_ID = "--command-palette"
"""By which Textual knows that a palette is open."""
_HIDDEN = {"palette", "palette_form", "back", "leave", "help_form", "quit_anywhere"}
_HIDDEN |= {"palette_playground", "stop_or_leave", "next_pane", "previous_pane"}
_HIDDEN |= {"palette_pair", "stop_or_leave_pair", "next_pane_pair", "previous_pane_pair"}


class Palette(CommandPalette):
    """Textual's own, which fails on a key that comes before its list was laid out, and on one that
    comes when it was answered already."""

    def __init__(self) -> None:
        super().__init__(id=_ID)
        self._answered = self._is_going = False

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Go, once: a second answer would fail, and one below a dialog take that away."""
        self._answered = True
        if self._is_going or not self.is_active:
            return AwaitComplete()
        self._is_going = True
        return super().dismiss(result)

    def on_screen_resume(self) -> None:
        """Go now where a dialog lay over it when it was answered."""
        if self._answered:
            self.dismiss()

    def on_mount(self) -> None:
        """A cursor that blinks would be sent over the line again and again."""
        self.query_one(CommandInput).cursor_blink = False

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).size:
            super()._action_command_list(action)


class OffersCommands(Protocol):
    """A screen whose commands can be found in the palette: the list, or the playground."""

    def offers(self, command: Command) -> bool:
        """Whether it can carry a command out now."""

    async def run_action(self, action: str) -> object:
        """Carry out an action of Textual's."""


class CommandProvider(Provider):
    """Offers the commands that the screen can carry out now."""

    @property
    def _offering(self) -> OffersCommands:
        return cast(OffersCommands, self.screen)

    def _commands(self) -> Iterator[Command]:
        for command in COMMANDS:
            if (
                command.where in (Where.PANE, Where.FILTER, Where.COMPOSER)
                or command.name in _HIDDEN
            ):
                continue
            if self._offering.offers(command):
                yield command

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.label, self._runner(command), help=command.help)

    async def search(self, query: str) -> Hits:
        """Those whose label or help match."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = max(matcher.match(command.label), matcher.match(command.help) * 0.5)
            if score > 0:
                label = matcher.highlight(command.label)
                yield Hit(score, label, self._runner(command), help=command.help)

    def _runner(self, command: Command) -> Callable[[], Coroutine[None, None, None]]:
        """What runs a command, once, also where Enter was pressed twice before the palette went."""
        chosen = [command]

        async def run() -> None:
            while chosen:
                await self._offering.run_action(chosen.pop().action)

        return run
