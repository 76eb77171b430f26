"""What goes out while nobody does anything: over SSH, every byte of it is waste."""

from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Subject
from benchmarks.session import Session

SECONDS = 3.0
ROWS = 250
REST = 1.5
"""Seconds in which what was asked for may still be drawn, the note of a kept draft among it.

Not until it is silent: a program with a blinking cursor never is, and that is what is looked for.
"""


def idle(subject: Subject, form: bool) -> Readings:
    """Bytes within three seconds, in the list or with an input of the form focused."""
    program = subject.demo(ROWS)
    with program.session() as session:
        session.await_text(program.ready)
        session.read_for(REST)
        if form:
            _open_form(session, subject.form_key)
        return {"bytes": float(session.read_for(SECONDS))}


def _open_form(session: Session, key: str) -> None:
    """Opens the form and makes sure that an input took the focus: it echoes a letter."""
    session.send(key)
    session.read_for(REST)
    before = session.screen().text()
    session.send("x")
    session.read_for(REST)
    if session.screen().text() == before:
        session.fail(f"the key {key} opened no form that takes a letter")


def group(subject: Subject) -> Group:
    """No floor: the goal is nothing at all."""
    probes = {"list": lambda: idle(subject, False), "form": lambda: idle(subject, True)}
    return Group(
        probes,
        [
            Figure(f"Idle {SECONDS:g} s, list", "B", ("list", "bytes"), at_most=0),
            Figure(f"Idle {SECONDS:g} s, an input focused", "B", ("form", "bytes"), at_most=0),
        ],
    )
