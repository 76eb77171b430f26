"""Peak memory, and how soon the shell has its prompt again: both from the same short visit."""

from benchmarks.figures.start import shown
from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Program, Subject, hello

FEW, MANY = 250, 100_000


def visit(program: Program, last_row: bool = False) -> Readings:
    """Opens, goes to the last row if asked, and quits; MB and milliseconds."""
    with program.opened() as session:
        if last_row:
            session.send("end")
            session.settle(quiet=1.0)
        peak = session.peak_memory()
        return {"peak": peak, "quit": session.quit()}


def group(subject: Subject) -> Group:
    """Against the smallest Textual program."""
    floor, few, many = hello(), subject.demo(FEW), subject.demo(MANY)
    peak, gone = (floor.name, "peak"), (few.name, "quit")
    return Group(
        {
            floor.name: lambda: visit(floor),
            few.name: lambda: visit(few),
            many.name: lambda: visit(many),
            "start": lambda: shown(floor),
            "last row": lambda: visit(many, last_row=True),
        },
        [
            Figure("Peak memory, 250", "MB", (few.name, "peak"), peak, 1.6),
            Figure("… 100,000", "MB", (many.name, "peak"), peak, 3),
            Figure("… 100,000, at the last row", "MB", ("last row", "peak"), peak, 3),
            Figure("Quit, against hello's start", "ms", gone, ("start", "usable"), 0.3),
            Figure("Quit, against hello's quit", "ms", gone, (floor.name, "quit")),
        ],
    )
