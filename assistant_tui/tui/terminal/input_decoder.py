"""Turns the bytes that a terminal sends into Textual's events.

A terminal answers queries on the same line on which keys arrive: its version, its colours, its
modes. An editor that has ended leaves such answers behind, and a slow line cuts them anywhere.
Textual's parser takes what it does not know for typed text, and some sequences of the kitty
keyboard protocol raise an exception in it. `InputFilter` therefore passes on text, pastes and the
sequences that the parser knows, and drops the rest; `InputDecoder` parses what is left.

There is no clock here: `timeout` says how long to wait for input before `on_timeout` is called.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual import constants
from textual._xterm_parser import XTermParser
from textual.message import Message

from assistant_tui.tui.terminal.escape_sequences import (
    announces_resize_reports,
    is_resize_report,
    key_of_other_layout,
    normalize,
    with_alt,
)
from assistant_tui.tui.terminal.keyboard_protocol import granted_flags
from assistant_tui.tui.terminal.typed_text import TypedText

KEY, REST, PASTE = "key", "rest", "paste"
"""What the filter waits for: whether Esc stays alone, the rest of a sequence, or of a paste."""
MAX_PASTE = 8_000_000
"""Bytes of one paste; what is beyond is left out."""
_MAX_SEQUENCE = 1_024
"""Bytes of an escape sequence that is kept until its end; longer ones are no keys."""
_ESC = b"\x1b"
_IGNORED_PREFIX = b"\x1b[?"
"""Begins a sequence that vanishes, whatever follows."""
_PASTE_START, _PASTE_END = b"\x1b[200~", b"\x1b[201~"
_UTF8 = rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
_STRING_START = re.compile(rb"\x1b[\]PX^_](?=[^\x00-\x1f])")
"""OSC, DCS, SOS, PM and APC; Alt and the same key, if nothing follows at once."""
_STRING_END = re.compile(rb"[\x00-\x1f]")
"""No answer contains a control character, so a person can always end a string with Enter or Esc."""
_WHOLE = re.compile(
    rb"\x1b(?:"
    rb"\x1b(?:\[\d{0,2}|O)[A-HP-S~]"  # Alt and an arrow or the like, as PuTTY sends it
    rb"|\[\[[\x20-\x7e]"  # F1 to F5 on the Linux console
    rb"|\[M[\x20-\xff]{3}"  # the mouse as X10 reports it
    rb"|\[\d+\$"  # Shift and a key in rxvt
    rb"|\[(?![\[M])[\x20-\x3f]*[\x40-\x7e]"  # CSI
    rb"|O[\x30-\x3f]*[\x40-\x7e]"  # SS3
    rb"|(?![\[O\]PX^_\x1b])(?:" + _UTF8 + rb"))",  # Alt and a key
    re.DOTALL,
)
_UNFINISHED = re.compile(
    rb"\x1b(?:"
    rb"\x1b(?:\[\d{0,2}|O)?|\[\[?|\[M[\x20-\xff]{0,2}|\[[\x20-\x3f]+|O[\x30-\x3f]*|[\]PX^_]"
    rb"|[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})?\Z",
    re.DOTALL,
)
_BROKEN = re.compile(rb"\x1b(?:\[[M\[]|\[[\x20-\x3f]*|O[\x30-\x3f]*|[\]PX^_])?")
_LATE = re.compile(rb"\[[0-?]|\[[A-H]\Z|\]\d+;|P[0-?]*[$+!|]|_G")
"""How a sequence goes on whose Esc came so much earlier that it was taken for the key."""


class InputFilter:
    """Takes bytes, however they were cut, and passes on what is meant for the program."""

    def __init__(self) -> None:
        self._held = b""
        """An escape sequence without its end."""
        self._in_string = False
        self._string_ended = False
        """Whether an Esc that comes next may be the first half of a string's end."""
        self._escaped = False
        """Whether the last thing passed on was a lone Esc."""
        self._late = False
        """Whether what is held belongs to an Esc that was passed on already."""
        self._pasted: int | None = None
        """Bytes of the paste under way, if there is one."""
        self._reports_resizes = False
        """Whether the terminal can report its size; who has not been asked to is not believed."""
        self.keyboard_flags = 0
        """The flags of the keyboard protocol that the terminal has granted."""

    @property
    def waiting_for(self) -> str | None:
        """What is waited for; None if nothing is, and silence means nothing."""
        if self._pasted is not None:
            return PASTE
        if re.fullmatch(rb"\x1b?\x1b[\x20-\x7e]?", self._held):
            return REST if self._late else KEY
        return REST if self._held or self._in_string or self._escaped else None

    def feed(self, data: bytes) -> list[bytes]:
        """Take what was read.

        Returns:
            The pieces to pass on, of which each is text or one complete escape sequence.
        """
        if self._escaped and _LATE.match(data):
            self._late, data = True, _ESC + data
        self._escaped = False
        data, self._held = self._held + data, b""
        pieces: list[bytes] = []
        at = 0
        while at < len(data):
            if self._in_string:
                at = self._consume_string(data, at)
            elif data[at] == 0x1B:
                at = self._consume_sequence(data, at, pieces)
            else:
                at = self._consume_text(data, at, pieces)
        return pieces

    def on_timeout(self) -> list[bytes]:
        """Nothing has come within the time: what is held is a key, or is dropped."""
        waiting_for, held = self.waiting_for, self._held
        first, held = ([_ESC], held[1:]) if held[:2] == 2 * _ESC else ([], held)
        self._held, self._in_string, self._string_ended = b"", False, False
        self._escaped = waiting_for == KEY and held == _ESC
        self._late, self._pasted = False, None
        return first + {PASTE: [_PASTE_END], KEY: [held]}.get(waiting_for or "", [])

    def _consume_string(self, data: bytes, at: int) -> int:
        """Drop a control string, or the part of it that is there; returns where it ends."""
        end = _STRING_END.search(data, at)
        if end is None:
            return len(data)
        self._in_string = self._late = False
        self._string_ended = end[0] == _ESC
        return end.end() if end[0] == b"\x07" else end.start()

    def _consume_text(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        end = data.find(_ESC, at)
        end = len(data) if end < 0 else end
        self._emit_text(data[at:end], pieces)
        return end

    def _consume_sequence(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        """Take the escape sequence that begins there; returns where it ends."""
        if start := _STRING_START.match(data, at):
            self._in_string, self._string_ended = True, False
            return start.end()
        if whole := _WHOLE.match(data, at):
            self._handle_sequence(whole[0], pieces)
            return whole.end()
        if _UNFINISHED.match(data, at):
            held = data[at:]
            self._held = held if len(held) <= _MAX_SEQUENCE else _IGNORED_PREFIX
            return len(data)
        broken = _BROKEN.match(data, at)
        assert broken is not None  # it begins with Esc
        self._handle_sequence(broken[0] if len(broken[0]) <= 2 else _IGNORED_PREFIX, pieces)
        return broken.end()

    def _handle_sequence(self, sequence: bytes, pieces: list[bytes]) -> None:
        """Give out what a sequence means, here and now."""
        late, ends_string = self._late, self._string_ended and sequence == b"\x1b\\"
        self._late = self._string_ended = False
        if sequence in (_PASTE_START, _PASTE_END):
            self._handle_paste_marker(sequence, pieces)
        elif self._pasted is not None:
            if len(sequence) == 2 and not ends_string:
                self._emit_text(sequence[1:], pieces)
        elif (flags := granted_flags(sequence)) is not None:
            self.keyboard_flags = flags
        elif not late and not ends_string:
            self._reports_resizes = self._reports_resizes or announces_resize_reports(sequence)
            if self._reports_resizes or not is_resize_report(sequence):
                pieces += normalize(sequence)

    def _handle_paste_marker(self, sequence: bytes, pieces: list[bytes]) -> None:
        """A paste begins or ends; one that has begun does not begin again."""
        if (sequence == _PASTE_START) == (self._pasted is None):
            pieces.append(sequence)
            self._pasted = 0 if sequence == _PASTE_START else None

    def _emit_text(self, text: bytes, pieces: list[bytes]) -> None:
        """Give out text, typed or pasted."""
        if self._pasted is not None:
            text = text[: max(MAX_PASTE - self._pasted, 0)]
            self._pasted += len(text)
        if text:
            pieces.append(text)


_TYPED_TOGETHER = re.compile(r"([^\x00-\x1f\x7f-\x9f]{2,})")
TIMEOUTS = {KEY: constants.ESCAPE_DELAY, REST: 2.0, PASTE: 3.0}
"""How long a terminal may pause within what it sends."""


class InputDecoder:
    """Filters the bytes, and has Textual's parser make events of them."""

    def __init__(self) -> None:
        self._input = InputFilter()
        self._parser = _Parser()
        self._is_pasting = False
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    @property
    def timeout(self) -> float | None:
        """Seconds of silence after which `on_timeout` must be called; None if it need not be."""
        waiting_for = self._input.waiting_for
        return None if waiting_for is None else TIMEOUTS[waiting_for]

    @property
    def keyboard_flags(self) -> int:
        """The flags of the keyboard protocol that the terminal has granted, as far as it told."""
        return self._input.keyboard_flags

    def read(self, data: bytes) -> Iterator[Message]:
        """The events of what was read."""
        return self._events(self._input.feed(data))

    def on_timeout(self) -> Iterator[Message]:
        """Nothing was read within the time of `timeout`; this may mean that Esc was pressed."""
        return self._events(self._input.on_timeout())

    def discard(self, data: bytes) -> None:
        """Drop what was read, and the rest of a sequence in whose middle it ends."""
        self._input.feed(data)

    def _events(self, pieces: Iterable[bytes]) -> Iterator[Message]:
        for piece in pieces:
            if piece in (_PASTE_START, _PASTE_END):
                self._is_pasting = piece == _PASTE_START
            text = self._decode(with_alt(piece))
            if key := key_of_other_layout(text):
                yield TypedText(*key)
            elif self._is_pasting or piece[:1] == _ESC:
                yield from self._parsed(text)
            else:
                for at, part in enumerate(_TYPED_TOGETHER.split(text)):
                    yield from (TypedText(part),) if at % 2 else self._parsed(part)

    def _parsed(self, text: str) -> Iterator[Message]:
        if text:
            yield from self._parser.feed(text)
            yield from self._parser.finish()


class _Parser(XTermParser):
    """Textual's parser, for pieces of which each is complete."""

    def finish(self) -> Iterable[Message]:
        """End an escape sequence now, in place of after a delay."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from self.tick()
