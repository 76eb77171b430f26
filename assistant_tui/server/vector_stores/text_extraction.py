"""Gets the text out of a file, by what its name and its first bytes say that it is."""

import codecs
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import BinaryIO

from assistant_tui.server.vector_stores.document_process import extract_document
from assistant_tui.server.vector_stores.extraction_errors import NoText

TEXT_LIMIT = 20_000_000
"""Characters, which are 5 million tokens, as many as the API takes; and bytes of text in a file."""
_BYTES_LIMIT = 4 * TEXT_LIMIT
_SNIFFED = 1024
"""Bytes at the beginning of a file that decide what kind of file it is."""
_DOCUMENTS = {".pdf": "pdf", ".docx": "docx"}
_HTML = (".html", ".htm", ".xhtml")
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
    if kind is not None:
        text = extract_document(kind, content, go_on)
    else:
        text = _decoded(suffix, content)
        if suffix in _HTML:
            text = _visible_text(text)
    if len(text) > TEXT_LIMIT:
        raise NoText("invalid_file", f"It has more than {TEXT_LIMIT:,} characters of text.")
    if not text or text.isspace():
        raise NoText("invalid_file", "There is no text in it.")
    return text


def _decoded(suffix: str, content: BinaryIO) -> str:
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
    declared = _CHARSET.search(data[:_SNIFFED]) if suffix in _HTML else None
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


def _visible_text(html: str) -> str:
    parser = _TextOfHtml()
    parser.feed(html)
    parser.close()
    return parser.text()


class _TextOfHtml(HTMLParser):
    """Collects what a browser would show, a line for each block."""

    _HIDDEN = frozenset({"script", "style", "template", "noscript", "svg", "head"})
    _INLINE = re.compile(
        "a|abbr|b|bdi|bdo|cite|code|data|dfn|em|font|i|kbd|mark|q|s|samp|small|span|strong|sub|sup"
        "|time|tt|u|var|wbr"
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._hidden: list[str] = []
        """The hidden elements that are open."""
        self._title = False
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line at a block, and hide what is not shown."""
        if tag in self._HIDDEN:
            self._hidden.append(tag)
        elif tag == "body":  # an end tag of head may be missing
            self._hidden.clear()
        self._title = tag == "title"
        self._pre += tag == "pre"
        self._break_line(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a line at a block."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        self._title = False
        self._pre -= tag == "pre" and self._pre > 0
        self._break_line(tag)

    def handle_data(self, data: str) -> None:
        """Take text that is shown."""
        if self._title or not self._hidden:
            self._parts.append(data if self._pre else re.sub(r"\s+", " ", data))

    def _break_line(self, tag: str) -> None:
        if not self._INLINE.fullmatch(tag):
            self._parts.append("\n")

    def text(self) -> str:
        """What was collected, without empty lines in a row."""
        lines = "".join(self._parts).split("\n")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
