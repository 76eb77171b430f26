"""The floor under bytes per key: a list drawn by curses, which sends only what changed.

``python -m benchmarks.floors.curses_list ROWS``; Ctrl+Q quits.
"""

import curses
import sys

from benchmarks.floors.rows import row_text

CTRL_Q = 17


def _draw(window: curses.window, rows: list[str], top: int, cursor: int) -> None:
    height, width = window.getmaxyx()
    for y, text in enumerate(rows[top : top + height]):
        style = curses.A_REVERSE if top + y == cursor else curses.A_NORMAL
        window.insnstr(y, 0, text.ljust(width), width, style)
    window.refresh()


def _moved(key: int, cursor: int, page: int, last: int) -> int:
    steps = {
        curses.KEY_DOWN: 1,
        curses.KEY_UP: -1,
        curses.KEY_NPAGE: page,
        curses.KEY_PPAGE: -page,
        curses.KEY_END: last,
    }
    return min(last, max(0, cursor + steps.get(key, 0)))


def _main(window: curses.window) -> None:
    curses.curs_set(0)
    curses.raw()
    window.idlok(True)
    window.scrollok(True)
    rows = [row_text(index) for index in range(int(sys.argv[1]))]
    page = window.getmaxyx()[0]
    top = cursor = key = 0
    while key != CTRL_Q:
        cursor = _moved(key, cursor, page, len(rows) - 1)
        top = min(max(top, cursor - page + 1), cursor)
        _draw(window, rows, top, cursor)
        key = window.getch()


if __name__ == "__main__":
    curses.wrapper(_main)
