"""Server-sent events: the bytes of a `text/event-stream` into events, without any I/O.

Follows https://html.spec.whatwg.org/multipage/server-sent-events.html, and is more tolerant in two
places. An event that stands at the end of a stream without the blank line behind it counts, since
several servers leave that line out behind their last event. And a field `error`, in which old
versions of llama.cpp report errors, is the data of an event of that type.
"""

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import NamedTuple

from assistant_tui.core.errors import ResponseTooLarge

LARGEST_EVENT = 16 * 1024 * 1024
"""Bytes of one event, and of one line."""
_BOM = b"\xef\xbb\xbf"


class ServerSentEvent(NamedTuple):
    """One event."""

    data: str
    """Its lines of data, joined by newlines; bytes that are not UTF-8 became U+FFFD."""
    event: str = ""
    """Its type; empty where the stream names none, which means `message`."""
    id: str = ""
    """The last id that the stream named, in this event or before it."""
    retry: int | None = None
    """Milliseconds to wait before connecting anew, where this event names them."""


class EventParser:
    """Takes a stream in pieces, cut anywhere, and gives its events.

    Lines end in LF, CR or CRLF and are decoded when they are whole, so that neither a line end nor
    a character is lost between two pieces. Comments and unknown fields are skipped.
    """

    def __init__(self, largest_event: int = LARGEST_EVENT) -> None:
        self._largest_event = largest_event
        self._begun = False
        """The first line was read: a byte order mark can stand before it alone."""
        self._line: list[bytes] = []
        """The parts of a line whose end has not come."""
        self._after_cr = False
        """The piece before ended in CR: a LF that follows belongs to it."""
        self._size = 0
        """Bytes of the data so far, and of the unfinished line."""
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._retry: int | None = None

    def feed(self, data: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that end in the next bytes of the stream.

        Raises:
            ResponseTooLarge: an event is longer than allowed; nothing can be fed after that.
        """
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        for line in data.splitlines(keepends=True):  # of bytes: at LF, CR and CRLF alone
            self._size += len(line)
            if self._size > self._largest_event:
                raise ResponseTooLarge(f"an event is larger than {self._largest_event:,} bytes")
            self._line.append(line.rstrip(b"\r\n"))
            if line[-1:] in (b"\r", b"\n"):
                yield from self._end_line()
        self._after_cr = self._after_cr or data.endswith(b"\r")

    def close(self) -> Iterator[ServerSentEvent]:
        """Yield the event at the end of a stream that ended whole, if no blank line ended it."""
        yield from self._end_line()
        yield from self._dispatch()

    def _end_line(self) -> Iterator[ServerSentEvent]:
        line = b"".join(self._line)
        self._line = []
        if not self._begun:
            line = line.removeprefix(_BOM)
            self._begun = True
        if line:
            self._take(line.decode("utf-8", "replace"))
            self._size = self._size if self._data else 0
        else:
            yield from self._dispatch()

    def _take(self, line: str) -> None:
        """Read a field; a line that begins with a colon is a comment, and has no name."""
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "error":
            self._event = name
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdecimal() and len(value) < 10:
            self._retry = int(value)

    def _dispatch(self) -> Iterator[ServerSentEvent]:
        """End an event; without a line of data it is none."""
        data, event, retry = self._data, self._event, self._retry
        self._data, self._event, self._retry, self._size = [], "", None, 0
        if data:
            yield ServerSentEvent("\n".join(data), event, self._id, retry)


async def read_events(
    stream: AsyncIterable[bytes], largest_event: int = LARGEST_EVENT
) -> AsyncIterator[ServerSentEvent]:
    """Yield the events of a stream of bytes as they end, e.g. of `ResponseStream.chunks()`.

    Raises:
        ResponseTooLarge: an event is longer than allowed.
        ServiceError: what the stream raises; an event that it cuts off is not yielded.
    """
    parser = EventParser(largest_event)
    async for data in stream:
        for event in parser.feed(data):
            yield event
    for event in parser.close():
        yield event
