"""Faults at random, the same ones for the same seed, and how many soaks are to be run."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from time import monotonic

from tests.fakeserver.proxy import Fault, sound
from tests.faults.faults import HELPED, TROUBLES

SEEDS = (1, 2, 3)
"""What every run soaks with."""
_SECONDS = "ASSISTANT_TUI_SOAK"
"""Names the variable with the seconds that further seeds are tried for."""
LONGER = float(os.environ.get(_SECONDS, 0))

_LEFT_OUT = ("501", "an endless answer")
"""What teaches the program that the server lacks something, and what takes long."""
_KINDS: list[Fault] = [each.act for each in TROUBLES if not (each.silent or each.name in _LEFT_OUT)]
"""And all that needs a time-out is left out, too."""


class RandomFaults:
    """Spoils requests with a likelihood."""

    def __init__(self, seed: int, likelihood: float) -> None:
        self._random = random.Random(seed)
        self._likelihood = likelihood
        self.count = 0
        """How many requests were spoiled."""

    def __call__(self, part: str) -> Fault | None:
        """What is done to the next request to a part of the API."""
        if self._random.random() >= self._likelihood:
            return None
        self.count += 1
        return sound if part == "arrival" else self._random.choice([*_KINDS, *HELPED.values()])


def seeds() -> Iterator[int]:
    """The fixed ones, and further ones as long as the variable says."""
    yield from SEEDS
    end = monotonic() + LONGER
    for seed in count(SEEDS[-1] + 1):
        if monotonic() >= end:
            return
        yield seed


@contextmanager
def naming(seed: int) -> Iterator[None]:
    """Have a failure say with which seed it comes again."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"seed {seed}")
        print(f"seed {seed}", file=sys.stderr)
        raise
