"""Loads the settings of a run: reads config.toml, checks it against one table, applies the options.

The order: an option of the command line, an environment variable, the file, the default.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant_tui.config.rules import (
    CONNECTION_KEYS,
    INSECURE_BACKEND,
    INSECURE_URL,
    PROFILE_RULES,
    check_config,
    is_secure_url,
)
from assistant_tui.config.settings import (
    BACKEND,
    LOCAL,
    BackendSettings,
    ConfigurationError,
    FunctionCommand,
    Profile,
    Settings,
    Source,
    demo,
)
from assistant_tui.storage.user_files import (
    MEGABYTE,
    FileError,
    FileMissing,
    decoded,
    read_user_file,
)

OWN_KEY_ENV = "ASSISTANT_TUI_API_KEY"
DEFAULT_KEY_ENV = f"{OWN_KEY_ENV} OPENAI_API_KEY"
"""The environment variables with the key of a server that is given by its URL only."""
BACKEND_URL_ENV = "ASSISTANT_TUI_BACKEND_URL"
"""The environment variable with the URL of a backend."""


@dataclass(frozen=True)
class Flags:
    """The options of the command line; None and False for those that were not given."""

    profile: str | None = None
    base_url: str | None = None
    demo: int | None = None
    read_only: bool = False
    no_mouse: bool = False
    theme: str | None = None
    backend: str | None = None
    """The URL of a backend of the embedded server."""
    backend_key_env: str | None = None
    """The environment variable with its key."""


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
        name: _profile(name, values) for name, values in data.get("profiles", {}).items()
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
        backends=_backends(flags, data.get("server", {}).get("backends", {}), environ),
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
        text = decoded(read_user_file(path, MEGABYTE))
    except FileMissing:
        if required:
            raise ConfigurationError(f"{path}: there is no such file") from None
        return {}
    except FileError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from None


def _profile(name: str, values: Mapping[str, Any]) -> Profile:
    tables = values.get("functions", {})
    functions = {function: FunctionCommand(**table) for function, table in tables.items()}
    return Profile(name, **{**values, "functions": functions})


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
    return _environment_profile(environ, profiles)


def _environment_profile(environ: Mapping[str, str], profiles: Mapping[str, Profile]) -> Profile:
    """The profile of OPENAI_BASE_URL; where that is not set, the local one."""
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


def _backends(
    flags: Flags, configured: Mapping[str, Mapping[str, Any]], environ: Mapping[str, str]
) -> tuple[BackendSettings, ...]:
    """The backends of the file, and before them the one that is given by its URL."""
    origin = BACKEND_URL_ENV if flags.backend is None else "--backend"
    url = environ.get(BACKEND_URL_ENV) if flags.backend is None else flags.backend
    backends = tuple(_backend(name, table) for name, table in configured.items())
    if url is None:
        if flags.backend_key_env is not None:
            raise ConfigurationError("--backend-key-env: only with --backend URL")
        return backends
    rule = PROFILE_RULES["base_url"]
    if not rule.accepts(url):
        raise ConfigurationError(f"{origin}: {rule.allowed} is allowed")
    key_env = flags.backend_key_env
    if key_env is not None:
        _check_backend_key(key_env, url, origin, environ)
    name = BACKEND if BACKEND not in configured else origin
    return (_backend(name, {"base_url": url, "api_key_env": key_env or ""}), *backends)


def _check_backend_key(name: str, url: str, origin: str, environ: Mapping[str, str]) -> None:
    if not environ.get(name, "").strip():
        raise ConfigurationError(
            f"--backend-key-env: the environment variable {name} is not set"
            if name
            else "--backend-key-env: give the name of an environment variable"
        )
    if not is_secure_url(url):
        raise ConfigurationError(f"{origin}: {INSECURE_BACKEND}")


def _backend(name: str, table: Mapping[str, Any]) -> BackendSettings:
    connection = {key: value for key, value in table.items() if key in CONNECTION_KEYS}
    others = {key: value for key, value in table.items() if key not in CONNECTION_KEYS}
    models = tuple(others.pop("models", ()))
    return BackendSettings(Profile(name, **connection), models, **others)
