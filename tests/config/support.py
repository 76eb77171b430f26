"""Settings as the start makes them, from a file's text, flags and an environment."""

from collections.abc import Mapping
from pathlib import Path

from assistant_tui.config.loading import Flags, load_settings
from assistant_tui.config.settings import Settings

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
