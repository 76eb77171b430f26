"""What a key costs on the line and how soon it is answered.

The rows of the list fill the 40 lines of the terminal, less what the program puts around them.
Eight presses stay on the first screen; then the key is held until the list scrolls, and only the
presses after that count as scrolling.
"""

import statistics
from functools import partial

from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Program, Subject, curses_list, line_list
from benchmarks.session import Press, Session

ROWS = 250
MOVES, WARM, HELD, PAGES = 8, 45, 60, 3
NARROW = 96
"""Below 100 columns the program shows the list alone, as wide as the terminal."""


def keys(program: Program) -> Readings:
    """Medians over the presses of one run; bytes, and milliseconds to the first of them."""
    with program.opened() as session:
        session.press("down")
        session.settle()
        presses, rest = _rested(session, "down", MOVES)
        session.hold("down", WARM)
        session.settle()
        held = session.hold("down", HELD)
        session.settle()
        pages, _ = _rested(session, "pagedown", PAGES)
    return {
        "down": statistics.median(press.size for press in presses),
        "rested": statistics.median(rest),
        "first": statistics.median(press.first_ms for press in presses),
        "held": held,
        "page": statistics.median(page.size for page in pages),
    }


def _rested(session: Session, key: str, times: int) -> tuple[list[Press], list[int]]:
    """Presses, each once the one before has had all its effects; and their bytes with those."""
    presses, sizes = [], []
    for _ in range(times):
        presses.append(session.press(key))
        sizes.append(presses[-1].size + session.settle())
    return presses, sizes


def held(program: Program) -> Readings:
    """Bytes per press of a Down key held at 30 Hz while the list scrolls."""
    with program.opened() as session:
        session.hold("down", WARM)
        session.settle()
        return {"held": session.hold("down", HELD)}


def group(subject: Subject) -> Group:
    """Ours against curses for bytes, against the bare Textual list for the time."""
    ours, narrow = subject.demo(ROWS), subject.demo(ROWS, NARROW)
    curses, slim, lines = curses_list(ROWS), curses_list(ROWS, NARROW), line_list(ROWS)
    wide = {program.name: partial(keys, program) for program in (curses, ours, lines)}
    one_pane = {program.name: partial(held, program) for program in (slim, narrow)}
    a, b = ours.name, curses.name
    return Group(
        {**wide, **one_pane},
        [
            Figure("Down: bytes until the list has moved", "B", (a, "down"), (b, "down"), 1.3),
            Figure("… and the detail has followed", "B", (a, "rested"), (b, "rested")),
            Figure("Down: first byte", "ms", (a, "first"), (lines.name, "first"), 1.2),
            Figure("Down held, scrolling, two panes", "B", (a, "held"), (b, "held"), 4),
            Figure(
                f"Down held, scrolling, one pane ({NARROW} columns)",
                "B",
                (narrow.name, "held"),
                (slim.name, "held"),
                2,
            ),
            Figure("PageDown: bytes", "B", (a, "page"), (b, "page"), 1.5),
        ],
    )
