"""How soon the form, a dialog and the playground are there: the first time, and later."""

from functools import partial

from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Subject
from benchmarks.session import NS, Session

ROWS = 250
LATER = 3
GOAL = 100


def opened(subject: Subject, key: str, pattern: str) -> Readings:
    """Milliseconds from the key until it is shown: the first time, and the least of later ones."""
    with subject.demo(ROWS).opened() as session:
        first = _open(session, key, pattern)
        later = [_open(session, key, pattern) for _ in range(LATER)]
    return {"first": first, "later": min(later)}


def _open(session: Session, key: str, pattern: str) -> float:
    mark, at = len(session.log), session.send(key)
    session.await_text(pattern)
    milliseconds = (session.log[-1].at - at) / (NS / 1000)
    session.settle()
    session.send("escape")
    session.settle()
    if len(session.log) == mark:
        session.fail(f"did not answer the key {key}")
    return milliseconds


def group(subject: Subject) -> Group:
    """No floor: what a person does not wait for is known."""
    places = {
        "the form": (subject.form_key, r"Ctrl\+S Save"),
        "a dialog": ("d", "The server keeps no copy"),
        "the playground": ("t", "Enter sends"),
    }
    times = (("first", "for the first time"), ("later", "later"))
    return Group(
        {name: partial(opened, subject, *place) for name, place in places.items()},
        [
            Figure(f"Opening {name}, {words}", "ms", (name, when), None, GOAL, of_ratio=False)
            for name in places
            for when, words in times
        ],
    )
