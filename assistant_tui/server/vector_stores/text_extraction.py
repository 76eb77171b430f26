"""Gets the text out of a file, by what its name and its first bytes say that it is."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import BinaryIO

from assistant_tui.server.vector_stores.decoding import TEXT_LIMIT, NoText, decoded
from assistant_tui.server.vector_stores.document_process import extract_document

_SNIFFED = 5
"""Bytes at the beginning of a file by which a PDF is told."""
_DOCUMENTS = {".pdf": "pdf", ".docx": "docx", **dict.fromkeys((".html", ".htm", ".xhtml"), "html")}


def extract_text(filename: str, content: BinaryIO, go_on: Callable[[], bool]) -> str:
    """The text of a file.

    Args:
        filename: as the client calls it; what it ends with says of what kind the file is.
        content: the file, at its beginning. It has a descriptor.
        go_on: asked from time to time while a document is read; where it says no, NoText is
            raised.

    Raises:
        NoText: there is none that could be searched, with the reason.
        OSError: the file cannot be read.
    """
    suffix = PurePosixPath(filename.lower()).suffix
    head = content.read(_SNIFFED)
    content.seek(0)
    kind = "pdf" if head.startswith(b"%PDF-") else _DOCUMENTS.get(suffix)
    text = decoded(content, suffix) if kind is None else extract_document(kind, content, go_on)
    if len(text) > TEXT_LIMIT:
        raise NoText("invalid_file", f"It has more than {TEXT_LIMIT:,} characters of text.")
    if not text or text.isspace():
        raise NoText("invalid_file", "There is no text in it.")
    return text
