"""What the terminal can do beyond writing, as terminfo tells."""

from collections.abc import Mapping
from typing import NamedTuple


class Terminal(NamedTuple):
    """The abilities that save bytes; none of them is needed."""

    erases: bool = False
    """Erased cells take the background colour that is set."""
    scrolls: bool = False
    """Lines can be deleted and inserted within margins."""


def terminal(environ: Mapping[str, str]) -> Terminal:
    """Ask terminfo about $TERM; without an entry the terminal is taken to be a plain one."""
    try:
        import curses
    except ImportError:  # a Python that was built without it
        return Terminal()
    try:
        curses.setupterm(environ.get("TERM", "dumb"), 1)
    except curses.error:
        return Terminal()
    margins = all(curses.tigetstr(name) for name in ("csr", "dl", "il"))
    return Terminal(erases=curses.tigetflag("bce") > 0, scrolls=margins)
