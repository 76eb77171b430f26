"""The playground while an answer streams in: what it costs, and how soon a key is answered."""

import statistics

import httpx

from benchmarks.figures.runs import LIMIT, servers
from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Program, Subject
from benchmarks.session import Session

PIECES, WIDTH = 500, 40
"""Pieces of the answer, and the characters of each: 20 kB in all."""
MODEL = f"100x{PIECES}x{WIDTH}"
KEYS = "QZJ"
"""Letters that are in no word of the answer."""


def streaming(subject: Subject) -> Readings:
    """An answer of 20 kB in five seconds, while three keys are pressed."""
    with servers(subject, MODEL) as there:
        httpx.post(
            f"{there.server}/assistants", json={"model": MODEL, "name": "Bench"}, timeout=LIMIT
        ).raise_for_status()
        command = (subject.executable, "--base-url", there.server)
        program = Program("playground", command, "Bench")
        with program.opened() as session:
            return _stream(session)


def _stream(session: Session) -> Readings:
    session.send("t")
    session.await_text("Enter sends")
    session.settle()
    session.send("g")
    session.settle()
    mark, before = len(session.log), session.cpu_seconds()
    session.send("enter")
    session.await_text("word")
    keys = [_answered(session, key) for key in KEYS]
    session.await_text("done", LIMIT)
    session.settle()
    size = sum(len(chunk.data) for chunk in session.log[mark:])
    return {
        "cpu": session.cpu_seconds() - before,
        "bytes": size / (PIECES * WIDTH),
        "key": statistics.median(keys),
    }


def _answered(session: Session, key: str) -> float:
    """Milliseconds until a letter stands in the message."""
    at = session.send(key)
    session.await_text(key)
    milliseconds = (session.log[-1].at - at) / 1e6
    session.read_for(0.5)
    return milliseconds


def group(subject: Subject) -> Group:
    """No floor: what it should be is known."""
    return Group(
        {"playground": lambda: streaming(subject)},
        [
            Figure(
                "Playground: CPU for an answer of 20 kB in 500 pieces",
                "s",
                ("playground", "cpu"),
                None,
                0.3,
                of_ratio=False,
            ),
            Figure(
                "… bytes written for each of the text",
                "B",
                ("playground", "bytes"),
                None,
                2,
                of_ratio=False,
            ),
            Figure("… a key meanwhile", "ms", ("playground", "key"), None, 10, of_ratio=False),
        ],
    )
