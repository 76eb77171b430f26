"""Splits a Markdown text into parts that are each laid out quickly, whatever somebody wrote."""

import re
from collections.abc import Iterator

MOST = 300.0
"""The greatest estimated cost of one part; a paragraph, a table cell or 100 characters cost 1."""
DEEPEST = 6
"""Quotes and lists inside one another that one line may open; further marks are read as text."""
WIDEST = 24
"""Columns of indentation that count; lists nest by them."""
_LIST, _QUOTE, _CODE, _GOING_ON = 5.0, 2.0, 3.0, 0.05

_RULE = re.compile(r" {0,3}([-*_])(?: *\1){2,} *")
_MARK = re.compile(r" *(>|(?:[-+*]|\d{1,9}[.)])(?= |$))")
_DELIMITING = set("|-: >")
"""What the line below the header of a table is made of."""
_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")
"""A block of code; one inside a list or a quote ends with it, and so makes nothing cheaper."""


def split_markdown(text: str) -> tuple[str, ...]:
    """Divide a text between paragraphs, or between lines, or in a line, where there is no better.

    The parts together hold all of it. Marks that would nest too deeply are escaped, so that they
    are shown as they were written.
    """
    divider = _Divider()
    for line in text.split("\n"):
        divider.add(line)
    return divider.finish()


class _Divider:
    """Takes lines, and closes a part when the next line would make too much work."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._lines: list[str] = []
        self._costs: list[float] = []
        self._work = 0.0
        self._gap = 0
        """How many lines of this part stand before its last empty line."""
        self._fence = ""
        """The marks of the block of code that goes on here."""
        self._columns = 0
        """Cells that a line makes, if this is a table: as many as the widest line had."""
        self._before = ""
        self._header = 0
        """The cells in the header of the table that goes on here, if one does."""
        self._plain = False
        """The line before was words, so that words go on with its paragraph."""

    def add(self, line: str) -> None:
        """Take one line of the text."""
        blank = not line.strip()
        if blank:
            self._columns = self._header = 0
        if not self._fence:
            self._end_table(line)
        self._add_pieces(line)
        if blank and not self._fence:
            self._gap = len(self._lines)
        self._plain = not self._fence and _is_words(line)
        self._fence = _fence_after(line, self._fence)

    def _end_table(self, line: str) -> None:
        """Let a row with more cells than the header stand below: they would be left out."""
        if self._header and _cells(line) > self._header:
            self._add_pieces("")
            self._header = 0
        if set(line) <= _DELIMITING and "-" in line and "|" in line:
            self._header = _cells(self._before)
        self._before = line

    def _add_pieces(self, line: str) -> None:
        """Take a line, or its halves where it alone would make too much work."""
        line = line if self._fence else limit_nesting(line)
        cells = 0 if self._fence or "|" not in line else _cells(line)
        cost = self._cost(line, max(cells, self._columns))
        if (cost > MOST or cells > MOST / 2) and len(line) > 1:
            middle = len(line) // 2
            self._add_pieces(line[:middle])
            self._add_pieces(line[middle:])
            return
        if self._lines and self._work + cost > MOST:
            self._cut()
        self._columns = max(cells, self._columns)
        self._lines.append(line)
        self._costs.append(cost)
        self._work += cost

    def _cost(self, line: str, columns: int) -> float:
        length = len(line) / 100
        if self._fence or not line.strip():
            return length + _GOING_ON
        if _RULE.fullmatch(line):
            return length + columns + 1
        if self._plain and _is_words(line):
            return length + max(columns, _GOING_ON)
        marks = [mark[1] for mark in nesting_marks(line)]
        quotes = marks.count(">")
        if line.startswith("    ") or _FENCE.fullmatch(line):
            length += _CODE
        indented = min(len(line) - len(line.lstrip(" ")), WIDEST) / WIDEST
        nesting = (quotes * _QUOTE + (len(marks) - quotes) * _LIST) * (1 + indented)
        return length + columns + nesting + 1

    def _cut(self) -> None:
        at = self._gap if self._gap > len(self._lines) // 2 and not self._fence else None
        closing = [self._fence] if self._fence else []
        self._done.append("\n".join([*self._lines[:at], *closing]))
        self._lines = [*closing, *(self._lines[at:] if at else [])]
        self._costs = [*(1.0 for _ in closing), *(self._costs[at:] if at else [])]
        self._work, self._gap = sum(self._costs), 0

    def finish(self) -> tuple[str, ...]:
        """The parts; at least one, be it empty."""
        return (*self._done, "\n".join(self._lines))


def limit_nesting(line: str) -> str:
    """A line whose marks open no more than `DEEPEST` quotes and lists, the next one escaped."""
    if _RULE.fullmatch(line):
        return line
    indentation = len(line) - len(line.lstrip(" "))
    line = line[max(indentation - WIDEST, 0) :]
    for number, mark in enumerate(nesting_marks(line)):
        if number == DEEPEST:
            return f"{line[: mark.end() - 1]}\\{line[mark.end() - 1 :]}"
    return line


def nesting_marks(line: str) -> Iterator[re.Match[str]]:
    """The marks of quotes and lists that a line begins with."""
    at = 0
    while (mark := _MARK.match(line, at)) is not None:
        yield mark
        at = mark.end()


def _cells(line: str) -> int:
    """How many cells a line has, if it is a row of a table."""
    row = line.strip(" >").removeprefix("|").removesuffix("|")
    return row.count("|") - row.count("\\|") + 1


def _is_words(line: str) -> bool:
    """Whether a line goes on with the paragraph of another such line."""
    return line.lstrip(" ")[:1].isalpha() and line[:4].strip() != ""


def _fence_after(line: str, fence: str) -> str:
    """The marks of the block of code that is open behind a line; empty if none is."""
    if not fence:
        opened = _FENCE.fullmatch(line)
        return (opened[1] or opened[2]) if opened else ""
    marks = line.strip(" ")
    indented = len(line) - len(line.lstrip(" ")) > 3
    closes = len(marks) >= len(fence) and set(marks) == set(fence) and not indented
    return "" if closes else fence
