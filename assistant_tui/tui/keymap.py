"""Checks a user's keymap, since Textual would silently steal or drop keys."""

import unicodedata
from collections.abc import Iterable, Mapping

from textual.keys import Keys

from assistant_tui.config.settings import ConfigurationError
from assistant_tui.tui.commands import COMMANDS, Where

_NAMES = {key.value for key in Keys}
_MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}


def check_keymap(path: str, keymap: Mapping[str, str]) -> None:
    """Raise ConfigurationError for an unknown command, an unknown key, or a clash of two."""
    by_name = {command.name: command for command in COMMANDS if command.keys}
    for name, keys in keymap.items():
        if name not in by_name:
            allowed = ", ".join(by_name)
            raise ConfigurationError(f"{path}: keymap.{name}: no such command; allowed: {allowed}")
        for key in keys.split(","):
            if not _is_key(key):
                raise ConfigurationError(
                    f"{path}: keymap.{name}: '{key}' is no key; allowed: a character, "
                    "a name such as f5 or delete, with ctrl+, alt+ or shift+ before it"
                )
    for places in (
        (Where.PANE, Where.READ, Where.BROWSE, Where.EVERYWHERE),
        (Where.FORM, Where.EVERYWHERE),
    ):
        _check_clash(path, keymap, places)


def _check_clash(path: str, keymap: Mapping[str, str], places: Iterable[Where]) -> None:
    taken: dict[str, str] = {}
    wanted = set(places)
    for command in COMMANDS:
        if command.where not in wanted or not command.keys:
            continue
        for key in keymap.get(command.name, command.keys).split(","):
            if key in taken:
                raise ConfigurationError(
                    f"{path}: keymap: '{key}' is on both {taken[key]} and {command.name}; "
                    "a key is allowed once"
                )
            taken[key] = command.name


def _is_key(key: str) -> bool:
    *modifiers, base = key.split("+") if key != "+" else [key]
    if not set(modifiers) <= _MODIFIERS:
        return False
    if len(base) == 1 or base in _NAMES:
        return True
    try:
        unicodedata.lookup(base.replace("_", " "))
    except KeyError:
        return False
    return True
