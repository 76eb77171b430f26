"""The answer to a request that makes a run go on."""

from collections.abc import AsyncGenerator, AsyncIterator

from assistant_tui.api.parsing import Misfit, decode_object
from assistant_tui.core.errors import Unreadable
from assistant_tui.core.list_decoder import UNDECODED
from assistant_tui.core.redaction import redact
from assistant_tui.core.threads.events import ThreadEvent, read_event
from assistant_tui.transport.response_stream import ResponseStream
from assistant_tui.transport.sse import read_events

_LONGEST_ID = 200
"""Characters of the id of an event that is sent back."""


class RunAnswer:
    """The answer to a request that makes a run go on: its events, or the run alone."""

    def __init__(self, response: ResponseStream) -> None:
        self._response = response
        self.is_stream: bool | None = None
        """Whether events come; None until the first part has come."""
        self.last_event_id = ""
        """Of the last event, by which the stream can be taken up; empty where it has none."""

    async def events(self) -> AsyncGenerator[ThreadEvent, None]:
        """Yield the events as they come; where none do, one event that has the run.

        What it is, the body says: some servers call a stream plain text. A key that is quoted in
        it, as in the error of a run, is taken out.

        Raises:
            ServiceError: the stream broke off, was silent for too long, or is too large.
        """
        chunks = self._response.chunks()
        head = b""
        async for chunk in chunks:
            head += chunk.lstrip()  # blank lines keep a line alive, and say nothing
            if head:
                break
        self.is_stream = head[:1] not in (b"{", b"[", b"n", b"")
        if not self.is_stream:
            parts = [head, *[chunk async for chunk in chunks]]
            text = b"".join(parts).decode("utf-8", "replace")
            yield self._run_event(redact(text, self._response.secrets))
            return
        async for event in read_events(_joined(head, chunks)):
            if event.id.isascii() and event.id.isprintable() and len(event.id) < _LONGEST_ID:
                self.last_event_id = event.id
            read = read_event(event.event, event.data)
            # A piece of text quotes nothing whole.
            if read is not None and not read.name.endswith(".delta"):
                read = read_event(event.event, redact(event.data, self._response.secrets))
            if read is not None:
                yield read

    def _run_event(self, text: str) -> ThreadEvent:
        try:
            value = decode_object(UNDECODED, text)
        except Misfit as misfit:
            raise Unreadable(f"the answer is not a run: {misfit}", may_have_arrived=True) from None
        return ThreadEvent(f"thread.run.{value.get('status')}", value)


async def _joined(head: bytes, chunks: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in chunks:
        yield chunk
