"""Uploads of files, streamed from the disk."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from assistant_tui.api.parsing import read_object
from assistant_tui.api.resource import ResponseReader
from assistant_tui.api.tool_resources import parse_tool_resource
from assistant_tui.core.errors import Invalid
from assistant_tui.core.resource import FILES
from assistant_tui.core.rows import ResourceRow
from assistant_tui.storage.user_files import FileError, check_user_file
from assistant_tui.transport.messages import Request, StreamedBody
from assistant_tui.transport.transport import Transport

IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
"""The endings of what the API takes for an image."""
LARGEST_IMAGE = 20_000_000
LARGEST_FILE = 512_000_000
_BLOCK = 256 * 1024


def is_image(path: Path) -> bool:
    """Whether a file is to be shown to the model, not read by a tool."""
    return path.suffix.lower() in IMAGES


def check_attachment(path: Path) -> Path:
    """Check that a file can be attached, before anything is sent.

    Returns:
        The path, `~` expanded.

    Raises:
        Invalid: it is no regular file, empty, too large, or cannot be read.
    """
    try:
        found = check_user_file(path, LARGEST_IMAGE if is_image(path) else LARGEST_FILE)
        with found.open("rb") as file:
            if not file.read(1):
                raise FileError("it is empty")
    except FileError as error:
        raise Invalid(f"{path.name}: {error}") from None
    except OSError as error:
        raise Invalid(f"{path.name}: {error.strerror or type(error).__name__}") from None
    return found


async def upload(transport: Transport, reader: ResponseReader, path: Path) -> ResourceRow:
    """Upload a file that was checked; an image as `vision`, others for `assistants`.

    Raises:
        ServiceError: it was not taken; Invalid also where it can be read no more.
    """
    boundary = secrets.token_hex(16)
    head, tail = _frame(boundary, path.name, "vision" if is_image(path) else "assistants")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Invalid(f"{path.name}: {error.strerror}") from None
    body = StreamedBody(len(head) + size + len(tail), lambda: _parts(head, path, size, tail))
    request = Request(
        "POST",
        f"/{FILES.name}",
        body=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    response = await transport.send(request)
    return await reader.read(
        response, lambda text: read_object(text, FILES, parse_tool_resource), writing=True
    )


def _frame(boundary: str, name: str, purpose: str) -> tuple[bytes, bytes]:
    """What stands before and behind the content of the file."""
    for character, escape in (('"', "%22"), ("\r", "%0D"), ("\n", "%0A")):
        name = name.replace(character, escape)
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="purpose"\r\n\r\n'
        f"{purpose}\r\n"
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode("utf-8", "replace"), f"\r\n--{boundary}--\r\n".encode()


async def _parts(head: bytes, path: Path, size: int, tail: bytes) -> AsyncIterator[bytes]:
    """The body, as long as was announced, whatever has become of the file.

    Raises:
        OSError: the file cannot be read, or is shorter than it was.
    """
    yield head
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while size > 0:
            block = await asyncio.to_thread(os.read, file.fileno(), min(_BLOCK, size))
            if not block:
                raise OSError("the file has become shorter")
            size -= len(block)
            yield block
    finally:
        file.close()
    yield tail
