"""Reads the body of an answer as it comes: decompressed, counted, and never more than is wanted."""

import asyncio
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator

import httpx

ACCEPTED = "gzip, deflate"
"""The compressions that a server is offered."""
_STEP = 256 * 1024
"""Bytes that are decompressed and decoded at once, so that the screen goes on meanwhile."""
_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class BadCompression(Exception):
    """A body cannot be decompressed, or says that it is compressed more than once."""


async def read_body(response: httpx.Response, most: int) -> tuple[str, bool]:
    """Read at most so many bytes of a body; also whether that was all of it.

    Bytes that are not UTF-8 become U+FFFD.

    Raises:
        BadCompression: what has come cannot be decompressed.
        httpx.RequestError: the connection fails.
    """
    inflate = _Inflater(response.headers.get("content-encoding", ""))
    decoder = getincrementaldecoder("utf-8")("replace")
    parts: list[str] = []
    size = 0
    stream = response.stream
    assert isinstance(stream, httpx.AsyncByteStream), "the client is an asynchronous one"
    async for chunk in stream:
        for part in inflate(chunk):
            size += len(part)
            if size > most:
                parts.append(decoder.decode(part[: len(part) + most - size]))
                return "".join(parts), False
            parts.append(decoder.decode(part))
            if len(part) == _STEP:
                await asyncio.sleep(0)
    return "".join([*parts, decoder.decode(b"", final=True)]), True


class _Inflater:
    """Decompresses a body in steps of bounded size.

    httpx decompresses each part that arrives at once: 64 kB of them can be 64 MB.
    """

    def __init__(self, encodings: str) -> None:
        names = [name.strip().lower() for name in encodings.split(",")]
        names = [name for name in names if name not in ("", "identity")]
        if len(names) > 1:
            # Packed twice, a few kilobytes are gigabytes before they can be counted.
            raise BadCompression("more than once")
        if names and names[0] not in ("gzip", "x-gzip", "deflate"):
            raise BadCompression("by a method that was not offered")
        self._head = b""
        """The first byte of a `deflate` body, until the second says what the rest is."""
        self._undecided = names == ["deflate"]
        self._inflater = zlib.decompressobj(_GZIP) if names else None

    def __call__(self, data: bytes) -> Iterator[bytes]:
        """What a part of the body stands for, in steps."""
        if self._inflater is None:
            yield from (data[at : at + _STEP] for at in range(0, len(data), _STEP))
            return
        if self._undecided:
            data = self._head = self._head + data
            if len(data) < 2:
                return
            self._undecided = False
            self._inflater = zlib.decompressobj(_ZLIB if _has_zlib_head(data) else _BARE)
        part = b""
        while data or len(part) == _STEP:
            part = self._step(self._inflater, data)
            yield part
            data = self._inflater.unconsumed_tail

    def _step(self, inflater: "zlib._Decompress", data: bytes) -> bytes:
        try:
            return inflater.decompress(data, _STEP)
        except zlib.error:
            raise BadCompression("by another method") from None


def _has_zlib_head(data: bytes) -> bool:
    """Whether a body begins as RFC 1950 has it; some servers send `deflate` without that head."""
    return data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
