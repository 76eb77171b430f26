"""A text that grows at its end, as wrapped lines: what is appended costs its own length alone."""

from collections.abc import Iterator

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
        self._start = ""
        """How the last line of the text begins; a few characters."""
        self._has_tail = False
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
        if len(self._start) < len(_FENCE) + 3:
            self._start = f"{self._start}{text}"[:20]
        *_, self._tail = wrapped = self._wrapped(self._tail + text)
        self.lines.extend(self._drawn(line) for line in wrapped)

    def _wrapped(self, text: str) -> list[str]:
        inside = self._in_code or self._is_fence
        return wrap(text, self._width - 2 * len(_CODE_MARGIN) if inside else self._width)

    def _end_line(self) -> None:
        if self._is_fence:
            self._in_code = not self._in_code
        self._tail, self._start, self._has_tail = "", "", False

    @property
    def _is_fence(self) -> bool:
        start = self._start.lstrip(" ")
        return self._markdown and start.startswith(_FENCE) and "`" not in start.lstrip("`")

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
