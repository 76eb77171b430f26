"""A response whose body is still coming: timed, decompressed and counted, part by part."""

import asyncio
import zlib
from codecs import getincrementaldecoder
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping
from contextlib import aclosing, closing, suppress
from types import TracebackType
from typing import Self

import httpx

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.redaction import redact
from assistant_tui.transport.endpoint import redact_error
from assistant_tui.transport.messages import (
    REQUEST_ID_HEADERS,
    FailedAttempt,
    Limits,
    Response,
    read_request_id,
)
from assistant_tui.transport.network_errors import (
    BadCompression,
    BodyTooLarge,
    NoData,
    Peer,
    network_error,
)
from assistant_tui.transport.wait_timer import WaitTimer

ACCEPTED_ENCODINGS = "gzip, deflate"
"""The compressions that a server is offered."""
LARGEST_ERROR_BODY = 64 * 1024
"""Bytes that are read of an answer that is no success; a few hundred of them are shown."""
LOCATION = "location"
"""The extension of an httpx response that holds where it redirects to."""

_STEP = 256 * 1024
"""Bytes that are decompressed and decoded at once, so that the screen goes on meanwhile."""
_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_LONGEST_HEADER = 8_192
"""Characters of a header that are looked at, as of an address that a redirect names."""
_LONGEST_ID = 200
"""Characters of a request id, which is shown after each error."""

Log = Callable[[int, str | None, ServiceError | None], None]
"""Takes the status, the request id, and the error that the response ended with, if any."""


class ResponseStream:
    """A response whose head has come; an async context manager that closes the connection."""

    def __init__(
        self,
        response: httpx.Response,
        limits: Limits,
        deadline: float,
        peer: Peer,
        secrets: Collection[str],
        log: Log,
    ) -> None:
        self._response = response
        self._limits = limits
        self._deadline = deadline
        self._peer = peer
        self._log = log
        self._error: ServiceError | None = None
        self.status = response.status_code
        self.secrets = secrets
        """What was sent to get it, and no message about it may quote."""
        self.headers: Mapping[str, str] = _shown_headers(response, secrets)
        """The names are in lower case."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._response.aclose()
        finally:
            self._log(self.status, self.request_id, self._error)

    @property
    def request_id(self) -> str | None:
        """What the server calls this request, to quote in a report."""
        return read_request_id(self.headers)

    @property
    def content_type(self) -> str:
        """The media type, in lower case and without parameters: `text/event-stream`."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body, decompressed, as its parts arrive.

        Raises:
            TimedOut: the next part, or the end, did not come in time.
            ResponseTooLarge: the body is longer than its limit.
            Unreadable: the connection was lost, or what came cannot be decompressed.
        """
        try:
            async for part in self._parts(self._limits.body):
                yield part
        except Exception as error:  # whatever the HTTP library, TLS or the socket raises
            failed = self._failed(error)
        else:
            return
        failed.error.status, failed.error.request_id = self.status, self.request_id
        raise redact_error(failed.error, self.secrets)

    async def read(self) -> Response | FailedAttempt:
        """Read the whole body as text; of a response that is no success, its beginning.

        What fails is returned, so that the attempt can be repeated.
        """
        most = self._limits.body if self.is_success else LARGEST_ERROR_BODY
        decoder = getincrementaldecoder("utf-8")("replace")
        texts: list[str] = []
        try:
            with suppress(*(() if self.is_success else (BodyTooLarge,))):
                async for part in self._parts(most):
                    texts.append(decoder.decode(part))
                texts.append(decoder.decode(b"", final=True))
        except Exception as error:  # as above
            return self._failed(error)
        text = "".join(texts)
        if not self.is_success:
            # Before the words of a refusal are cut, which may go through the middle of a key.
            text = redact(text, self.secrets)
        return Response(self.status, self.headers, text)

    def _failed(self, error: Exception) -> FailedAttempt:
        failed = network_error(error, self._peer, self._limits, answering=True)
        self._error = failed.error
        return failed

    async def _parts(self, most: int) -> AsyncGenerator[bytes, None]:
        """Decompress at most so many bytes, in steps of bounded size.

        Raises:
            BodyTooLarge: there is more than that; what fits was yielded.
        """
        inflate = _Inflater(self.headers.get("content-encoding", ""))
        size = 0
        async with aclosing(self._chunks()) as chunks:
            async for chunk in chunks:
                for part in inflate(chunk):
                    size += len(part)
                    if size > most:
                        yield part[: len(part) + most - size]
                        raise BodyTooLarge(most)
                    yield part
                    if len(part) == _STEP:
                        await asyncio.sleep(0)

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        """What arrives, each part in its time.

        Raises:
            NoData: nothing came for too long.
            TimeoutError: the time of the whole attempt is over.
        """
        stream = self._response.stream
        assert isinstance(stream, httpx.AsyncByteStream), "the client is an asynchronous one"
        arriving = aiter(stream)
        wait = self._limits.first_byte
        clock = asyncio.get_running_loop().time
        with closing(WaitTimer()) as timer:
            while True:
                next_byte = clock() + wait
                try:
                    chunk = await timer.wait(anext(arriving), min(next_byte, self._deadline))
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    if timer.expired and next_byte < self._deadline:
                        raise NoData(wait) from None
                    raise
                yield chunk
                wait = self._limits.idle


def _shown_headers(response: httpx.Response, secrets: Collection[str]) -> dict[str, str]:
    """The headers of a response; the request id, which is shown and logged, is without the key."""
    received = {**response.headers, LOCATION: response.extensions[LOCATION]}
    headers = {name.lower(): value[:_LONGEST_HEADER] for name, value in received.items()}
    for name in REQUEST_ID_HEADERS:
        if name in headers:
            headers[name] = redact(headers[name], secrets)[:_LONGEST_ID]
    return headers


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
