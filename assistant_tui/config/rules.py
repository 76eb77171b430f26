"""What config.toml may hold: one table of rules, and the check of a file against it."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from assistant_tui.config.settings import ConfigurationError


@dataclass(frozen=True)
class Rule:
    """What one key of the configuration may hold."""

    allowed: str
    """The allowed values in words, for the error message."""
    accepts: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


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


def _integer(least: int, most: int) -> Rule:
    allowed = f"a whole number from {least} to {most}"
    return Rule(allowed, lambda v: isinstance(v, int) and _is_number(v, least, most))


def _seconds(most: int) -> Rule:
    return Rule(f"seconds from 0.1 to {most}", lambda v: _is_number(v, 0.1, most))


TEXT = Rule("a text", _is_text)
FLAG = Rule("true or false", lambda value: isinstance(value, bool))
TEXTS = Rule("a table of texts", _is_texts)

PROFILE_RULES: Mapping[str, Rule] = {
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
    "page_size": _integer(1, 100),
    "timeout": _seconds(3600),
    "model": TEXT,
    "allow_insecure": FLAG,
    "proxy": TEXT,
    "ca_file": TEXT,
    "client_cert": TEXT,
    "functions": Rule("a table [profiles.NAME.functions.FUNCTION]", _is_table),
}

FUNCTION_RULES: Mapping[str, Rule] = {
    "command": Rule("a command that is not blank", lambda v: _is_text(v) and bool(v.strip())),
    "timeout": _seconds(3600),
    "auto": FLAG,
}

CONNECTION_KEYS = (
    "base_url",
    "api_key_env",
    "api_key_command",
    "api_key_keyring",
    "api_key_file",
    "api_key_header",
    "headers",
    "query",
    "allow_insecure",
    "proxy",
    "ca_file",
    "client_cert",
)
"""The keys that a backend shares with a profile."""
BACKEND_RULES: Mapping[str, Rule] = {
    **{key: PROFILE_RULES[key] for key in CONNECTION_KEYS},
    "models": Rule("a list of names", lambda v: v == [] or _is_models(v)),
    "concurrency": _integer(1, 1000),
    "timeout": _seconds(86400),
    "first_byte": _seconds(86400),
    "idle": _seconds(86400),
}

SECTION_RULES: Mapping[str, Mapping[str, Rule]] = {
    "server": {
        "models": Rule("a list of names, at least one", _is_models),
        "backends": Rule("a table [server.backends.NAME]", _is_table),
    },
    "ui": {"theme": TEXT, "clipboard_command": TEXT, "mouse": FLAG, "remember": FLAG},
    "journal": {"keep_days": _integer(1, 3650), "keep_megabytes": _integer(1, 10_000)},
}

TOP_LEVEL_KEYS = ("default", "profiles", "keymap", *SECTION_RULES)


def check_config(path: str, data: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for the first thing in a configuration that is not allowed."""
    for key, value in data.items():
        if key not in TOP_LEVEL_KEYS:
            raise ConfigurationError(
                f"{path}: unknown key '{key}'; allowed: {', '.join(TOP_LEVEL_KEYS)}"
            )
        if key == "default" and not isinstance(value, str):
            raise ConfigurationError(f"{path}: default: the name of a profile is allowed")
        if key != "default" and not isinstance(value, dict):
            raise ConfigurationError(f"{path}: '{key}' is a table: [{key}]")
    for section, rules in SECTION_RULES.items():
        _check_table(path, section, data.get(section, {}), rules)
    for name, profile in data.get("profiles", {}).items():
        _check_profile(path, name, profile)
    for name, backend in data.get("server", {}).get("backends", {}).items():
        _check_backend(path, name, backend)
    for command, keys in data.get("keymap", {}).items():
        if not isinstance(keys, str) or not keys:
            raise ConfigurationError(f'{path}: keymap.{command}: keys by commas, e.g. "D,delete"')
    default = data.get("default", "local")
    if default != "local" and default not in data.get("profiles", {}):
        names = ", ".join(["local", *data.get("profiles", {})])
        raise ConfigurationError(f"{path}: default: no profile '{default}'; there are: {names}")


def _check_profile(path: str, name: str, profile: Any) -> None:
    where = f"profiles.{name}"
    _check_is_table(path, where, profile)
    if name in ("local", "demo"):
        raise ConfigurationError(f"{path}: {where}: this name is taken by the program's own store")
    _check_connection(path, where, profile, PROFILE_RULES)
    if not profile.get("allow_insecure") and not is_secure_url(profile["base_url"]):
        raise ConfigurationError(f"{path}: {where}.base_url: {INSECURE_URL}")
    for function, table in profile.get("functions", {}).items():
        _check_function(path, f"{where}.functions.{function}", table)


def _check_function(path: str, where: str, function: Any) -> None:
    _check_is_table(path, where, function)
    _check_table(path, where, function, FUNCTION_RULES)
    if "command" not in function:
        allowed = FUNCTION_RULES["command"].allowed
        raise ConfigurationError(f"{path}: {where}.command is needed: {allowed}")


def _check_backend(path: str, name: str, backend: Any) -> None:
    """A backend without a key may have any address: nothing is sent to it that authenticates."""
    where = f"server.backends.{name}"
    _check_is_table(path, where, backend)
    if not name or "/" in name:
        raise ConfigurationError(f"{path}: {where}: a name without / is allowed")
    _check_connection(path, where, backend, BACKEND_RULES)
    keyed = bool(backend.get("headers")) or any(backend[key] for key in _key_sources(backend))
    if keyed and not backend.get("allow_insecure") and not is_secure_url(backend["base_url"]):
        raise ConfigurationError(f"{path}: {where}.base_url: {INSECURE_BACKEND}")


def _check_is_table(path: str, where: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise ConfigurationError(f"{path}: {where} is a table: [{where}]")


def _check_connection(
    path: str, where: str, server: Mapping[str, Any], rules: Mapping[str, Rule]
) -> None:
    _check_table(path, where, server, rules)
    if "base_url" not in server:
        raise ConfigurationError(f"{path}: {where}.base_url is needed: {rules['base_url'].allowed}")
    if len(sources := _key_sources(server)) > 1:
        raise ConfigurationError(f"{path}: {where}: only one of {', '.join(sources)} is allowed")


def _key_sources(server: Mapping[str, Any]) -> list[str]:
    return [key for key in server if key.startswith("api_key_") and key != "api_key_header"]


INSECURE_URL = (
    "plain http beyond this machine would send the key in the clear; "
    "https is allowed, or allow_insecure = true in the profile"
)


INSECURE_BACKEND = INSECURE_URL.replace("in the profile", "in [server.backends.NAME]")


def is_secure_url(url: str) -> bool:
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
        if not rules[key].accepts(value):
            raise ConfigurationError(f"{path}: {where}.{key}: {rules[key].allowed} is allowed")
