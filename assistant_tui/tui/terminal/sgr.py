"""Styles of cells as SGR parameters, and the shortest sequence from one to another."""

from functools import lru_cache
from typing import NamedTuple

_COLOUR_ARGUMENTS = {"2": 3, "5": 1}
"""Numbers that follow the kind of a colour: red, green and blue, or one of a table."""
_VISIBLE_ON_BLANKS = {"4", "7", "9", "21", "53"}
"""Underlined, reversed, struck, underlined twice, with a line above."""


class SgrParts(NamedTuple):
    """SGR parameters, by what they set."""

    attributes: tuple[str, ...]
    foreground: str
    background: str


@lru_cache(maxsize=4096)
def visible_on_blank(sgr: str) -> str:
    """The part of a style that is visible on a blank: mostly the background alone.

    Blanks are stored with this part only, so that a change of an invisible colour is not sent.
    """
    parts = parse_sgr(sgr)
    return sgr if _VISIBLE_ON_BLANKS & set(parts.attributes) else parts.background


def is_background_only(sgr: str) -> bool:
    """Whether a blank in this style looks like an erased cell."""
    return not parse_sgr(sgr).attributes


@lru_cache(maxsize=4096)
def transition(before: str, after: str) -> str:
    """The shortest sequence that changes one style into another."""
    if not after:
        return "\x1b[m"
    old, new = parse_sgr(before), parse_sgr(after)
    if not set(old.attributes) <= set(new.attributes):
        return f"\x1b[0;{after}m"
    parts = [each for each in new.attributes if each not in old.attributes]
    if new.foreground != old.foreground:
        parts.append(new.foreground or "39")
    if new.background != old.background:
        parts.append(new.background or "49")
    return f"\x1b[{';'.join(parts)}m"


@lru_cache(maxsize=4096)
def parse_sgr(codes: str) -> SgrParts:
    """Sort the parameters of a sequence by what they set."""
    attributes: list[str] = []
    foreground = background = ""
    numbers = iter(codes.split(";") if codes else [])
    for number in numbers:
        colour, code = number, int(number)
        if code in (38, 48):
            kind = next(numbers)
            colour = ";".join(
                [number, kind, *(next(numbers) for _ in range(_COLOUR_ARGUMENTS[kind]))]
            )
        if 30 <= code <= 39 or 90 <= code <= 97:
            foreground = "" if code == 39 else colour
        elif 40 <= code <= 49 or 100 <= code <= 107:
            background = "" if code == 49 else colour
        else:
            attributes.append(number)
    return SgrParts(tuple(attributes), foreground, background)
