"""The settings of one run and its profiles, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from assistant_tui.core.redaction import secrets_in
from assistant_tui.core.safe_text import one_line


class ConfigurationError(Exception):
    """Wrong usage or configuration: one line that names what is at fault and what is allowed."""

    def __init__(self, message: str) -> None:
        """Escape the message: it may quote line breaks and escape sequences from a file."""
        super().__init__(one_line(message))


class Source(Enum):
    """Where a profile's assistants are kept."""

    REMOTE = "remote"
    LOCAL = "local"
    DEMO = "demo"


@dataclass(frozen=True)
class FunctionCommand:
    """What answers the calls of one function; as `[profiles.NAME.functions.FUNCTION]` says."""

    command: str
    """Its words, quoted as in a shell; no shell reads them. The arguments are on its stdin."""
    timeout: float = 60.0
    """Seconds."""
    auto: bool = False
    """Whether it is run without asking first."""


@dataclass(frozen=True)
class Profile:
    """One server and how to speak to it; the attributes are the keys of `[profiles.NAME]`."""

    name: str
    source: Source = Source.REMOTE
    base_url: str = field(default="", repr=False)
    """May hold a name and a password, so it stays out of every traceback."""
    api_key_env: str = ""
    """Names of environment variables, by spaces; the first that is set gives the key."""
    api_key_command: str = ""
    api_key_keyring: str = ""
    api_key_file: str = ""
    api_key_header: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    organization: str = ""
    project: str = ""
    read_only: bool = False
    full_replace: bool = False
    page_size: int = 50
    timeout: float = 30.0
    """Seconds."""
    model: str = ""
    allow_insecure: bool = False
    proxy: str = field(default="", repr=False)
    ca_file: str = ""
    client_cert: str = ""
    functions: Mapping[str, FunctionCommand] = field(default_factory=dict)
    """By the names of the functions whose calls they answer."""
    samples: int = 0
    """How many assistants a demo has."""

    @property
    def host(self) -> str:
        """What the header shows: the server's host, or where the store is."""
        if self.source is Source.REMOTE:
            return urlsplit(self.base_url).netloc.rpartition("@")[2]
        return "this machine" if self.source is Source.LOCAL else "nothing is kept"

    @property
    def secrets(self) -> frozenset[str]:
        """What must be redacted besides the key: passwords in URLs, secret headers, parameters."""
        return secrets_in(self.base_url, self.query, self.headers, self.proxy)

    @property
    def key_help(self) -> str:
        """How to give this profile its key, in one clause for an error message."""
        if self.api_key_env:
            names = " or ".join(self.api_key_env.split())
            return f"set the environment variable {names}"
        for setting in ("api_key_command", "api_key_keyring", "api_key_file"):
            if getattr(self, setting):
                return f"check {setting} of this profile"
        return f'give [profiles.{self.name}] in config.toml an api_key_env = "NAME"'


LOCAL = Profile("local", Source.LOCAL)
BACKEND = "backend"
"""The name of the backend that is given by its URL alone."""


def demo(samples: int) -> Profile:
    """The throw-away profile with this many sample assistants."""
    return Profile("demo", Source.DEMO, samples=samples)


@dataclass(frozen=True)
class BackendSettings:
    """A server of chat completions; the attributes are those of `[server.backends.NAME]`."""

    server: Profile
    """Where it is and how to authenticate: what it has in common with a profile."""
    models: tuple[str, ...] = ()
    """What it serves; empty: what its `/models` lists."""
    concurrency: int = 1
    """Runs at once."""
    timeout: float = 600.0
    """Seconds for a whole turn of a model."""
    first_byte: float = 120.0
    """Seconds to the beginning of the answer."""
    idle: float = 60.0
    """Seconds from one part of the answer to the next."""


@dataclass(frozen=True)
class Settings:
    """The checked settings of a run."""

    profile: Profile
    """The one to open."""
    profiles: Mapping[str, Profile] = field(default_factory=lambda: {"local": LOCAL})
    """All that can be switched to, by name."""
    server_models: tuple[str, ...] = ()
    backends: tuple[BackendSettings, ...] = ()
    """Those of the embedded server; the first is the default."""
    theme: str = "textual-dark"
    mouse: bool = True
    clipboard_command: str = ""
    remember: bool = True
    """Whether the first page of each server is kept on disk for the next start."""
    keep_days: int = 90
    """How long the journal keeps what was done."""
    keep_megabytes: int = 50
    """How much of it the journal keeps, in millions of bytes."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Command to the keys, by commas, that replace its own."""
    path: str = ""
    """The configuration file, for messages."""
    configured: bool = False
    """Whether there is a configuration file at all."""
