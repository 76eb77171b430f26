"""Turns the bytes that a terminal sends into Textual's events."""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual import constants
from textual._xterm_parser import XTermParser
from textual.message import Message

from assistant_tui.tui.display.terminal_input import KEY, PASTE, REST, TerminalInput

SECONDS = {KEY: constants.ESCAPE_DELAY, REST: 2.0, PASTE: 3.0}
"""How long a terminal may pause within what it sends."""


class Keyboard:
    """Sorts the bytes before Textual parses them."""

    def __init__(self) -> None:
        self._input = TerminalInput()
        self._parser = _Parser()
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    @property
    def patience(self) -> float | None:
        """Seconds of silence after which `silence` must be called; None if it need not be."""
        waited_for = self._input.patience
        return None if waited_for is None else SECONDS[waited_for]

    def read(self, data: bytes) -> Iterator[Message]:
        """What was read means these events."""
        return self._events(self._input.feed(data))

    def silence(self) -> Iterator[Message]:
        """Nothing was read within the time of `patience`; this may mean that Esc was pressed."""
        return self._events(self._input.give_up())

    def discard(self, data: bytes) -> None:
        """What was read is not meant for the program; it may end in the middle of an answer."""
        self._input.feed(data)

    def _events(self, pieces: Iterable[bytes]) -> Iterator[Message]:
        for piece in pieces:
            if text := self._decode(piece):
                yield from self._parser.feed(text)
                yield from self._parser.settle()


class _Parser(XTermParser):
    """Textual's parser, for pieces of which each is whole."""

    def settle(self) -> Iterable[Message]:
        """Expect no more of an escape sequence."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from self.tick()
