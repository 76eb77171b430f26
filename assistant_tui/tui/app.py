"""The application: themes and keys, one mode for each open profile, signals, quitting."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.types import CSSPathType

from assistant_tui.config.settings import ConfigurationError, Profile, Settings
from assistant_tui.startup.profile_opening import ProfileOpener
from assistant_tui.startup.shutdown import SHUTDOWN
from assistant_tui.tui.commands import Command, Where, bindings
from assistant_tui.tui.keyboard import KeyboardApp
from assistant_tui.tui.keymap import check_keymap
from assistant_tui.tui.main.screen import MainScreen
from assistant_tui.tui.messages import LinesJoined
from assistant_tui.tui.session_log import SessionLog
from assistant_tui.tui.stylesheets import FIRST_SCREEN
from assistant_tui.tui.terminal import job_control
from assistant_tui.tui.terminal.clipboard import Clipboard
from assistant_tui.tui.widgets.status_line import StatusLine, Tone
from assistant_tui.tui.workers import start

if TYPE_CHECKING:
    from textual.command import Provider

_FULL_SCREEN = "\x1b[r\x1b[2J"
"""Takes back the margins that another program may have left, and empties the screen."""


def _palette() -> "type[Provider]":
    from assistant_tui.tui.palette import CommandProvider

    return CommandProvider


def _collect_garbage_again() -> None:
    """Leave what was made while starting out of every later collection."""
    gc.freeze()
    gc.enable()


class AssistantApp(KeyboardApp):
    """Shows one profile at a time."""

    TITLE = "assistant-tui"
    DEFAULT_MODE = "first"
    """Each profile that is opened is a mode of its own: nothing of the previous one stays."""
    CSS_PATH: ClassVar[CSSPathType | None] = [*FIRST_SCREEN]
    COMMANDS: ClassVar[set[type["Provider"] | Callable[[], type["Provider"]]]] = {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Where.EVERYWHERE),
        Binding("ctrl+c", "hint", "Quit", show=False, system=True),
    ]

    def __init__(
        self,
        settings: Settings,
        opener: ProfileOpener,
        *,
        crash_folder: Path,
        welcome: str = "",
    ) -> None:
        """`opener` has the rows to show before a server has answered, and opens profiles.

        Raises:
            ConfigurationError: a theme or a keymap that is not allowed.
        """
        super().__init__(crash_folder)
        self._session_log = SessionLog()
        self.settings = settings
        self._opener = opener
        self.fault: BaseException | None = None
        """What ended the program, if it was not a person."""
        self._apply_settings(settings)
        self._quitting = self._ending = False
        self._switching = asyncio.Lock()
        """Textual cannot end while a mode comes or goes."""
        self._opened = 0
        self.add_mode(self.DEFAULT_MODE, partial(self._main, settings.profile, welcome))

    def _apply_settings(self, settings: Settings) -> None:
        """Set the theme and the keys. Raises ConfigurationError."""
        if settings.theme not in self.available_themes:
            allowed = ", ".join(sorted(self.available_themes))
            where = f"--theme, or ui.theme in {settings.path}"
            raise ConfigurationError(f"{where}: no theme '{settings.theme}'; allowed: {allowed}")
        check_keymap(settings.path, settings.keymap)
        self.theme = settings.theme
        self.set_keymap(dict(settings.keymap))
        self.animation_level = "none"

    def on_mount(self) -> None:
        """End in good order when the machine says so, and note what is said."""
        self._session_log.begin()
        job_control.watch_for_end(self._end, self.contain)
        job_control.install_handlers(self, self.action_suspend, self._take_back)
        self.call_after_refresh(_collect_garbage_again)

    def on_unmount(self) -> None:
        """Note no further requests."""
        self._session_log.end()

    @on(StatusLine.Said)
    def _note_message(self, event: StatusLine.Said) -> None:
        self._session_log.add(event.sentence, wrong=event.tone in (Tone.WARNING, Tone.ERROR))

    def action_messages(self) -> None:
        """Show the messages and requests of this session, or close them again."""
        from assistant_tui.tui.dialogs.text_screen import MessagesScreen

        if isinstance(self.screen, MessagesScreen):
            self.screen.action_close()
        else:
            self.push_screen(MessagesScreen(self._session_log.newest_first))

    def _end(self, code: int) -> None:
        """End from outside; a terminal that is closed asks for it several times."""
        if self._exit or self._ending:
            return
        self._ending = True
        job_control.ignore_stops()
        if self.main_screen is not None:
            self.main_screen.leave_guard.keep_draft()
        start(self, partial(self._end_from_outside, code), "quit")

    async def _end_from_outside(self, code: int) -> None:
        if self.main_screen is not None:
            await self.main_screen.leave_guard.let_a_write_end()
        await self._end_with(code)

    def _take_back(self) -> None:
        """Take the terminal back after a stop by force, as far as it is needed any more."""
        if not (self._exit or self._ending):
            job_control.redraw_when_foreground(self)

    async def _end_with(self, code: int) -> None:
        SHUTDOWN.force_exit_after(code)
        async with self._switching:
            self.exit(return_code=code)

    def _main(self, profile: Profile, welcome: str = "") -> MainScreen:
        clipboard = Clipboard(self.settings.clipboard_command, os.environ, self._write)
        return MainScreen(
            self.settings,
            profile,
            self._opener,
            clipboard,
            welcome,
        )

    def _write(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)

    @on(MainScreen.ProfileChosen)
    async def _open(self, event: MainScreen.ProfileChosen) -> None:
        async with self._switching:
            left, self._opened = self.current_mode, self._opened + 1
            mode = f"{event.profile.name} {self._opened}"
            self.add_mode(mode, partial(self._main, event.profile))
            await self.switch_mode(mode)
            await self.remove_mode(left)

    @property
    def main_screen(self) -> MainScreen | None:
        """The main screen, also where a dialog lies over it."""
        return next((s for s in self.screen_stack if isinstance(s, MainScreen)), None)

    def action_hint(self) -> None:
        """Say how to quit to a person who tries Ctrl+C."""
        self._say("Ctrl+Q quits", Tone.PLAIN)
        self.forget_with_next_key("Ctrl+Q quits")

    @on(LinesJoined)
    def _lines_joined(self, event: LinesJoined) -> None:
        self._say(f"Pasted {event.count} lines as one, joined by spaces", Tone.WARNING)

    def action_command_palette(self) -> None:
        """Open the palette, once."""
        from assistant_tui.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Ctrl+Z to an editor of many lines, in which it undoes what was typed."""
        return action != "suspend" or not hasattr(self.focused, "action_undo")

    def action_redraw(self) -> None:
        """Draw everything anew, whatever another program has written on the terminal."""
        self._write(_FULL_SCREEN)
        self.redraw()

    def action_suspend(self) -> None:
        """Go to the shell, which can come back here."""
        if self.main_screen is None:
            return
        if job_control.can_stop():
            self.main_screen.leave_guard.keep_draft()
            job_control.stop_job(self)
        else:
            self._say("No shell would bring the program back; Ctrl+Q quits", Tone.PLAIN)

    async def action_quit(self) -> None:
        """Quit, once nothing is lost by it; asked once, however often the key is pressed."""
        if not self._quitting:
            self._quitting = True
            start(self, self._quit, "quit")

    async def _quit(self) -> None:
        if self.main_screen is None or await self.main_screen.leave_guard.is_free():
            await self._end_with(0)
        self._quitting = False

    def tell_of_fault(self, sentence: str) -> None:
        """Put it on the status line."""
        self._say(sentence, Tone.ERROR)

    def reason_against(self, command: Command) -> str:
        """Say what the profile or the server lacks, where that is why nothing happens."""
        main = self.main_screen
        return "" if main is None else main.command_state.why_not(command)

    def tell_of_key(self, sentence: str) -> None:
        """Put it on the status line."""
        self._say(sentence, Tone.WARNING)

    def forget_hint(self, sentence: str) -> None:
        """Take it from the status line, if nothing else was said meanwhile."""
        for screen in self.screen_stack:
            for line in screen.query(StatusLine):
                line.forget(sentence)

    def _say(self, sentence: str, tone: Tone) -> None:
        """Put a sentence on the status line of the uppermost screen that has one."""
        for screen in reversed(self.screen_stack):
            if lines := screen.query(StatusLine):
                lines.first().say(sentence, tone)
                return

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what inputs and selections copy by the same way as every other copy."""
        self._clipboard = text
        from assistant_tui.tui.assistants.copying import start_copy

        if self.main_screen is not None:
            start_copy(self.main_screen.context, text, "the selection")

    def _fatal_error(self) -> None:
        """Write a report without local variables, which may hold keys, instead of showing them.

        Overrides Textual's own, whose traceback prints locals.
        """
        self.fault = sys.exception()
        if self.fault is not None:
            self.report(self.fault)
        SHUTDOWN.force_exit_after(1)
        self._close_messages_no_wait()
