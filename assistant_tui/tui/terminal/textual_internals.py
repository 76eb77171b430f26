"""Which versions of Textual the display layer was tested with, and whether it is in use."""

import inspect
from collections.abc import Mapping
from pathlib import Path

import textual
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread

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
