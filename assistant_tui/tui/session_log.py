"""Keeps the messages and requests of this session, to be read whole when they have gone by."""

import logging
from collections import deque
from datetime import datetime

from assistant_tui.core.assistants.description import StyledText
from assistant_tui.core.safe_text import one_line

MOST = 500
"""Lines that are kept; the oldest go first."""
_REQUESTS = logging.getLogger("assistant_tui.transport")


class SessionLog(logging.Handler):
    """The last messages of the status line, and a line for each request, without its content."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[StyledText] = deque(maxlen=MOST)
        self._last = ""

    def begin(self) -> None:
        """Note each request from now on."""
        _REQUESTS.setLevel(logging.INFO)
        _REQUESTS.addHandler(self)

    def end(self) -> None:
        """Note no further requests."""
        _REQUESTS.removeHandler(self)

    def add(self, sentence: str, *, wrong: bool) -> None:
        """Note a message; one that is said again in a row stands once."""
        if sentence and sentence != self._last:
            self._last = sentence
            self._append(sentence, "warning" if wrong else "")

    def emit(self, record: logging.LogRecord) -> None:
        """Note a request."""
        self._append(record.getMessage(), "muted")

    def _append(self, text: str, part: str) -> None:
        self._lines.append(StyledText(f"{datetime.now():%H:%M:%S}  {one_line(text)}", part))

    @property
    def newest_first(self) -> tuple[StyledText, ...]:
        """What was noted, safe to show."""
        return tuple(reversed(self._lines)) or (StyledText("Nothing was said yet.", "muted"),)
