"""The kitty keyboard protocol: what is asked of the terminal, and what a key types.

https://sw.kovidgoyal.net/kitty/keyboard-protocol/
"""

import re
from collections.abc import Sequence

DISAMBIGUATE, ALTERNATE_KEYS, ALL_KEYS, TEXT = 1, 4, 8, 16
"""Flags of the protocol: keys such as Esc alone, other layouts, letters as keys, what they type."""
_REPORT = re.compile(rb"\x1b\[\?(\d{1,3})u")
_TAKE_BACK_KEYS = f"\x1b[={DISAMBIGUATE | ALTERNATE_KEYS};1u"

SHIFT, ALT, CTRL = 1, 2, 4
"""Bits of the modifiers of a key."""
_CAPS_LOCK, _NUM_LOCK = 64, 128
_SHIFTED = dict(
    zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True),
)
"""What Shift makes of a key on the layout of the United States."""
_KEYPAD = dict(enumerate("0123456789./*-+", 57399)) | {57415: "=", 57416: ","}
_BACKSPACE, _ESCAPE = "\x7f", "\x1b"
_PLAIN = {
    (0x08, SHIFT): _BACKSPACE,
    (0x7F, SHIFT): _BACKSPACE,
    (0x1B, SHIFT): _ESCAPE,
    (ord("["), CTRL): _ESCAPE,
    (ord("h"), CTRL): _BACKSPACE,
    (ord("m"), CTRL): "\r",
}
"""Keys that older terminals send as the key that has this control character."""
_PRIVATE_USE = range(0xE000, 0xF900)
"""Codes of keys that type nothing, such as Shift itself."""


def asked_flags(request: str) -> str:
    """The request that is written in place of Textual's own request for the keyboard protocol.

    It asks for the keys of other layouts, too, and what of all that was granted.
    """
    return re.sub(
        r"^\x1b\[>(\d+)u$",
        lambda at: f"\x1b[>{int(at[1]) | ALTERNATE_KEYS}u\x1b[?u",
        request,
    )


def granted_flags(sequence: bytes) -> int | None:
    """The flags that a terminal says to have granted; None for any other sequence."""
    report = _REPORT.fullmatch(sequence)
    return None if report is None else int(report[1])


def correction(granted: int) -> str:
    """What is written to a terminal that granted this, if letters would otherwise be lost.

    Where it tells of each letter as a key, and not which text the key types, it is to send text.
    """
    return _TAKE_BACK_KEYS if granted & ALL_KEYS and not granted & TEXT else ""


def modifier_bits(modifiers: int) -> int:
    """The bits of the modifiers that change what a key does: not those of the lock keys."""
    return (max(modifiers, 1) - 1) & ~(_CAPS_LOCK | _NUM_LOCK)


def without_alt(code: int, shifted: int, modifiers: int, typed: Sequence[int]) -> Sequence[int]:
    """What a key types: nothing, where Alt is held and changes nothing of the character."""
    with_alt = modifier_bits(modifiers) & ALT
    return () if with_alt and all(each in (code, shifted) for each in typed) else typed


def typed_by(code: int, shifted: int, modifiers: int) -> str:
    """The character that a key types, for terminals that do not tell; empty if it types none.

    Backspace, Esc and Enter are characters, too: `Ctrl+[` is Esc, Shift and Backspace Backspace.

    Args:
        code: the key without Shift.
        shifted: the key with Shift; 0 if the terminal does not say, which is then guessed.
        modifiers: as the protocol has them, 1 for none.
    """
    if plain := _PLAIN.get((code, modifier_bits(modifiers))):
        return plain
    if modifier_bits(modifiers) & ~SHIFT:
        return ""
    if code in _KEYPAD:
        return _KEYPAD[code]
    if code < 0x20 or 0x7F <= code < 0xA0 or code in _PRIVATE_USE:
        return ""
    shift, caps_lock = bool((modifiers - 1) & SHIFT), bool((modifiers - 1) & _CAPS_LOCK)
    character = chr(code)
    if character.isalpha():
        capital = chr(shifted) if shifted else character.upper()
        return capital if shift != caps_lock and len(capital) == 1 else character
    if shift:
        return chr(shifted) if shifted else _SHIFTED.get(character, character)
    return character
