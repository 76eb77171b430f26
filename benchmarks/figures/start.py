"""From the start to the first key answered, and the bytes that go out until then."""

import re
from collections import Counter
from pathlib import Path

from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Program, Subject, hello
from benchmarks.screen import Cells, Screen
from benchmarks.session import NS, Session

FEW, MANY = 250, 100_000


def shown(program: Program) -> Readings:
    """Milliseconds until the screen is there, for a program that has nothing to press."""
    with program.session() as session:
        session.await_text(program.ready)
        session.settle()
        return {"usable": _first_shown(session, program.ready) / 1e6, **_written(session)}


def quiet(program: Program) -> Readings:
    """The bytes of a start that nothing disturbs."""
    with program.opened() as session:
        return _written(session)


def usable(program: Program) -> Readings:
    """Milliseconds until a row is on the screen, and until a Down key has moved the cursor.

    The key goes out as soon as a row is shown. When it was answered is found afterwards: the cells
    whose look, not text, changes between the two positions of the cursor are the highlight, and the
    first frame that shows them is the answer.
    """
    with program.session() as session:
        session.await_text(program.ready)
        sent = session.send("down")
        session.settle()
        mark, below = len(session.log), session.screen().cells()
        session.send("up")
        session.settle()
        lit = _highlight(below, session.screen().cells())
        if not lit:
            session.fail("Down, then Up, moved no highlight")
        return {
            "shown": _first_shown(session, program.ready) / 1e6,
            "usable": _answered(session, mark, sent, lit) / 1e6,
        }


def _written(session: Session) -> Readings:
    return {"bytes": float(sum(len(chunk.data) for chunk in session.log))}


def _first_shown(session: Session, pattern: str) -> int:
    """When the text was first on the screen, ns; found by rendering the reads again."""
    screen, wanted = Screen(*session.size), re.compile(pattern)
    for chunk in session.log:
        screen.feed(chunk.data)
        if not screen.updating and wanted.search(screen.text()):
            return chunk.at
    session.fail("showed its text and then did not")


def _highlight(below: Cells, above: Cells) -> Cells:
    """The look that the moved highlight gives to the two lines that it left and reached."""
    changed = {
        at: cell for at, cell in below.items() if cell != above[at] and cell.data == above[at].data
    }
    lines = [line for line, _ in Counter(line for line, _ in changed).most_common(2)]
    return {at: cell for at, cell in changed.items() if at[0] in lines}


def _answered(session: Session, mark: int, sent: int, lit: Cells) -> int:
    """When at least nine tenths of the highlight were first to be seen, ns."""
    screen = Screen(*session.size)
    for chunk in session.log[:mark]:
        screen.feed(chunk.data)
        if chunk.at < sent or screen.updating:
            continue
        cells = screen.cells()
        if sum(cells[at] == cell for at, cell in lit.items()) >= 0.9 * len(lit):
            return chunk.at
    session.fail(f"never answered a Down key sent {sent / NS:.3f} s after its start")


def group(subject: Subject) -> Group:
    """The demo with few and with many rows, against the smallest Textual program."""
    few, many, floor = subject.demo(FEW), subject.demo(MANY), hello()
    first, size = (few.name, "usable"), ("undisturbed", "bytes")
    return Group(
        {
            floor.name: lambda: shown(floor),
            few.name: lambda: usable(few),
            many.name: lambda: usable(many),
            "undisturbed": lambda: quiet(few),
        },
        [
            Figure("Start to usable, 250", "ms", first, (floor.name, "usable"), 1.15),
            Figure("… 100,000, against 250", "ms", (many.name, "usable"), first, 1.1),
            Figure("Bytes at start", "B", size, (floor.name, "bytes"), 8000, of_ratio=False),
        ],
        warm_up=True,
    )


def remembered(subject: Subject, home: Path) -> Group:
    """The local store in ``home``, whose last listing is remembered."""
    local, floor = subject.local(home), hello()
    start = (floor.name, "usable")
    return Group(
        {floor.name: lambda: shown(floor), local.name: lambda: usable(local)},
        [
            Figure("Local store, remembered: rows shown", "ms", (local.name, "shown"), start, 0.35),
            Figure("… and usable", "ms", (local.name, "usable"), start, 1.15),
        ],
        warm_up=True,
    )
