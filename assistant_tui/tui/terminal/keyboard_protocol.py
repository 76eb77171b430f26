"""The kitty keyboard protocol: what is asked of the terminal, and what a key types.

https://sw.kovidgoyal.net/kitty/keyboard-protocol/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class ReportedKey:
    """A key as the protocol tells of it, without the text that it types."""

    code: int
    """The key without Shift."""
    shifted: int = 0
    """The key with Shift; 0 if the terminal does not say."""
    latin: int = 0
    """The same key on the layout of the United States; 0 if the terminal does not say."""
    modifiers: int = 1
    """As the protocol has them, 1 for none."""

    @property
    def _bits(self) -> int:
        """The modifiers that change what a key does: not the lock keys."""
        return (max(self.modifiers, 1) - 1) & ~(_CAPS_LOCK | _NUM_LOCK)

    @property
    def _is_foreign(self) -> bool:
        """Whether it has a Latin letter or sign on the other layout alone."""
        return self.code > 0x7F and 0x20 < self.latin < 0x7F and self.code not in _PRIVATE_USE

    @property
    def latin_character(self) -> str:
        """What the key types on a Latin layout, if it types none on its own; else nothing."""
        key = ReportedKey(self.latin, modifiers=self.modifiers)
        return key.typed if self._is_foreign and not self._bits & ~SHIFT else ""

    @property
    def command_code(self) -> int:
        """The key that counts with Ctrl or Alt."""
        return self.latin if self._is_foreign and self._bits & ~SHIFT else self.code

    def without_alt(self, typed: Sequence[int]) -> Sequence[int]:
        """The characters of `typed`: none where Alt is held and changes nothing of the key's."""
        unchanged = all(each in (self.code, self.shifted) for each in typed)
        return () if self._bits & ALT and unchanged else typed

    @property
    def typed(self) -> str:
        """The character that the key types, for terminals that do not tell; empty if none.

        Backspace, Esc and Enter are characters, too: `Ctrl+[` is Esc, Shift and Backspace
        Backspace. What Shift makes of a sign is guessed where the terminal does not say.
        """
        if plain := _PLAIN.get((self.command_code, self._bits)):
            return plain
        if self._bits & ~SHIFT:
            return ""
        if self.code in _KEYPAD:
            return _KEYPAD[self.code]
        if self.code < 0x20 or 0x7F <= self.code < 0xA0 or self.code in _PRIVATE_USE:
            return ""
        return self._with_shift(chr(self.code))

    def _with_shift(self, character: str) -> str:
        """A character with Shift, and a letter with the lock for capitals, where they are on."""
        shift = bool(self._bits & SHIFT)
        if character.isalpha():
            capital = chr(self.shifted) if self.shifted else character.upper()
            wants_capital = shift != bool((self.modifiers - 1) & _CAPS_LOCK)
            return capital if wants_capital and len(capital) == 1 else character
        if shift:
            return chr(self.shifted) if self.shifted else _SHIFTED.get(character, character)
        return character
