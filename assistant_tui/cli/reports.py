"""Reports on stderr what the server made of a write, and how many of a batch succeeded."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from assistant_tui.cli.console import Console
from assistant_tui.cli.standard_streams import OutputError
from assistant_tui.config.settings import Profile
from assistant_tui.core.batch import STOPPING_ERRORS
from assistant_tui.core.errors import ServiceError, SettingError, Unauthorized, describe_fault
from assistant_tui.core.labels import shown_id
from assistant_tui.core.verification import SaveResult

_Item = TypeVar("_Item")
NO_UNDO = "u cannot undo this in the program: "
"""Stands before the reason why the journal has no copy."""


def describe_error(error: ServiceError, profile: Profile) -> str:
    """What went wrong on a server, and the remedy where it is known."""
    remedy = f"; {profile.key_help}" if isinstance(error, Unauthorized) else ""
    return f"{error.title}: {error}{remedy}"


def exit_code(error: ServiceError) -> int:
    """2 where a setting is at fault, as for every other wrong setting; else 1."""
    return 2 if isinstance(error, SettingError) else 1


def report_saved(console: Console, saved: SaveResult) -> None:
    """Note where the server deviated: fields that it ignored, altered or wiped, and the like."""
    who = shown_id(saved.row.id)
    for fields, what in (
        (saved.outcome.ignored, "the server ignored or altered"),
        (saved.outcome.wiped, "the server wiped"),
        (saved.merged, "changed elsewhere meanwhile, and left so:"),
    ):
        if fields:
            console.note(f"{who}: {what} {', '.join(fields)}")
    if saved.why_no_undo:
        console.note(f"{NO_UNDO}{saved.why_no_undo}")
    if saved.answer_lost:
        console.note(f"{who}: the answer was lost, but the server had done it")


class BatchReport:
    """Counts the operations of one subcommand; a failure is noted, and the next is attempted."""

    def __init__(
        self, console: Console, profile: Profile, participle: str, total: int | None = None
    ) -> None:
        """`participle` is, for example, `deleted`; `total` is None where it is not known yet."""
        self._console = console
        self._profile = profile
        self._participle = participle
        self._total = total
        self._done = self._failed = 0
        self._should_stop = False
        """Whether the next operation would fail as the last did, so that it is not attempted."""

    def in_turn(self, items: Sequence[_Item], name: Callable[[_Item], str]) -> Iterator[_Item]:
        """Give one item after the other; note those that are not tried, since they would fail."""
        for at, item in enumerate(items):
            if self._should_stop:
                names = " ".join(name(each) for each in items[at:])
                self._console.note(f"not tried: {names}")
                return
            yield item

    @contextmanager
    def attempt(self, name: str) -> Iterator[None]:
        """Do one operation inside; note its failure, and go on after it."""
        try:
            yield
        except ServiceError as error:
            self._should_stop = isinstance(error, STOPPING_ERRORS)
            self._fail(name, describe_error(error, self._profile))
        except ValueError as error:
            self._fail(name, str(error))
        except (BrokenPipeError, OutputError):
            raise
        except OSError as error:
            self._fail(name, error.strerror or type(error).__name__)
        except Exception as fault:
            # An unexpected fault in one must not keep the others from being attempted.
            self._fail(name, describe_fault(fault))

    def _fail(self, name: str, why: str) -> None:
        self._failed += 1
        self._console.note(f"{name} was not {self._participle}: {why}")

    def add(self) -> None:
        """Count one operation as done."""
        self._done += 1

    @contextmanager
    def all(self) -> Iterator[None]:
        """Do all operations inside; note how many succeeded if there was more than one."""
        try:
            yield
        finally:
            total = self._done + self._failed if self._total is None else self._total
            if total > 1:
                self._console.note(f"{self._done} of {total} {self._participle}")

    @property
    def code(self) -> int:
        """The exit code: 0 if all succeeded."""
        return 1 if self._failed or self._done < (self._total or 0) else 0
