"""Normalises the escape sequences that a terminal sends to those that Textual's parser knows.

Unknown sequences are dropped. A key of the kitty keyboard protocol with sub-fields is rewritten
without them; where it types a character that the terminal does not tell, as that character.
"""

import re
import sys
from collections.abc import Sequence

from textual import constants
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS

from assistant_tui.tui.terminal.keyboard_protocol import ALT, CTRL, SHIFT, ReportedKey

MAX_COLUMNS, MAX_LINES = 1_000, 400
"""The largest screen that is drawn; a terminal that is larger shows it in its corner."""
_MOUSE = re.compile(r"\x1b\[<\d{1,3};\d{1,5};\d{1,5}[Mm]")
_FOCUS = ("\x1b[I", "\x1b[O")
_MODE = re.compile(r"\x1b\[\?(?:2026|2048);[0-4]\$y")
_SIZE = r";(\d{1,9})(?::\d*)*"
_RESIZE = re.compile(rf"\x1b\[48{_SIZE}{_SIZE}{_SIZE}{_SIZE}t")
_CODES, _MODIFIERS, _TYPED = (
    r"(\d{0,7})(?::(\d{0,7})(?::(\d{0,7}))?)?",
    r"(\d{0,3})(?::(\d?))?",
    r"(\d{1,7}(?::\d{1,7})*)?",
)
_KEY = re.compile(rf"\x1b\[{_CODES}(?:;{_MODIFIERS}(?:;{_TYPED})?)?([u~A-HPQRS])")
"""key:shifted:layout ; modifiers:event ; characters, of which all may be missing."""
_OTHER_KEY = "27~"
"""What xterm sends for keys that have no code of their own (modifyOtherKeys)."""
_ALT_SEQUENCE = re.compile(rb"\x1b\x1b(?:\[(\d{0,2})|O)([A-HP-S~])")
"""Alt and a key that is no character, as PuTTY and rxvt send it."""
_OTHER_LAYOUT = re.compile(r"\x1b\[(\d+)::(\d+)u")
"""How a key of a layout without Latin letters is passed on: what it types, and the Latin one."""
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


def key_of_other_layout(text: str) -> tuple[str, str] | None:
    """What a key types, and what it would on a Latin layout; None for any other sequence."""
    key = _OTHER_LAYOUT.fullmatch(text)
    return key and (chr(int(key[1])), chr(int(key[2])))


def _keys(
    code: str, shifted: str, latin: str, modifiers: str, event: str, typed: str, end: str
) -> list[str]:
    """A key without what Textual does not know; one for each character that it types.

    A key that is released is none.
    """
    characters = [int(each) for each in typed.split(":") if each]
    other, us = int(shifted or "0"), int(latin or "0")
    if event not in _PRESSED or not all(map(_exists, [other, us, *characters])):
        return []
    number, name = int(code or "1"), f"{int(code or '1')}{end}"
    if name == _OTHER_KEY and len(characters) == 1:
        number, characters, end = characters[0], [], "u"
    key = ReportedKey(number, other, us, int(modifiers or "1"))
    characters = [*key.without_alt(characters)]
    if end != "u":
        known = name in FUNCTIONAL_KEYS
    else:
        known = _exists(number) and (number > 0 or bool(characters))
        known = known and all(map(_is_text, characters))
    known = known and key.modifiers <= _MAX_MODIFIERS
    return _sequences(key, characters, end) if known else []


def _sequences(key: ReportedKey, characters: Sequence[int], end: str) -> list[str]:
    """A known key, as it is passed on."""
    typed = key.typed if end == "u" and not characters else ""
    if end == "u" and len(characters) < 2 and (latin := key.latin_character):
        code = characters[0] if characters else ord(typed) if typed else 0
        if code:
            return [f"\x1b[{code}::{ord(latin)}u"]
    if typed:
        return [typed]
    code, modifiers = key.command_code, str(key.modifiers) if key.modifiers > 1 else ""
    if not characters:
        return [f"\x1b[{code}{modifiers and ';'}{modifiers}{end}"]
    return [f"\x1b[{code};{modifiers};{each}{end}" for each in characters]


def _exists(code: int) -> bool:
    return code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF


def _is_text(code: int) -> bool:
    return code >= 0x20 and not 0x7F <= code <= 0x9F
