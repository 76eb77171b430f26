"""Settings as the start makes them, from a file's text, flags and an environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.config.loading import Flags, load_settings
from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.errors import Unauthorized

NO_FLAGS = Flags()
URL = "https://server.test/v1"
SECRET = "sk-very-secret-0123456789"


def config(folder: Path, text: str | bytes = "") -> Path:
    """Write a configuration file."""
    path = folder / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def settings_of(
    folder: Path,
    text: str | bytes = "",
    flags: Flags = NO_FLAGS,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Read a configuration file with this text."""
    return load_settings(flags, config(folder, text), environ=environ or {})


def key_of(**source: Any) -> ApiKeySource:
    """The key of a profile that names this source."""
    return ApiKeySource(Profile("p", base_url=URL, **source))


async def refusal_of(**source: Any) -> str:
    """What is said of a key that is not to be had."""
    with pytest.raises(Unauthorized) as caught:
        await key_of(**source)()
    return caught.value.message
