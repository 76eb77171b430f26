"""Makes remote text harmless before it reaches a terminal."""

import json
import re
import unicodedata
from collections.abc import Callable

REPLACEMENT = "\ufffd"
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
LETTERS = frozenset(
    "\u200c\u200d"  # the zero-width non-joiner of Persian and the joiner of emoji
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Characters of the category Cf that steer nothing: joiners, and signs that are drawn."""


class _Table(dict[int, int | str]):
    """A translation table that decides about a character when it is first met."""

    def __init__(self, replace: Callable[[str], str], kept: dict[int, str]) -> None:
        super().__init__(kept)
        self._replace = replace

    def __missing__(self, code: int) -> int | str:
        character = chr(code)
        unsafe = unicodedata.category(character) in _UNSAFE and character not in LETTERS
        self[code] = self._replace(character) if unsafe else code
        return self[code]


def _as_escape(character: str) -> str:
    return json.dumps(character)[1:-1]


_ONE_LINE = _Table(lambda _: REPLACEMENT, {})
_MANY_LINES = _Table(lambda _: REPLACEMENT, {ord("\n"): "\n", ord("\t"): "    "})
_JSON = _Table(_as_escape, {ord("\t"): "\t"})


def one_line(text: str) -> str:
    """Return text in which no character can steer a terminal: controls become `\ufffd`.

    Replaced are the Unicode categories Cc, Cf (but the zero-width joiner and non-joiner, which
    words and emoji need, and signs that are drawn), Cs, Co, Zl and Zp; line breaks and tabs become
    a space.
    """
    if text.isprintable():
        return text
    return text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ").translate(_ONE_LINE)


_UNSEEN = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]*"
)
"""White space, and letters that a terminal draws as nothing."""


def visible_line(text: str) -> str:
    """As `one_line`, but empty where nothing of it could be seen."""
    return "" if _UNSEEN.fullmatch(text) else one_line(text)


def many_lines(text: str) -> str:
    """As `one_line`, but line feeds stay and a tab becomes four spaces."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_MANY_LINES)


def json_line(text: str) -> str:
    """JSON on one line that means the same, what could steer a terminal written as escapes."""
    return text if text.isprintable() else text.translate(_JSON)


_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029{_BIDI}]")
_CONTROLS_IN_LINES = re.compile(f"(?!\\r\\n)[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_BIDI}]")


def has_controls(text: str, *, lines: bool = False) -> bool:
    """Whether the text has control or bidi characters, which act when pasted.

    `lines` allows line feeds and tabs.
    """
    return (_CONTROLS_IN_LINES if lines else _CONTROLS).search(text) is not None


def without_controls(text: str, *, lines: bool = False) -> str:
    """The text with escapes such as `\\x1b` in place of those characters."""
    doubled = text.replace("\\", "\\\\")
    return (_CONTROLS_IN_LINES if lines else _CONTROLS).sub(lambda at: escaped(at[0]), doubled)


def escaped(text: str) -> str:
    """The text in visible ASCII; all else, spaces too, is an escape such as `\\u3164`.

    It can be read back: two different texts never give the same. A space is one, since a line that
    is broken there does not show it.
    """
    return text.encode("unicode_escape").decode("ascii").replace(" ", "\\x20")
