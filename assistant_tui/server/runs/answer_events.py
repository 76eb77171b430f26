"""Reads the body of a backend's answer as events, whether it was streamed or not."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant_tui.core.errors import ResponseTooLarge
from assistant_tui.transport.response_stream import ResponseStream
from assistant_tui.transport.sse import LARGEST_EVENT, EventParser, ServerSentEvent

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer that is one object."""
_BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before an answer, a byte order mark among it."""


async def read_answer(response: ResponseStream) -> AsyncGenerator[ServerSentEvent, None]:
    """The events of a stream; of an answer that is one object, that and the end of a stream.

    Which of them it is its first character tells: the content type is wrong on some backends.
    """
    async with aclosing(response.chunks()) as chunks:
        first = await _first_bytes(chunks)
        if first.lstrip(_BLANK)[:1] in (b"{", b"[", b"<"):
            yield ServerSentEvent(await _read_whole(first, chunks))
            yield ServerSentEvent("[DONE]")
            return
        parser = EventParser()
        for event in parser.feed(first):
            yield event
        async for chunk in chunks:
            for event in parser.feed(chunk):
                yield event
        for event in parser.close():
            yield event


async def _first_bytes(chunks: AsyncGenerator[bytes, None]) -> bytes:
    """The beginning of a body, up to something that is not blank."""
    first = b""
    async for chunk in chunks:
        first += chunk
        if first.strip(_BLANK) or len(first) > LARGEST_EVENT:
            break
    return first


async def _read_whole(first: bytes, chunks: AsyncGenerator[bytes, None]) -> str:
    whole = bytearray(first)
    async for chunk in chunks:
        whole += chunk
        if len(whole) > LARGEST_ANSWER:
            raise ResponseTooLarge(f"its answer is larger than {LARGEST_ANSWER:,} bytes")
    return whole.decode("utf-8", "replace")
