"""How soon a filter shows what it found: from a typed character to the first changed list."""

import re
from functools import partial

from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Program, Subject
from benchmarks.session import Session

SOME, MANY = 10_000, 100_000
LOADED = 240.0
"""Seconds in which all pages must have come."""
LIMIT = 10.0
ANEW, NARROWED = "b", "bi"
"""A filter for which all rows are looked at, and what it grows to."""


def typed(program: Program) -> Readings:
    """Milliseconds until the header names the new filter, which it does with the rows found."""
    with program.opened() as session:
        session.send("s")
        session.await_text(r"\(all\)", LOADED)
        for key in ("s", "s", "s", "/"):
            session.send(key)
            session.settle(quiet=1.0)
        anew = _found(session, ANEW)
        session.settle(quiet=1.0)
        return {"anew": anew, "narrowed": _found(session, NARROWED)}


def _found(session: Session, text: str) -> float:
    """Types the last character; milliseconds to the frame in which the header has the filter."""
    said = re.compile(rf" · /{re.escape(text)} ")
    sent = session.send(text[-1])
    while session.now() - sent < LIMIT * 1e9:
        if session.read(0.02) and said.search(session.screen().text()):
            return (session.log[-1].at - sent) / 1e6
    session.fail(f"did not show what /{text} finds within {LIMIT} s")


def group(subject: Subject) -> Group:
    """No floor: a person feels milliseconds, not ratios."""
    some, many = subject.demo(SOME), subject.demo(MANY)
    return Group(
        {program.name: partial(typed, program) for program in (some, many)},
        [
            Figure(f"Filter: a character, {SOME:,} loaded", "ms", (some.name, "anew"), at_most=50),
            Figure("… one more", "ms", (some.name, "narrowed"), at_most=50),
            Figure(f"Filter: a character, {MANY:,} loaded", "ms", (many.name, "anew"), at_most=150),
            Figure("… one more", "ms", (many.name, "narrowed"), at_most=150),
        ],
    )
