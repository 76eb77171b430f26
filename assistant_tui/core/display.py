"""Makes remote text harmless before it reaches a terminal."""

import json
import unicodedata
from collections.abc import Callable

REPLACEMENT = "\ufffd"
_ZERO_WIDTH_JOINER = "\u200d"
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class _Table(dict[int, int | str]):
    """A translation table that decides about a character when it is first met."""

    def __init__(self, replace: Callable[[str], str], kept: dict[int, str]) -> None:
        super().__init__(kept)
        self._replace = replace

    def __missing__(self, code: int) -> int | str:
        character = chr(code)
        unsafe = unicodedata.category(character) in _UNSAFE and character != _ZERO_WIDTH_JOINER
        self[code] = self._replace(character) if unsafe else code
        return self[code]


def _as_escape(character: str) -> str:
    return json.dumps(character)[1:-1]


_ONE_LINE = _Table(lambda _: REPLACEMENT, {})
_MANY_LINES = _Table(lambda _: REPLACEMENT, {ord("\n"): "\n", ord("\t"): "    "})
_JSON = _Table(_as_escape, {ord("\t"): "\t"})


def one_line(text: str) -> str:
    """Return text in which no character can steer a terminal: controls become `\ufffd`.

    Replaced are the Unicode categories Cc, Cf (but the zero-width joiner, which emoji need),
    Cs, Co, Zl and Zp; line breaks and tabs become a space.
    """
    if text.isprintable():
        return text
    return text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ").translate(_ONE_LINE)


def many_lines(text: str) -> str:
    """As `one_line`, but line feeds stay and a tab becomes four spaces."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_MANY_LINES)


def json_line(text: str) -> str:
    """JSON on one line that means the same, what could steer a terminal written as escapes."""
    return text if text.isprintable() else text.translate(_JSON)
