"""What goes to a server and what comes back: requests, whole responses, failed attempts, limits."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant_tui.core.errors import ServiceError

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of one body, decompressed.

100 assistants with the longest instructions are about half of that in ASCII.
"""
_PHASES_IN_TOTAL = 10
"""An attempt may take this many time-outs in all, so that an answer in small pieces ends, too."""
_LONGEST_STREAM = 3_600.0
"""Seconds of one stream; servers let a run expire long before."""


class StreamedBody(NamedTuple):
    """A body that is not held in memory."""

    size: int
    """Its bytes."""
    parts: Callable[[], AsyncIterator[bytes]]
    """Gives the body from its beginning, for each attempt anew."""


class Request(NamedTuple):
    """What is asked of the server."""

    method: str
    path: str
    """Below the base address, percent-encoded."""
    query: Mapping[str, str] = {}
    body: bytes | StreamedBody | None = None
    names_object: bool = False
    """The path ends in the id of one object, so that a 404 is about that id."""
    accept: str = "application/json"
    """The content type that is wanted."""
    content_type: str = "application/json"
    """What the body is."""
    last_event_id: str = ""
    """The last event of a stream that is taken up; empty for its beginning."""

    @property
    def writes(self) -> bool:
        """Whether it creates, changes or deletes something."""
        return self.method != "GET"


class Limits(NamedTuple):
    """How long one attempt may take, in seconds, and how large its body may become."""

    connect: float = 30.0
    """For connecting, and for sending each part of the request."""
    first_byte: float = 30.0
    """From the request sent to the head of the answer, and from there to its body's first byte."""
    idle: float = 30.0
    """From one part of the body to the next."""
    total: float = 300.0
    """For the whole attempt, to the last byte."""
    body: int = LARGEST_BODY
    """Bytes of the body, decompressed."""

    @classmethod
    def of_whole(cls, timeout: float, body: int = LARGEST_BODY) -> "Limits":
        """The limits of a response that is read whole, from a profile's time-out in seconds."""
        return cls(timeout, timeout, timeout, timeout * _PHASES_IN_TOTAL, body)

    @classmethod
    def of_stream(cls, timeout: float, body: int = LARGEST_BODY) -> "Limits":
        """The limits of a response that is read as it comes, from the same time-out."""
        return cls(timeout, timeout, timeout, _LONGEST_STREAM, body)


REQUEST_ID_HEADERS = (
    "x-request-id",
    "apim-request-id",
    "x-ms-request-id",
    "x-litellm-call-id",
)
"""Where servers put what they call a request, the usual one first; the next are Azure's."""


def read_request_id(headers: Mapping[str, str]) -> str | None:
    """What the server calls a request; the names of the headers are in lower case."""
    return next((headers[name] for name in REQUEST_ID_HEADERS if headers.get(name)), None)


@dataclass(frozen=True)
class Response:
    """One whole response, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """The names are in lower case."""
    text: str
    """The body as text; bytes that are not UTF-8 became U+FFFD."""
    secrets: Collection[str] = field(default=(), repr=False)
    """What was sent to get it, and no message about it may quote."""

    @property
    def request_id(self) -> str | None:
        """What the server calls this request, to quote in a report."""
        return read_request_id(self.headers)

    @property
    def is_html(self) -> bool:
        """Whether the body is a page for browsers, as gateways and login pages send it.

        Not decided by the content type: some frameworks call every plain text HTML.
        """
        return self.text.lstrip()[:1] == "<"


@dataclass(frozen=True)
class FailedAttempt:
    """What came of an attempt that did not succeed."""

    error: ServiceError
    """Its `may_have_arrived` says whether the server may have acted, were this no read."""
    permanent: bool = False
    """No repetition can help, e.g. a certificate that is not trusted."""
    should_retry: bool | None = None
    """The server's own word, `x-should-retry`; None if it gave none."""
