"""Fetches the API key of a profile: from the environment, a command, a keyring, or a file.

A profile uses only the source that it names, so that no key reaches another server.
"""

import asyncio
import os
import stat
import threading
from concurrent.futures import Future

from assistant_tui.config.commands import CommandError, CommandTimedOut, run_command
from assistant_tui.config.loading import DEFAULT_KEY_ENV
from assistant_tui.config.settings import Profile
from assistant_tui.core.errors import Unauthorized
from assistant_tui.storage.user_files import FileError, decoded, expand_path, read_user_file

_SECRETS: set[str] = set()
"""Every key that was fetched in this run, and the other secrets of the profiles."""
MAX_OUTPUT_BYTES = 64_000
"""The most bytes that an `api_key_command` may print."""
_MAX_FILE_BYTES = 64_000
COMMAND_TIMEOUT = 60
"""Seconds that a command or a keyring may take; enough to type a passphrase elsewhere."""


def known_secrets() -> frozenset[str]:
    """What must be redacted: the secrets of this run, and the keys in the environment."""
    names = DEFAULT_KEY_ENV.split()
    return frozenset(_SECRETS) | {os.environ[name] for name in names if os.environ.get(name)}


class ApiKeySource:
    """The key of one profile, kept in memory once it was fetched."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        _SECRETS.update(profile.secrets)
        self._key: str | None = None
        self._fetching = asyncio.Lock()

    def __repr__(self) -> str:
        return f"ApiKeySource({self._profile.name!r})"

    def current(self) -> str:
        """The key that was fetched last; empty before."""
        return (self._key or "").strip()

    async def __call__(self, *, again: bool = False) -> str | None:
        """Return the key, or None for a profile that names none.

        Args:
            again: fetch it anew, as after a 401.

        Raises:
            Unauthorized: the key that the profile names cannot be fetched.
        """
        async with self._fetching:  # concurrent callers share one fetch
            if self._key is None or again:
                self._key = await self._fetch()
                if self._key:
                    _SECRETS.add(self._key)
            return self._key

    async def _fetch(self) -> str | None:
        profile = self._profile
        if profile.api_key_command:
            return await _from_command(profile.api_key_command)
        if profile.api_key_keyring:
            return await _from_keyring(profile.api_key_keyring)
        if profile.api_key_file:
            return _from_file(profile.api_key_file)
        names = profile.api_key_env.split()
        key = next((os.environ[name] for name in names if os.environ.get(name)), None)
        if key is None and len(names) == 1:
            raise Unauthorized(f"the environment variable {names[0]} is not set")
        return key.strip() if key else None


async def _from_command(command: str) -> str:
    """The first line that a command prints; its own child processes are not waited for."""
    try:
        done = await run_command(command, seconds=COMMAND_TIMEOUT, most=MAX_OUTPUT_BYTES)
    except CommandTimedOut:
        raise Unauthorized(f"api_key_command gave no key within {COMMAND_TIMEOUT} s") from None
    except CommandError as error:
        raise Unauthorized(f"api_key_command {error}") from None
    lines = done.output.decode("utf-8", "replace").splitlines()
    if done.code or not lines or not lines[0].strip():
        raise Unauthorized(f"api_key_command gave no key (exit code {done.code})")
    return lines[0].strip()


def _from_file(name: str) -> str:
    try:
        key = decoded(read_user_file(name, _MAX_FILE_BYTES)).strip()
        path = expand_path(name)
        mode = stat.S_IMODE(path.stat().st_mode)
    except (FileError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Unauthorized(f"api_key_file: {name}: {why}") from None
    if mode & 0o077:
        raise Unauthorized(f"api_key_file: {path} may be read by others: chmod 600 it")
    if not key:
        raise Unauthorized(f"api_key_file: {path} is empty")
    return key


async def _from_keyring(service: str) -> str:
    """Query the keyring in a daemon thread: it may wait for a person even when we exit."""
    answer: Future[str] = Future()
    answer.set_running_or_notify_cancel()  # the thread can set it also after a time-out

    def ask() -> None:
        try:
            answer.set_result(_query_keyring(service))
        except Exception as error:  # it is raised where it was asked from
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        async with asyncio.timeout(COMMAND_TIMEOUT):
            return await asyncio.wrap_future(answer)
    except TimeoutError:
        raise Unauthorized(f"api_key_keyring gave no key within {COMMAND_TIMEOUT} s") from None


def _query_keyring(service: str) -> str:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise Unauthorized("api_key_keyring needs: pip install 'assistant-tui[keyring]'") from None
    try:
        key: str | None = keyring.get_password(service, "assistant-tui")
    except keyring.errors.KeyringError as error:
        raise Unauthorized(f"api_key_keyring: {error}") from None
    if not key:
        raise Unauthorized(f"the keyring has no key for '{service}' (user assistant-tui)")
    return key
