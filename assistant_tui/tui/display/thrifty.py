"""An application that sends its terminal only what has changed."""

import os

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.app import App
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen

from assistant_tui.tui.display.guard import may_take_over, prompt_driver
from assistant_tui.tui.display.picture import Picture
from assistant_tui.tui.display.stylesheet import KeptStylesheet
from assistant_tui.tui.display.terminal import terminal
from assistant_tui.tui.display.update import lines_of


class ThriftyApp(App[None]):
    """Stands between Textual and its driver, if the guard lets it; otherwise it is an `App`."""

    def __init__(self) -> None:
        super().__init__()
        self._takes_over = may_take_over(os.environ)
        if self._takes_over:
            self.stylesheet = KeptStylesheet(variables=self.get_css_variables())
        self._terminal = terminal(os.environ)
        self._picture: Picture | None = None
        self._first: Picture | None = None
        self.painted = False
        """Whether the terminal shows a frame already; it is not emptied before the first one."""

    @property
    def first_frame(self) -> str:
        """What paints the first whole frame of this run on an empty screen."""
        if self._first is None:
            return ""
        return Picture(*self._first.size).replace(
            dict(enumerate(self._first.lines)), self._terminal
        )

    def get_driver_class(self) -> type[Driver]:
        """A driver that ends sooner, in place of the one that it is made from."""
        driver = super().get_driver_class()
        return prompt_driver(driver) if may_take_over(os.environ) else driver

    def on_mount(self) -> None:
        """Draw all anew after an editor, or when the shell's `fg` brings the program back."""
        self.app_resume_signal.subscribe(self, lambda _: self._resumed())

    def _resumed(self) -> None:
        self.forget_screen()
        self.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        """A terminal may do what it likes with its cells when its size changes."""
        self.forget_screen()

    def forget_screen(self) -> None:
        """Something else has written on the terminal: what it shows is no longer known."""
        self._picture = None

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write what has changed; overrides Textual's own."""
        changes = self._changes(renderable) if self._may_write() else None
        if changes is None:
            super()._display(screen, renderable)
        else:
            self._write_changes(changes)
            self.post_display_hook()

    def _may_write(self) -> bool:
        """The conditions under which Textual would write, and that it is one that is known."""
        return (
            self._takes_over
            and self._running
            and not (self._closed or self._batch_count)
            and self._driver is not None
            and not (self._driver.is_headless or self._driver.is_inline or self._driver.is_web)
        )

    def _changes(self, renderable: RenderableType | None) -> str | None:
        """What brings the terminal up to date; None for what only Textual can write."""
        if self._picture is None or self._picture.size != self.size:
            self._picture = Picture(*self.size)
        colours = self.console._color_system or ColorSystem.TRUECOLOR
        lines = lines_of(renderable, self._picture.lines, colours)
        if lines is not None:
            changes = self._picture.replace(lines, self._terminal)
            if self._first is None and self._picture.is_whole:
                self._first = self._picture.copy()
            return changes
        if renderable is not None:
            self.forget_screen()
        return None

    def _write_changes(self, changes: str) -> None:
        assert self._driver is not None
        x, y = self.screen.outer_size.clamp_offset(self.cursor_position)
        if changes or (x, y) != self._previous_cursor_position:
            self._previous_cursor_position = Offset(x, y)
            sequence = f"{changes}\x1b[{y + 1};{x + 1}H"
            if self._sync_available:
                sequence = f"{SYNC_START}{sequence}{SYNC_END}"
            self._driver.write(sequence)
            self._driver.flush()
