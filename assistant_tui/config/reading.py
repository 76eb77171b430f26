"""From flags, environment and file to the settings of a run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant_tui.config import schema
from assistant_tui.config.settings import (
    LOCAL,
    ConfigurationError,
    Profile,
    Settings,
    Source,
    demo,
)
from assistant_tui.storage.named import MEGABYTE, FileError, Missing, read_named

OWN_KEY_ENV = "ASSISTANT_TUI_API_KEY"
AD_HOC_KEY_ENV = f"{OWN_KEY_ENV} OPENAI_API_KEY"
"""Where a server that is named by its URL alone gets its key from."""


@dataclass(frozen=True)
class Flags:
    """What the command line said; None and False where it said nothing."""

    profile: str | None = None
    base_url: str | None = None
    demo: int | None = None
    read_only: bool = False
    no_mouse: bool = False
    theme: str | None = None


def read_settings(
    flags: Flags, path: Path, *, required: bool = False, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Put the settings together.

    Raises:
        ConfigurationError: the file is `required` but missing, or anything in it or in the flags
            is not allowed.
    """
    data = _read_file(path, required)
    schema.check(str(path), data)
    profiles = {"local": LOCAL} | {
        name: Profile(name, **values) for name, values in data.get("profiles", {}).items()
    }
    profile = _choose(flags, data, profiles, environ)
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
        text = read_named(path, MEGABYTE).decode("utf-8-sig")
    except Missing:
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


def _choose(
    flags: Flags,
    data: Mapping[str, Any],
    profiles: Mapping[str, Profile],
    environ: Mapping[str, str],
) -> Profile:
    """The profile of the flags, else the file's default, else OPENAI_BASE_URL's, else local."""
    if flags.demo is not None:
        return demo(flags.demo)
    if flags.base_url is not None:
        return _ad_hoc("url", flags.base_url, "--base-url", profiles)
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
        _ad_hoc("openai", base_url, "OPENAI_BASE_URL", profiles),
        organization=environ.get("OPENAI_ORG_ID", ""),
        project=environ.get("OPENAI_PROJECT_ID", ""),
    )


def _ad_hoc(name: str, base_url: str, origin: str, others: Mapping[str, Profile]) -> Profile:
    """A server that is named by its URL alone; it takes the place of no profile of the file."""
    rule = schema.PROFILE["base_url"]
    if not rule.holds(base_url):
        raise ConfigurationError(f"{origin}: {rule.allowed} is allowed")
    if not schema.is_safe(base_url):
        raise ConfigurationError(f"{origin}: {schema.UNSAFE}")
    free = name if name not in others else origin
    return Profile(free, Source.REMOTE, base_url, api_key_env=AD_HOC_KEY_ENV)
