"""Loads the settings of a run: reads config.toml, checks it against one table, applies the options.

The order: an option of the command line, an environment variable, the file, the default. The table
says for each key what is allowed; the first thing that is not raises ConfigurationError.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant_tui.config.settings import (
    LOCAL,
    ConfigurationError,
    Profile,
    Settings,
    Source,
    demo,
)
from assistant_tui.storage.user_files import MEGABYTE, FileError, FileMissing, read_user_file

OWN_KEY_ENV = "ASSISTANT_TUI_API_KEY"
DEFAULT_KEY_ENV = f"{OWN_KEY_ENV} OPENAI_API_KEY"
"""The environment variables with the key of a server that is given by its URL only."""


@dataclass(frozen=True)
class Flags:
    """The options of the command line; None and False for those that were not given."""

    profile: str | None = None
    base_url: str | None = None
    demo: int | None = None
    read_only: bool = False
    no_mouse: bool = False
    theme: str | None = None


def load_settings(
    flags: Flags, path: Path, *, required: bool = False, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Load the settings of a run.

    Args:
        flags: the options of the command line.
        path: the configuration file; it may be missing unless `required`.
        required: whether the person has named the file.
        environ: the environment variables.

    Raises:
        ConfigurationError: the file is `required` but missing, or anything in it or in the flags
            is not allowed.
    """
    data = _read_file(path, required)
    check_config(str(path), data)
    profiles = {"local": LOCAL} | {
        name: Profile(name, **values) for name, values in data.get("profiles", {}).items()
    }
    profile = _choose_profile(flags, data, profiles, environ)
    if flags.read_only:
        profile = replace(profile, read_only=True)
        profiles = {name: replace(each, read_only=True) for name, each in profiles.items()}
    ui = data.get("ui", {})
    return Settings(
        profile=profile,
        profiles={**profiles, profile.name: profile} if flags.demo is None else profiles,
        server_models=tuple(data.get("server", {}).get("models", ())),
        theme=flags.theme or ui.get("theme", "textual-dark"),
        mouse=ui.get("mouse", True) and not flags.no_mouse,
        clipboard_command=ui.get("clipboard_command", ""),
        remember=ui.get("remember", True),
        keymap=data.get("keymap", {}),
        path=str(path),
        configured=bool(data),
        **data.get("journal", {}),
    )


def _read_file(path: Path, required: bool) -> dict[str, Any]:
    try:
        text = read_user_file(path, MEGABYTE).decode("utf-8-sig")
    except FileMissing:
        if required:
            raise ConfigurationError(f"{path}: there is no such file") from None
        return {}
    except FileError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: cannot be read: not UTF-8") from None
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from None


def _choose_profile(
    flags: Flags,
    data: Mapping[str, Any],
    profiles: Mapping[str, Profile],
    environ: Mapping[str, str],
) -> Profile:
    """The profile of the flags, else the file's default, else OPENAI_BASE_URL's, else local."""
    if flags.demo is not None:
        return demo(flags.demo)
    if flags.base_url is not None:
        return _url_profile("url", flags.base_url, "--base-url", profiles)
    if flags.profile is not None:
        if flags.profile not in profiles:
            raise ConfigurationError(
                f"--profile: no profile '{flags.profile}'; there are: {', '.join(profiles)}"
            )
        return profiles[flags.profile]
    if "default" in data:
        return profiles[data["default"]]
    base_url = environ.get("OPENAI_BASE_URL")
    if not base_url:
        return LOCAL
    return replace(
        _url_profile("openai", base_url, "OPENAI_BASE_URL", profiles),
        organization=environ.get("OPENAI_ORG_ID", ""),
        project=environ.get("OPENAI_PROJECT_ID", ""),
    )


def _url_profile(name: str, base_url: str, origin: str, others: Mapping[str, Profile]) -> Profile:
    """The profile of a URL, under a name that no profile of the file has."""
    rule = PROFILE_RULES["base_url"]
    if not rule.accepts(base_url):
        raise ConfigurationError(f"{origin}: {rule.allowed} is allowed")
    if not is_secure_url(base_url):
        raise ConfigurationError(f"{origin}: {INSECURE_URL}")
    free = name if name not in others else origin
    return Profile(free, Source.REMOTE, base_url, api_key_env=DEFAULT_KEY_ENV)


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
    "timeout": Rule("seconds from 0.1 to 3600", lambda v: _is_number(v, 0.1, 3600)),
    "model": TEXT,
    "allow_insecure": FLAG,
    "proxy": TEXT,
    "ca_file": TEXT,
    "client_cert": TEXT,
}

SECTION_RULES: Mapping[str, Mapping[str, Rule]] = {
    "server": {"models": Rule("a list of names, at least one", _is_models)},
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
    _check_table(path, where, profile, PROFILE_RULES)
    if "base_url" not in profile:
        raise ConfigurationError(
            f"{path}: {where}.base_url is needed: {PROFILE_RULES['base_url'].allowed}"
        )
    sources = [key for key in profile if key.startswith("api_key_") and key != "api_key_header"]
    if len(sources) > 1:
        raise ConfigurationError(f"{path}: {where}: only one of {', '.join(sources)} is allowed")
    if not profile.get("allow_insecure") and not is_secure_url(profile["base_url"]):
        raise ConfigurationError(f"{path}: {where}.base_url: {INSECURE_URL}")


INSECURE_URL = (
    "plain http beyond this machine would send the key in the clear; "
    "https is allowed, or allow_insecure = true in the profile"
)


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
