"""The one table of what may stand in config.toml, and its check."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from assistant_tui.config.settings import ConfigurationError


@dataclass(frozen=True)
class Rule:
    """What one key may hold."""

    allowed: str
    """In words, for the error."""
    holds: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_models(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(v) and v for v in value)


def is_web_address(value: Any) -> bool:
    """Whether this is an http or https URL with a host, and nothing that urlsplit would drop."""
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        return known and value.isprintable() and " " not in value
    except (ValueError, TypeError, AttributeError):
        return False


def _whole(least: int, most: int) -> Rule:
    allowed = f"a whole number from {least} to {most}"
    return Rule(allowed, lambda v: isinstance(v, int) and _is_number(v, least, most))


TEXT = Rule("a text", _is_text)
FLAG = Rule("true or false", lambda value: isinstance(value, bool))
TEXTS = Rule("a table of texts", _is_texts)

PROFILE: Mapping[str, Rule] = {
    "base_url": Rule("an http:// or https:// URL", is_web_address),
    "api_key_env": TEXT,
    "api_key_command": TEXT,
    "api_key_keyring": TEXT,
    "api_key_file": TEXT,
    "api_key_header": TEXT,
    "headers": TEXTS,
    "query": TEXTS,
    "organization": TEXT,
    "project": TEXT,
    "read_only": FLAG,
    "full_replace": FLAG,
    "page_size": _whole(1, 100),
    "timeout": Rule("seconds from 0.1 to 3600", lambda v: _is_number(v, 0.1, 3600)),
    "model": TEXT,
    "allow_insecure": FLAG,
    "proxy": TEXT,
    "ca_file": TEXT,
    "client_cert": TEXT,
}

SECTIONS: Mapping[str, Mapping[str, Rule]] = {
    "server": {"models": Rule("a list of names, at least one", _is_models)},
    "ui": {"theme": TEXT, "clipboard_command": TEXT, "mouse": FLAG, "remember": FLAG},
    "journal": {"keep_days": _whole(1, 3650), "keep_megabytes": _whole(1, 10_000)},
}

TOP = ("default", "profiles", "keymap", *SECTIONS)


def check(path: str, data: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for the first thing in a configuration that is not allowed."""
    for key, value in data.items():
        if key not in TOP:
            raise ConfigurationError(f"{path}: unknown key '{key}'; allowed: {', '.join(TOP)}")
        if key == "default" and not isinstance(value, str):
            raise ConfigurationError(f"{path}: default: the name of a profile is allowed")
        if key != "default" and not isinstance(value, dict):
            raise ConfigurationError(f"{path}: '{key}' is a table: [{key}]")
    for section, rules in SECTIONS.items():
        _check_table(path, section, data.get(section, {}), rules)
    for name, profile in data.get("profiles", {}).items():
        _check_profile(path, name, profile)
    for command, keys in data.get("keymap", {}).items():
        if not isinstance(keys, str) or not keys:
            raise ConfigurationError(f'{path}: keymap.{command}: keys by commas, e.g. "D,delete"')
    default = data.get("default", "local")
    if default != "local" and default not in data.get("profiles", {}):
        names = ", ".join(["local", *data.get("profiles", {})])
        raise ConfigurationError(f"{path}: default: no profile '{default}'; there are: {names}")


def _check_profile(path: str, name: str, profile: Any) -> None:
    where = f"profiles.{name}"
    if not isinstance(profile, dict):
        raise ConfigurationError(f"{path}: {where} is a table: [{where}]")
    if name in ("local", "demo"):
        raise ConfigurationError(f"{path}: {where}: this name is taken by the program's own store")
    _check_table(path, where, profile, PROFILE)
    if "base_url" not in profile:
        raise ConfigurationError(
            f"{path}: {where}.base_url is needed: {PROFILE['base_url'].allowed}"
        )
    sources = [key for key in profile if key.startswith("api_key_") and key != "api_key_header"]
    if len(sources) > 1:
        raise ConfigurationError(f"{path}: {where}: only one of {', '.join(sources)} is allowed")
    if not profile.get("allow_insecure") and not is_safe(profile["base_url"]):
        raise ConfigurationError(f"{path}: {where}.base_url: {UNSAFE}")


UNSAFE = (
    "plain http beyond this machine would send the key in the clear; "
    "https is allowed, or allow_insecure = true in the profile"
)


def is_safe(url: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or plain http to loopback."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _check_table(
    path: str, where: str, table: Mapping[str, Any], rules: Mapping[str, Rule]
) -> None:
    for key, value in table.items():
        if key not in rules:
            raise ConfigurationError(
                f"{path}: unknown key '{where}.{key}'; allowed: {', '.join(rules)}"
            )
        if not rules[key].holds(value):
            raise ConfigurationError(f"{path}: {where}.{key}: {rules[key].allowed} is allowed")
