"""Takes from an answer what was asked for; what it is instead is told without quoting a key."""

from collections.abc import Callable
from typing import TypeVar

from assistant_tui.core.errors import ServiceError, Unreadable, WrongObject
from assistant_tui.core.labels import shown_id
from assistant_tui.core.redaction import redact
from assistant_tui.core.rows import ResourceRow
from assistant_tui.transport.credentials import redact_error
from assistant_tui.transport.messages import Response

_Read = TypeVar("_Read")


def failed(answer: Response, error: ServiceError, *, writing: bool = False) -> ServiceError:
    """An error about an answer of success, with its status and request id, and without keys.

    `writing` says that the request was to change something, which it may have done.
    """
    error.status, error.request_id = answer.status, answer.request_id
    error.may_have_arrived = writing
    return redact_error(error, answer.secrets)


def read(answer: Response, reader: Callable[[str], _Read], *, writing: bool = False) -> _Read:
    """Read an answer.

    Raises:
        Unreadable: it cannot be read.
    """
    try:
        return reader(answer.text)
    except Unreadable as error:
        fault = error
    except Exception as error:  # a server decides what is read, so no list of faults is complete
        fault = Unreadable(f"the answer cannot be read ({type(error).__name__})")
    raise failed(answer, fault, writing=writing)


def asked_for(
    assistant_id: str, row: ResourceRow, answer: Response, *, writing: bool = False
) -> ResourceRow:
    """The assistant of an answer, if it is the one that the request named.

    Later requests use the id of the row, so that an answer about another assistant would let
    them change or delete that one.

    Raises:
        WrongObject: it is another one.
    """
    check_id(assistant_id, row.id, answer, writing=writing)
    return row


def check_id(asked: str, answered: str, answer: Response, *, writing: bool) -> None:
    """Raise WrongObject where an answer is about another assistant."""
    if answered != asked:
        # Before the id is cut, which may go through the middle of a key.
        here, there = (shown_id(redact(each, answer.secrets)) for each in (asked, answered))
        message = f"the server was asked about {here}, but answered about {there}"
        raise failed(answer, WrongObject(message), writing=writing)
