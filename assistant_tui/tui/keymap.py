"""Names keys as a person reads them, and checks a user's keymap; `commands.py` binds the keys.

Textual would silently steal a key that two commands have, and drop one that it does not know.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from textual.keys import (
    KEY_ALIASES,
    KEY_NAME_REPLACEMENTS,
    KEY_TO_UNICODE_NAME,
    REPLACED_KEYS,
    Keys,
)

from assistant_tui.config.settings import ConfigurationError
from assistant_tui.tui.commands import COMMANDS, Command, Where

_NAMES = {key.value for key in Keys if key.value.isalnum() and key is not Keys.Return}
_ALIASES = {alias: key for key, aliases in KEY_ALIASES.items() for alias in aliases}
_TYPED = (Where.FORM, Where.FILTER, Where.COMPOSER, Where.EVERYWHERE)
"""Where a character is text."""
PLACES = (
    (Where.PANE, Where.BROWSER, Where.EVERYWHERE),
    (Where.PANE, Where.PLAYGROUND, Where.EVERYWHERE),
    (Where.PANE, Where.CALLS, Where.EVERYWHERE),
    (Where.PANE, Where.PAIR, Where.EVERYWHERE),
    (Where.COMPOSER, Where.EVERYWHERE),
    (Where.FORM, Where.EVERYWHERE),
    (Where.FILTER, Where.EVERYWHERE),
)
"""The commands that are there at once, so that a key may be on one of them alone."""
_MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}


def check_keymap(path: str, keymap: Mapping[str, str]) -> None:
    """Raise ConfigurationError for an unknown command, an unknown key, or a clash of two."""
    by_name = {command.name: command for command in COMMANDS if command.keys}
    for name, keys in keymap.items():
        if name not in by_name:
            allowed = ", ".join(by_name)
            raise ConfigurationError(f"{path}: keymap.{name}: no such command; allowed: {allowed}")
        typed = by_name[name].where in _TYPED
        for key in keys.split(","):
            if typed and (len(key) == 1 or key == "space"):
                raise ConfigurationError(
                    f"{path}: keymap.{name}: '{key}' would be typed into a field; "
                    "a key with ctrl+ or alt+, or one such as f5, is allowed"
                )
            if not _is_key(key):
                raise ConfigurationError(
                    f"{path}: keymap.{name}: '{key}' is no key; allowed: a character, "
                    "a name such as f5 or delete, with alt+, ctrl+, shift+ before it, in this order"
                )
    for places in PLACES:
        _check_clash(path, keymap, places)


def _check_clash(path: str, keymap: Mapping[str, str], places: Iterable[Where]) -> None:
    taken: dict[str, str] = {}
    wanted = set(places)
    for command in COMMANDS:
        if command.where not in wanted or not command.keys:
            continue
        for key in keymap.get(command.name, command.keys).split(","):
            reported = _reported(key)
            if reported in taken:
                raise ConfigurationError(
                    f"{path}: keymap: '{key}' is on both {taken[reported]} and {command.name}; "
                    "a key is allowed once"
                )
            taken[reported] = command.name


def _is_key(key: str) -> bool:
    *modifiers, base = _parts(key)
    if modifiers != sorted(_MODIFIERS.intersection(modifiers)):
        return False
    if len(base) == 1:
        # With Ctrl or Alt, capitals are reported as shift and the small letter.
        return base.isprintable() and not base.isspace() and not (modifiers and base.isupper())
    if base in _NAMES:
        return True
    name = REPLACED_KEYS.get(base, base)
    try:
        character = unicodedata.lookup(KEY_TO_UNICODE_NAME.get(name, name.replace("_", " ")))
    except KeyError:
        return False
    return not character.isalnum() and base not in KEY_NAME_REPLACEMENTS


def _reported(key: str) -> str:
    """The name under which Textual reports a key: `question_mark` for `?`, `tab` for `ctrl+i`."""
    *modifiers, base = _parts(key)
    if len(base) == 1 and not base.isalnum():
        name = unicodedata.name(base, base).lower().replace("-", "_").replace(" ", "_")
        base = KEY_NAME_REPLACEMENTS.get(name, name)
    key = "+".join([*modifiers, base])
    return _ALIASES.get(key, key)


def _parts(key: str) -> list[str]:
    return key.split("+") if key != "+" else [key]


_SHOWN = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "escape": "Esc",
    "enter": "Enter",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "shift+tab": "Shift+Tab",
    "space": "Space",
    "asterisk": "*",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "down": "↓",
    "up": "↑",
}


def keys_of(command: Command, keymap: Mapping[str, str]) -> list[str]:
    """The keys of a command as a person reads them, the user's own instead of the defaults."""
    keys = keymap.get(command.name, command.keys).split(",")
    return [shown_key(key) for key in keys if key]


def shown_key(key: str) -> str:
    """The name of a key as a person reads it: `Ctrl+S`, `?`, `Enter`, `Y`."""
    if key in _SHOWN:
        return _SHOWN[key]
    if len(key) == 1:
        return key
    return "+".join(part if part == "$" else part.capitalize() for part in key.split("+"))
