"""Tells what became of writes: of one, and of many with some that failed."""

from collections.abc import Iterator
from contextlib import contextmanager

from assistant_tui.commands.console import Console
from assistant_tui.commands.session import told
from assistant_tui.config.settings import Profile
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.outcome import Saved


def tell_saved(console: Console, saved: Saved) -> None:
    """Say what a server made of a create or modify beyond what was asked."""
    who = saved.row.id
    for fields, what in (
        (saved.outcome.ignored, "the server ignored or altered"),
        (saved.outcome.wiped, "the server wiped"),
        (saved.merged, "changed elsewhere meanwhile, and left so:"),
    ):
        if fields:
            console.note(f"{who}: {what} {', '.join(fields)}")
    if saved.answer_lost:
        console.note(f"{who}: the answer was lost, but the server had done it")


class Tally:
    """Counts the writes of one command; those that fail are told, and the next is done."""

    def __init__(self, console: Console, profile: Profile, deed: str, total: int) -> None:
        self._console = console
        self._profile = profile
        self._deed = deed
        self._total = total
        self._done = 0

    @contextmanager
    def attempt(self, name: str) -> Iterator[None]:
        """Do something for one of them inside; a failure is told, and ends with this one."""
        try:
            yield
        except ServiceError as error:
            self._console.note(f"{name} was not {self._deed}: {told(error, self._profile)}")

    def add(self) -> None:
        """One of them is done."""
        self._done += 1

    @contextmanager
    def all(self) -> Iterator[None]:
        """Do all of them inside; how many were done is told if there was more than one."""
        try:
            yield
        finally:
            if self._total > 1:
                self._console.note(f"{self._done} of {self._total} {self._deed}")

    @property
    def code(self) -> int:
        """0 if all were done."""
        return 0 if self._done == self._total else 1
