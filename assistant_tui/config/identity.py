"""Identifies an account on a server, without keeping any secret.

Only the standard library is imported: this is needed before the first frame.
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.redaction import (
    credentials_in_headers,
    credentials_in_query,
    normalized_url,
    userinfo,
)
from assistant_tui.storage.private_files import make_private
from assistant_tui.storage.user_files import FileError, decoded

SALT_NAME = "identity.salt"
"""The name of the file with the salt, in the folder of the journal."""
_SALT_BYTES = 32
_LARGEST_KEY = 65_536
"""The most bytes of a key file that are read."""
_STABLE_CLAIMS = ("iss", "sub", "aud", "tid", "oid", "appid", "azp", "client_id", "org_id")
"""Claims of a JWT that name its issuer and subject; the others change whenever it is renewed."""


@dataclass(frozen=True)
class AccountIdentity:
    """The account on a server that a profile opens.

    It is the normalised URL, the organization, the project, and a fingerprint of the credential:
    a hash with a random key (the salt) that is made once and never leaves the folder of the
    journal. The name of the profile is no part of it, and neither is how the key is given: the same
    key from a variable and from a file is the same account. Of a token that is made anew by the
    hour (a JWT), what says whose it is counts. Two keys of one account are two accounts here, which
    share neither history nor drafts; so are all that was kept before and after the salt is lost.

    Until a key is fetched from `api_key_command` or `api_key_keyring`, the text of the setting
    stands for it, since neither may run before the first frame.
    """

    profile: Profile
    folder: Path
    """Where the salt is kept."""
    others: Collection[str] = ()
    """The names of the other profiles, whose own entries of older versions stay theirs."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    fetched: Callable[[], str] = field(default=str, repr=False)
    """Returns the key that the server is sent; empty before it was fetched."""

    def text(self) -> str:
        """The identity as the journal keeps it; the salt is made if there is none.

        Raises:
            OSError: the salt cannot be read, or made.
        """
        profile = self.profile
        if profile.source is not Source.REMOTE:
            return f"{profile.name}\n\n\n"
        parts = (profile.organization, profile.project, f"key:{self._fingerprint()}")
        return "\n".join((normalized_url(profile.base_url), *parts))

    def matches_former(self, former: str) -> bool:
        """Whether this account's entries were kept under this text before.

        While the key was not fetched yet, it was what this identity was then. In an older version
        it was the profile's name, the URL, organization and project; where a profile of that name
        is still there, what was kept under it is left to that one.
        """
        if former and former == self._text_before_key():
            return True
        name, url, *rest = ("", *former.rsplit("\n", 3))[-4:]
        return (
            self.profile.source is Source.REMOTE
            and "://" in url
            and normalized_url(url) == normalized_url(self.profile.base_url)
            and rest == [self.profile.organization, self.profile.project]
            and (name == self.profile.name or name not in self.others)
        )

    def _text_before_key(self) -> str:
        """The text of this identity while a setting stood for the key; empty if none did."""
        asked = self.profile.api_key_command or self.profile.api_key_keyring
        return replace(self, fetched=str).text() if asked else ""

    def _fingerprint(self) -> str:
        hashed = hashlib.blake2b(key=_salt(self.folder / SALT_NAME), digest_size=16)
        for name, value in self._credentials():
            for each in (name, value):
                data = each.encode("utf-8", "surrogateescape")
                hashed.update(len(data).to_bytes(8, "big") + data)
        return hashed.hexdigest()

    def _credentials(self) -> Iterator[tuple[str, str]]:
        """All credentials of the profile, as pairs of kind and value."""
        profile = self.profile
        yield from self._key()
        yield from (("login", each) for each in (userinfo(profile.base_url),) if each)
        query = credentials_in_query(profile.base_url, profile.query)
        yield from sorted((f"?{name}", value) for name, value in query)
        yield from sorted(credentials_in_headers(profile.headers))
        if profile.client_cert:
            yield "client_cert", profile.client_cert

    def _key(self) -> Iterator[tuple[str, str]]:
        profile = self.profile
        if key := self.fetched():
            yield _stable_part(key)
            return
        for setting in ("api_key_command", "api_key_keyring"):
            if text := getattr(profile, setting):
                yield setting, text
                return
        if profile.api_key_file:
            key = _read_key_file(profile.api_key_file)
            yield _stable_part(key) if key else ("api_key_file", profile.api_key_file)
            return
        found = [self.environ.get(name, "") for name in profile.api_key_env.split()]
        yield from (_stable_part(key.strip()) for key in [key for key in found if key][:1])


def identity_of(
    settings: Settings, profile: Profile, folders: Folders, fetched: Callable[[], str] = str
) -> AccountIdentity:
    """The identity of a profile among the profiles of these settings."""
    others = [
        each.name
        for each in settings.profiles.values()
        if each.name != profile.name
        and normalized_url(each.base_url) == normalized_url(profile.base_url)
    ]
    return AccountIdentity(profile, folders.state, others, fetched=fetched)


def _stable_part(key: str) -> tuple[str, str]:
    """The kind and the part of a key that stay the same as long as it opens the same account."""
    parts = key.split(".")
    if len(parts) == 3:
        with suppress(ValueError, RecursionError):
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
            if isinstance(claims, dict) and claims.get("iss") and claims.get("sub"):
                return "token", json.dumps([claims.get(name) for name in _STABLE_CLAIMS])
    return "key", key


def _read_key_file(name: str) -> str:
    """The key in a file; empty if it cannot be read, which the client reports later."""
    try:
        handle = os.open(Path(name).expanduser(), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            regular = stat.S_ISREG(os.fstat(handle).st_mode)
            return decoded(file.read(_LARGEST_KEY)).strip() if regular else ""
    except (FileError, OSError, ValueError, RuntimeError):
        return ""


def _salt(path: Path) -> bytes:
    """The salt; if two programs make it at once, both get the same."""
    try:
        salt = path.read_bytes()
    except FileNotFoundError:
        salt = b""
    return salt if len(salt) == _SALT_BYTES else _new_salt(path)


def _new_salt(path: Path) -> bytes:
    import fcntl

    make_private(path)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        salt = file.read()
        if len(salt) != _SALT_BYTES:  # neither another program's, nor torn by a full disk
            salt = os.urandom(_SALT_BYTES)
            file.seek(0)
            file.truncate()
            file.write(salt)
            file.flush()
            os.fsync(file.fileno())
    return salt
