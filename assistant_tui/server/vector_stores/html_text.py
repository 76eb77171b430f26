"""Reads HTML: the text that a browser would show."""

import re
from html.parser import HTMLParser
from typing import BinaryIO

from assistant_tui.server.vector_stores.decoding import decoded


def read_html(file: BinaryIO) -> str:
    """The text of a page, a line for each block. Raises NoText."""
    parser = _TextOfHtml()
    parser.feed(decoded(file, ".html", is_html=True))
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
