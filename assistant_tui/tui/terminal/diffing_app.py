"""An application that writes only the cells that have changed to its terminal.

It does so with the versions of Textual that it was tested with, unless it is switched off.
In either case it replaces the control characters in all that is drawn.
"""

import inspect
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import textual
from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.console import RenderableType
from rich.segment import Segment
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.color import Color
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import AwaitMount, Widget

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.stylesheets import CachingStylesheet
from assistant_tui.tui.terminal.compositor import VisibleCompositor
from assistant_tui.tui.terminal.frame_buffer import FrameBuffer
from assistant_tui.tui.terminal.screen_lines import updated_lines
from assistant_tui.tui.terminal.terminal_writer import terminal_features

TESTED_VERSIONS = ("8.2.8",)
"""Versions whose private parts were read and whose screens were compared, oldest first.

docs/display-layer.md says how to add one.
"""
DISPLAY_VARIABLE = "ASSISTANT_TUI_DISPLAY"
"""Environment variable that switches the display layer off when it is `textual`."""
_SIGNATURES = {
    App._display: ("self", "screen", "renderable"),
    LayoutUpdate.__init__: ("self", "strips", "region"),
    ChopsUpdate.__init__: ("self", "chops", "spans", "chop_ends"),
    Compositor._render_chops: ("self", "crop", "is_rendered_line"),
    XTermParser.parse: ("self", "token_callback"),
    WriterThread.__init__: ("self", "file"),
}


def is_diffing_enabled(environ: Mapping[str, str]) -> bool:
    """Whether the display layer is used: not switched off, and made for this Textual."""
    return environ.get(DISPLAY_VARIABLE, "") != "textual" and is_tested_version()


def is_tested_version() -> bool:
    """Whether the installed Textual is a tested version with the expected signatures.

    The version is read from the name of its metadata folder: `importlib.metadata` takes 20 ms.
    """
    packages = Path(inspect.getfile(textual)).parent.parent
    installed = any((packages / f"textual-{known}.dist-info").is_dir() for known in TESTED_VERSIONS)
    return installed and all(
        part.__code__.co_varnames[: part.__code__.co_argcount] == names
        for part, names in _SIGNATURES.items()
    )


def driver_for(driver: type[Driver]) -> type[Driver]:
    """`NonBlockingDriver` in place of Textual's `LinuxDriver`; any other driver as it is."""
    if (driver.__module__, driver.__name__) != ("textual.drivers.linux_driver", "LinuxDriver"):
        return driver
    # Windows could not import it.
    from assistant_tui.tui.terminal.driver import NonBlockingDriver

    return NonBlockingDriver


class DiffingApp(App[None]):
    """Compares each update of the compositor with a buffer of the screen; writes the difference.

    Where the display layer is off (see `is_diffing_enabled`), it draws as a plain `App`. In both
    cases control characters are replaced in all that is drawn.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sanitiser = Sanitiser()
        self._is_diffing = is_diffing_enabled(os.environ)
        if self._is_diffing:
            self.stylesheet = CachingStylesheet(variables=self.get_css_variables())
        self._features = terminal_features(os.environ)
        self._buffer: FrameBuffer | None = None
        self._first_buffer: FrameBuffer | None = None
        self.painted = False
        """Whether the terminal shows a frame already; it is not emptied before the first one."""

    @property
    def first_frame(self) -> str:
        """The sequences that draw the first complete frame of this run on an empty screen.

        Empty while no frame is complete.
        """
        if self._first_buffer is None:
            return ""
        return FrameBuffer(*self._first_buffer.size).update(
            dict(enumerate(self._first_buffer.lines)), self._features
        )

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, and ours behind them.

        Textual chooses its filter for NO_COLOR before it knows the theme: the grey that it makes of
        the terminal's own colours is black on black.
        """
        filters = super().get_line_filters()
        if self.native_ansi_color:
            filters = [NoColor() if isinstance(each, Monochrome) else each for each in filters]
        return [*filters, self._sanitiser]

    def get_driver_class(self) -> type[Driver]:
        """The driver that neither blocks nor delays the end, where the display layer is on."""
        driver = super().get_driver_class()
        return driver_for(driver) if is_diffing_enabled(os.environ) else driver

    def _get_screen(self, screen: Screen[Any] | str) -> tuple[Screen[Any], AwaitMount]:
        """Give a screen that is to be shown a compositor that draws no more than is seen."""
        found = self.get_screen(screen)
        if self._is_diffing and not found.is_running:
            found._compositor = VisibleCompositor()
        return super()._get_screen(found)

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Leave a widget alone that is not mounted: it gets its styles when it is.

        Overrides Textual's own, which is called for each class that a widget is made with.
        """
        if self._is_diffing and isinstance(node, Widget) and not node.is_attached:
            return
        super().update_styles(node, animate)

    def on_mount(self) -> None:
        """Redraw everything after an external editor, or after the shell's `fg`."""
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())

    def redraw(self) -> None:
        """Draw every cell, since another program has written on the terminal."""
        self.forget_screen()
        self.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        """Redraw everything: what a terminal shows after a change of its size is unknown."""
        self.forget_screen()

    def forget_screen(self) -> None:
        """Draw the next frame in full, since another program has written to the terminal."""
        self._buffer = None

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Write the cells that have changed; overrides Textual's own."""
        changes = self._changes(renderable) if self._writes_diffs() else None
        if changes is None:
            super()._display(screen, renderable)
        else:
            self._write_changes(changes)
            self.post_display_hook()

    def _writes_diffs(self) -> bool:
        """Whether the layer is on, and Textual itself would write now."""
        return (
            self._is_diffing
            and self._running
            and not (self._closed or self._batch_count)
            and self._driver is not None
            and not (self._driver.is_headless or self._driver.is_inline or self._driver.is_web)
        )

    def _changes(self, renderable: RenderableType | None) -> str | None:
        """The sequences that update the terminal; None for what only Textual can write."""
        if self._buffer is None or self._buffer.size != self.size:
            self._buffer = FrameBuffer(*self.size)
        color_system = self.console._color_system or ColorSystem.TRUECOLOR
        lines = updated_lines(renderable, self._buffer.lines, color_system)
        if lines is not None:
            changes = self._buffer.update(lines, self._features)
            if self._first_buffer is None and self._buffer.is_complete:
                self._first_buffer = self._buffer.copy()
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


class Sanitiser(LineFilter):
    """A line filter that replaces control characters without changing the width of a line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace what could control a terminal; the width in cells stays the same."""
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_harmless(segment.text), segment.style)
            for segment in segments
        ]


def _harmless(text: str) -> str:
    """The text without control characters: those that take no cell are dropped."""
    replaced = ((each, one_line(each)) for each in text)
    shown = "".join(safe for each, safe in replaced if safe == each or cell_len(each))
    return set_cell_size(shown, cell_len(text))
