"""A text that grows at its end, as wrapped lines: what is appended costs its own length alone."""

from collections.abc import Iterator

from rich.cells import cell_len

from assistant_tui.core.safe_text import many_lines
from assistant_tui.tui.playground.spans import Line, Span
from assistant_tui.tui.widgets.text_layout import wrap

_FENCE = "```"
_CODE_MARGIN = "  "
CODE = "code"
"""The part of a line of a code block, which is drawn over its whole width."""


class WrappedText:
    """Wraps a text for one width, and draws the code blocks of Markdown apart.

    A line that is followed by another one never changes: only the last one is wrapped anew when
    something is appended. Where a text is cut between two pieces does not matter.
    """

    def __init__(self, width: int, part: str = "", *, markdown: bool = True) -> None:
        """`part` is that of plain lines; without `markdown`, all lines are plain."""
        self.lines: list[Line] = []
        self._width = width
        self._part = part
        self._markdown = markdown
        self._tail = ""
        """The last wrapped line."""
        self._has_tail = False
        self._is_first = True
        """The last wrapped line is all of the last line of the text."""
        self._is_fence = False
        """The last line of the text begins or ends code, unless something else follows on it."""
        self._in_code = False
        self._return = ""
        """A carriage return at the end, which belongs to a line feed that may follow."""

    def append(self, text: str) -> None:
        """Take what follows."""
        if not text:
            return
        text = self._return + text
        self._return = "\r" * text.endswith("\r")
        text = many_lines(text[: len(text) - len(self._return)])
        first, *others = text.split("\n")
        self._extend(first)
        for other in others:
            self._end_line()
            self._extend(other)

    def _extend(self, text: str) -> None:
        """Append to the last line of the text."""
        if self._has_tail:
            self.lines.pop()
        self._has_tail = True
        text = self._tail + text
        self._is_fence = self._is_first and self._markdown and self._fences(text)
        *done, self._tail = wrapped = wrap(text, self._width_of(self._in_code or self._is_fence))
        self._is_first = self._is_first and not done
        self.lines.extend(self._drawn(line) for line in wrapped)

    def _width_of(self, code: bool) -> int:
        return self._width - 2 * len(_CODE_MARGIN) if code else self._width

    def _fences(self, line: str) -> bool:
        """Whether a line begins or ends code; one that is wrapped does not, since what is drawn
        of it could not be changed any more by what follows on it."""
        start = line.lstrip(" ")
        fences = start.startswith(_FENCE) and "`" not in start.lstrip("`")
        return fences and cell_len(line) <= self._width_of(code=True)

    def _end_line(self) -> None:
        if self._is_fence:
            self._in_code = not self._in_code
        self._tail, self._has_tail, self._is_first, self._is_fence = "", False, True, False

    def _drawn(self, line: str) -> Line:
        if self._is_fence:
            return (Span(f"{_CODE_MARGIN}{line.strip().strip('`')}", CODE),)
        if self._in_code:
            return (Span(f"{_CODE_MARGIN}{line}", CODE),)
        return (Span(line, self._part),)


def wrapped_lines(text: str, width: int, part: str = "") -> Iterator[Line]:
    """A whole text in plain lines."""
    wrapped = WrappedText(width, part, markdown=False)
    wrapped.append(text)
    yield from wrapped.lines
