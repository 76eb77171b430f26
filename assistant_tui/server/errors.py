"""What the server may answer instead of what was asked for.

ApiError      the caller's request cannot be done: a status of 4xx
ServerBusy    it cannot be done now, but later: 503
CallerGone    nobody waits for the answer any more
UnknownCursor a list was asked to go on from an id that never existed
StoreError    the store itself cannot be opened or used, said in one sentence
  StoreBusy   another program keeps it locked: the same request can succeed later
  DamagedRow  one object in it cannot be read; the others can
"""

from typing import Any


class ApiError(Exception):
    """A request that is answered with an error of status 4xx and changes nothing."""

    def __init__(
        self, message: str, *, status: int = 400, code: str | None = None, param: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        """A path into the body or the query, such as `tools[0].function.name`."""


class ServerBusy(Exception):
    """The server has no room for the request at the moment; nothing of it was done."""


class CallerGone(Exception):
    """Who has asked for a write has left before it was its turn; nothing of it was done."""


class UnknownCursor(Exception):
    """An `after` or `before` that no object of the list, living or deleted, ever had."""

    def __init__(self, noun: str, param: str, cursor: str) -> None:
        super().__init__(cursor)
        self.noun = noun
        """What the objects are called, such as `assistant`."""
        self.param = param
        self.cursor = cursor


class StoreError(Exception):
    """The store cannot be opened or used; the text is one sentence for the person at the screen."""


class StoreBusy(StoreError):
    """Nothing was done, because another program kept the store locked for too long."""


class DamagedRow(StoreError):
    """The object that is stored under an id was damaged after it was written."""


def envelope(
    message: str,
    *,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
) -> dict[str, Any]:
    """The body of every response that is not a success, all four keys present.

    Args:
        message: one sentence or more for a person.
        kind: the class of error, as the API names it.
        param: a path into the body or the query, such as `tools[0].type`.
        code: what a program can tell this error by.
    """
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
