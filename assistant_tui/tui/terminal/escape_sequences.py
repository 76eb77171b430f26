"""Normalises the escape sequences that a terminal sends to those that Textual's parser knows.

Unknown sequences are dropped. A key of the kitty keyboard protocol with sub-fields is rewritten
without them; where it types a character that the terminal does not tell, as that character.
"""

import re
import sys

from textual import constants
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

from assistant_tui.tui.terminal.keyboard_protocol import ALT, CTRL, SHIFT, typed_by, without_alt

MAX_COLUMNS, MAX_LINES = 1_000, 400
"""The largest screen that is drawn; a terminal that is larger shows it in its corner."""
_MOUSE = re.compile(r"\x1b\[<\d{1,3};\d{1,5};\d{1,5}[Mm]")
_FOCUS = ("\x1b[I", "\x1b[O")
_MODE = re.compile(r"\x1b\[\?(?:2026|2048);[0-4]\$y")
_SIZE = r";(\d{1,9})(?::\d*)*"
_RESIZE = re.compile(rf"\x1b\[48{_SIZE}{_SIZE}{_SIZE}{_SIZE}t")
_CODES, _MODIFIERS, _TYPED = (
    r"(\d{0,7})(?::(\d{0,7})(?::\d*)?)?",
    r"(\d{0,3})(?::(\d?))?",
    r"(\d{1,7}(?::\d{1,7})*)?",
)
_KEY = re.compile(rf"\x1b\[{_CODES}(?:;{_MODIFIERS}(?:;{_TYPED})?)?([u~A-HPQRS])")
"""key:shifted:layout ; modifiers:event ; characters, of which all may be missing."""
_OTHER_KEY = "27~"
"""What xterm sends for keys that have no code of their own (modifyOtherKeys)."""
_ALT_SEQUENCE = re.compile(rb"\x1b\x1b(?:\[(\d{0,2})|O)([A-HP-S~])")
"""Alt and a key that is no character, as PuTTY and rxvt send it."""
_PRESSED = ("", "1", "2")
"""The key has been pressed, or still is."""
_MAX_MODIFIERS = 256


def normalize(sequence: bytes) -> list[bytes]:
    """The sequences, of those that Textual's parser knows, that one sequence stands for.

    Args:
        sequence: one complete escape sequence.

    Returns:
        An empty list for a sequence that is to be dropped.
    """
    text = sequence.decode("latin-1")
    if len(text) < 3 or text[1] not in "[O" or text in ANSI_SEQUENCES_KEYS or _is_report(text):
        return [sequence]
    if size := _RESIZE.fullmatch(text):
        return [_resize(*map(int, size.groups()))]
    key = _KEY.fullmatch(text)
    known = [] if key is None else _keys(*key.groups(default=""))
    if constants.DISABLE_KITTY_KEY:
        known = [each for each in known if each in ANSI_SEQUENCES_KEYS or each[0] != "\x1b"]
    return [each.encode() for each in known]


def with_alt(sequence: bytes) -> bytes:
    """A key behind an Esc of its own, which is how Alt arrives, as the keyboard protocol has it.

    Textual would type a letter, and take an arrow behind an Esc for Esc and an arrow.
    """
    if constants.DISABLE_KITTY_KEY or sequence[:1] != b"\x1b":
        return sequence
    if key := _ALT_SEQUENCE.fullmatch(sequence):
        number, end = (key[1] or b"1").decode(), key[2].decode()
        return f"\x1b[{number};{1 + ALT}{end}".encode()
    character = sequence[1:].decode(errors="replace")
    if len(character) != 1 or character == "\x1b":
        return sequence
    code, modifiers = ord(character), 1 + ALT
    if character == "\x08":
        code = 0x7F
    elif code < 0x20 and character not in "\r\t":
        code, modifiers = code + 0x60, modifiers + CTRL
    elif character.isupper() and len(character.lower()) == 1:
        code, modifiers = ord(character.lower()), modifiers + SHIFT
    return f"\x1b[{code};{modifiers}u".encode()


def announces_resize_reports(sequence: bytes) -> bool:
    """Whether a terminal says that it can report its size in sequences."""
    return sequence.startswith(b"\x1b[?2048;") and sequence[-3:-2] in b"123"


def is_resize_report(sequence: bytes) -> bool:
    """Whether a terminal reports its size."""
    return sequence.startswith(b"\x1b[48;") and sequence.endswith(b"t")


def clamp_size(columns: int, lines: int) -> tuple[int, int]:
    """The size in cells, limited to what can be drawn."""
    return min(max(columns, 1), MAX_COLUMNS), min(max(lines, 1), MAX_LINES)


def _is_report(text: str) -> bool:
    return bool(text in _FOCUS or _MOUSE.fullmatch(text) or _MODE.fullmatch(text))


def _resize(lines: int, columns: int, height: int, width: int) -> bytes:
    """A size in cells and in pixels, of which no cell has none."""
    columns, lines = clamp_size(columns, lines)
    return f"\x1b[48;{lines};{columns};{max(height, lines)};{max(width, columns)}t".encode()


def _keys(code: str, shifted: str, modifiers: str, event: str, typed: str, end: str) -> list[str]:
    """A key without what Textual does not know; one for each character that it types.

    A key that is released is none.
    """
    number, with_shift, pressed = int(code or "1"), int(shifted or "0"), int(modifiers or "1")
    characters = [int(each) for each in typed.split(":") if each]
    told = [with_shift, *characters]
    if event not in _PRESSED or pressed > _MAX_MODIFIERS or not all(map(_exists, told)):
        return []
    if f"{number}{end}" == _OTHER_KEY and len(characters) == 1:
        number, characters, end = characters[0], [], "u"
    characters = [*without_alt(number, with_shift, pressed, characters)]
    name = f"{number}{end}"
    if end == "u":
        known = _exists(number) and (number > 0 or bool(characters))
        known = known and all(map(_is_text, characters))
    else:
        known = name in FUNCTIONAL_KEYS
    if not known:
        return []
    with_modifiers = str(pressed) if pressed > 1 else ""
    if not characters and end == "u" and (guessed := typed_by(number, with_shift, pressed)):
        return [guessed]
    if not characters:
        return [f"\x1b[{number}{with_modifiers and ';'}{with_modifiers}{end}"]
    return [f"\x1b[{number};{with_modifiers};{each}{end}" for each in characters]


def _exists(code: int) -> bool:
    return code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF


def _is_text(code: int) -> bool:
    return code >= 0x20 and not 0x7F <= code <= 0x9F
