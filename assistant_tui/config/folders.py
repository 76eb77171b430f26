"""The folders of the program: by platformdirs, or all of them under ASSISTANT_TUI_HOME."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from assistant_tui.config.settings import ConfigurationError

APP_NAME = "assistant-tui"


@dataclass(frozen=True)
class Folders:
    """The folders of the program; each is made when something is written there first."""

    config: Path
    data: Path
    cache: Path
    state: Path

    @property
    def config_file(self) -> Path:
        """The configuration file."""
        return self.config / "config.toml"

    @property
    def store(self) -> Path:
        """The database of the local profile."""
        return self.data / "assistants.db"

    @property
    def journal(self) -> Path:
        """The database of history, trash and drafts."""
        return self.state / "journal.db"

    @property
    def log_file(self) -> Path:
        """The log, written only with --log."""
        return self.state / "assistant-tui.log"


def find_folders() -> Folders:
    """Find the folders; ASSISTANT_TUI_HOME puts all of them under one.

    Raises:
        ConfigurationError: ASSISTANT_TUI_HOME starts with `~NAME` of a user that does not exist, or
            nothing says where the user of this process is at home.
    """
    home = os.environ.get("ASSISTANT_TUI_HOME")
    if home:
        try:
            root = Path(home).expanduser()
        except RuntimeError:
            raise ConfigurationError(
                f"ASSISTANT_TUI_HOME: nobody's home is {home}; a folder is allowed"
            ) from None
        return Folders(root, root, root / "cache", root)
    try:
        return Folders(
            platformdirs.user_config_path(APP_NAME),
            platformdirs.user_data_path(APP_NAME),
            platformdirs.user_cache_path(APP_NAME),
            platformdirs.user_state_path(APP_NAME),
        )
    except RuntimeError:
        raise ConfigurationError(
            "HOME is not set, and this user has no home; HOME or ASSISTANT_TUI_HOME names a folder"
        ) from None
