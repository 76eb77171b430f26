"""Says whether this room knows the Textual that is installed."""

import inspect
from collections.abc import Mapping
from pathlib import Path

import textual
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread

KNOWN = ("8.2.8",)
"""Versions whose private parts were read, and whose screens were compared cell by cell."""
SWITCH = "ASSISTANT_TUI_DISPLAY"
"""Environment variable; `textual` lets Textual write for itself."""
_PARTS = {
    App._display: ("self", "screen", "renderable"),
    LayoutUpdate.__init__: ("self", "strips", "region"),
    ChopsUpdate.__init__: ("self", "chops", "spans", "chop_ends"),
    XTermParser.parse: ("self", "token_callback"),
    WriterThread.__init__: ("self", "file"),
}


def may_take_over(environ: Mapping[str, str]) -> bool:
    """Whether nobody has switched it off, and Textual is one that is known."""
    return environ.get(SWITCH, "") != "textual" and _is_known()


def _is_known() -> bool:
    """Look at the name of the installed version: asking for it properly takes 20 ms."""
    packages = Path(inspect.getfile(textual)).parent.parent
    installed = any((packages / f"textual-{known}.dist-info").is_dir() for known in KNOWN)
    return installed and all(
        part.__code__.co_varnames[: part.__code__.co_argcount] == names
        for part, names in _PARTS.items()
    )


def prompt_driver(driver: type[Driver]) -> type[Driver]:
    """Our driver for a terminal of Unix; any other is left as it is."""
    if (driver.__module__, driver.__name__) != ("textual.drivers.linux_driver", "LinuxDriver"):
        return driver
    # Windows could not import it.
    from assistant_tui.tui.display.driver import PromptDriver

    return PromptDriver
