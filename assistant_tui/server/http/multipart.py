"""Reads requests of type multipart/form-data (RFC 7578): a few fields, and one file as a stream."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from assistant_tui.server.errors import ApiError, StoreError
from assistant_tui.server.http.requests import DROPPED_LIMIT, late_body

FORM_TYPE = "multipart/form-data"
PAUSE_SECONDS = 60.0
"""Without a byte of the body, after which a request is given up."""
FIELDS_LIMIT = 16 * 1024
"""Bytes of all names and values of fields together, the file left out."""
_HEADERS_LIMIT = 8 * 1024
_BLOCK = 1024 * 1024
"""Bytes of the file that are collected before they are handed on."""


@dataclass(slots=True)
class Form:
    """What a form says, apart from the bytes of its file."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None
    """As the client calls the file, without folders; None if there is no file."""


class FormParser:
    """Parses one form, piece by piece as it comes in."""

    def __init__(self, content_type: str, file_field: str) -> None:
        """Raises ApiError, of status 415, for what is no form.

        Args:
            content_type: the header of the request.
            file_field: the name of the field that is the file.
        """
        kind, _, parameters = content_type.partition(";")
        boundary = _parameters(parameters).get("boundary", "")
        if kind.strip().lower() != FORM_TYPE or not 0 < len(boundary) <= 70:
            message = f"The body of this request must come as '{FORM_TYPE}', with a boundary."
            raise ApiError(message, status=415, code="unsupported_content_type")
        self.form = Form()
        self.ended = False
        """Whether the last boundary was read; what follows it is ignored."""
        self._file_field = file_field
        self._delimiter = f"\r\n--{boundary}".encode("latin-1")
        # The line break of the first delimiter may be missing.
        self._buffer = bytearray(b"\r\n")
        self._step = self._skip_preamble
        self._name = ""
        """Of the part that is being read."""
        self._value: bytearray | None = None
        """Of the field that is being read; None in the file."""
        self._field_bytes = 0
        self._file_bytes = bytearray()

    def feed(self, chunk: bytes) -> bytes:
        """Parse what came next; returns the part of it that belongs to the file.

        Raises:
            ApiError: it is no form, a field or the file comes twice, or the fields are too long.
        """
        if self.ended:
            return b""
        self._buffer += chunk
        while self._step():
            pass
        data, self._file_bytes = bytes(self._file_bytes), bytearray()
        return data

    def _skip_preamble(self) -> bool:
        return self._read_to_delimiter(lambda data: None)

    def _read_to_delimiter(self, take: Callable[[bytes], None]) -> bool:
        """Take what stands before the next delimiter, as far as it has come."""
        end = self._buffer.find(self._delimiter)
        found = end >= 0
        if not found:  # the last bytes may be the beginning of one
            end = max(0, len(self._buffer) - len(self._delimiter) + 1)
        take(bytes(self._buffer[:end]))
        del self._buffer[: end + len(self._delimiter) if found else end]
        if found:
            self._step = self._end_delimiter
        return found

    def _end_delimiter(self) -> bool:
        line, found, _ = self._buffer.partition(b"\r\n")
        if self._buffer.startswith(b"--"):
            self.ended = True
            self._buffer.clear()
            return False
        if line.strip(b" \t-\r") or len(line) > _HEADERS_LIMIT:
            raise invalid_form("a boundary is followed by something else")
        if not found:
            return False
        del self._buffer[: len(line)]  # the line break may end the headers, too
        self._step = self._read_headers
        return True

    def _read_headers(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if max(end, len(self._buffer) - 4 if end < 0 else 0) > _HEADERS_LIMIT:
            raise invalid_form(f"the headers of a part take more than {_HEADERS_LIMIT} bytes")
        if end < 0:
            return False
        self._begin_part(_disposition(self._buffer[:end].decode("utf-8", "replace")))
        del self._buffer[: end + 4]
        self._step = self._read_content
        return True

    def _begin_part(self, disposition: Mapping[str, str]) -> None:
        if "name" not in disposition:
            raise invalid_form("a part has no name")
        self._name = disposition["name"]
        is_file = self._name == self._file_field
        if self._name in self.form.fields or (is_file and self.form.filename is not None):
            raise invalid_form("a field comes twice", self._name)
        if is_file:
            self.form.filename = _without_folders(disposition.get("filename", ""))
            self._value = None
            return
        if "filename" in disposition:
            raise invalid_form(f"the only file is '{self._file_field}'", self._name)
        self._count(len(self._name))
        self._value = bytearray()

    def _read_content(self) -> bool:
        found = self._read_to_delimiter(self._add)
        if found and self._value is not None:
            self.form.fields[self._name] = self._value.decode("utf-8", "replace")
        return found

    def _add(self, data: bytes) -> None:
        if self._value is None:
            self._file_bytes += data
        else:
            self._count(len(data))
            self._value += data

    def _count(self, size: int) -> None:
        self._field_bytes += size
        if self._field_bytes > FIELDS_LIMIT:
            raise invalid_form(f"its fields take more than {FIELDS_LIMIT} bytes")


async def read_form(
    request: Request, file_field: str, take: Callable[[bytes], Awaitable[None]]
) -> Form:
    """Read a form to its end.

    Args:
        request: one of which nothing was read yet.
        file_field: the name of the field that is the file.
        take: called with each block of the file, in order; the next one waits for it.

    Raises:
        ApiError: it is no form, or does not arrive in time; or `take` raised it.
        StoreError: raised by `take`.
    """
    parser = FormParser(request.headers.get("content-type", ""), file_field)
    block = bytearray()

    async def consume(chunk: bytes) -> None:
        nonlocal block
        block += parser.feed(chunk)
        if len(block) >= _BLOCK:
            full, block = bytes(block), bytearray()
            await take(full)

    await consume_body(request, consume)
    if not parser.ended:
        raise invalid_form("its end is missing")
    if block:
        await take(bytes(block))
    return parser.form


async def consume_body(request: Request, consume: Callable[[bytes], Awaitable[None]]) -> None:
    """Read the body of a request to its end.

    Args:
        request: one of which nothing was read yet.
        consume: called with each piece. After it has raised ApiError or StoreError the rest is
            read and dropped, up to DROPPED_LIMIT, so that the sender can read the answer.

    Raises:
        ApiError: raised by `consume`, or the body does not arrive in time.
        StoreError: raised by `consume`.
    """
    failure: ApiError | StoreError | None = None
    dropped = 0
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(PAUSE_SECONDS) as pause:
            async for chunk in request.stream():
                pause.reschedule(None)
                try:
                    if failure is None:
                        await consume(chunk)
                except (ApiError, StoreError) as error:
                    failure = error
                dropped += len(chunk) if failure else 0
                if dropped > DROPPED_LIMIT:
                    break
                pause.reschedule(loop.time() + PAUSE_SECONDS)
    except TimeoutError:
        raise late_body() from None
    if failure is not None:
        raise failure


def invalid_form(reason: str, param: str | None = None) -> ApiError:
    """The error for a body that is not the form it should be."""
    message = f"We could not read the form in the body of your request: {reason}."
    return ApiError(message, code="invalid_value", param=param or None)


_PARAMETER = re.compile(r';\s*([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))', re.IGNORECASE)
"""Such as `name="file"`; the forms of RFC 2231 (`name*=`) are not for forms (RFC 7578)."""


def _parameters(text: str) -> dict[str, str]:
    """The parameters of a header, as browsers and httpx write them.

    See the HTML standard, "multipart/form-data encoding algorithm".
    """
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(f";{text}"):
        value = re.sub(r'\\(["\\])', r"\1", quoted) or bare
        for escape, character in ("%22", '"'), ("%0D", "\r"), ("%0A", "\n"):
            value = value.replace(escape, character)
        found.setdefault(name.lower(), value)
    return found


def _disposition(headers: str) -> dict[str, str]:
    """The parameters of the header Content-Disposition; none where it is missing."""
    for line in headers.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return _parameters(value.partition(";")[2])
    return {}


def _without_folders(filename: str) -> str:
    return filename.replace("\\", "/").rpartition("/")[2]
