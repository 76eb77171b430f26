"""Decodes text in the encodings that it usually comes in, or says why there is none."""

import codecs
import re
from typing import BinaryIO

TEXT_LIMIT = 20_000_000
"""Characters, which are 5 million tokens, as many as the API takes."""
_BYTES_LIMIT = 4 * TEXT_LIMIT
_SNIFFED = 1024
"""Bytes at the beginning of HTML in which it names its encoding."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that are in no text; ESC is in logs of terminals."""
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_.:-]{1,40})""", re.I)


class NoText(Exception):
    """A file has no text that could be searched; the message is for the person who uploaded it."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is `unsupported_file`, `invalid_file` or `server_error`."""
        super().__init__(message)
        self.code = code
        self.message = message


def decoded(content: BinaryIO, suffix: str, *, is_html: bool = False) -> str:
    """The text in a file.

    Args:
        content: the file, at its beginning.
        suffix: of its name, for messages.
        is_html: whether it may name its encoding itself.

    Raises:
        NoText: it is no text, or too much.
    """
    data = content.read(_BYTES_LIMIT + 1)
    if len(data) > _BYTES_LIMIT:
        raise NoText("invalid_file", f"It is text of more than {_BYTES_LIMIT:,} bytes.")
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    if _BINARY.search(data):
        raise NoText(
            "unsupported_file",
            f"Files of this kind{f' ({suffix})' if suffix else ''} are not supported: text, source"
            " code, Markdown, HTML, JSON, CSV, PDF and DOCX are.",
        )
    declared = _CHARSET.search(data[:_SNIFFED]) if is_html else None
    return _decode_as(data, declared[1].decode() if declared else "utf-8")


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        pass  # the name or the bytes are wrong: the most probable encoding is taken
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
