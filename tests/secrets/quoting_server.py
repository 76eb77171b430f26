"""A key that can be told from everything else, and a server that lets nobody in without it."""

import base64
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.fakeserver.deviations import answer
from tests.fakeserver.standalone import StandaloneServer
from tests.hostile.corpus import assistant

CANARY = "sk-Canary/4711+feed-beef=0815"
_LOCATION = {"elsewhere": "http://127.0.0.2:9/{key}", "to https": "https://127.0.0.1/{key}"}


def leaks(data: bytes, key: str = CANARY) -> list[str]:
    """The forms in which a key, or its beginning, stands in some bytes."""
    text = data.decode("utf-8", "replace").lower()
    start = key[:14]
    forms = [start, quote(start, safe=""), start.encode().hex()]
    forms += [base64.b64encode(b"." * before + key.encode()).decode()[4:-4] for before in range(3)]
    return [form for form in forms if form.lower() in text]


class QuotingServer(StandaloneServer):
    """A sound server until `mode` says otherwise."""

    def __init__(self, secret: str = "") -> None:
        """`secret` is what is quoted in the place of the key."""
        super().__init__(assistant("asst_1", name='"One"'), any=self._quote)
        self._secret = secret
        self.mode = "sound"
        """`sound`; `refusing` quotes the key back everywhere; else where it redirects to."""

    @property
    def keys(self) -> set[str]:
        """What it was shown as a key."""
        return {_key(request) for request in self.requests}

    def _quote(self, request: httpx.Request) -> httpx.Response | None:
        key = self._secret or _key(request)
        if self.mode == "refusing":
            again = f"{key} {key.upper()} {quote(key, safe='')} {_coded(key)}"
            said = f'{{"error": {{"message": "{again}", "param": "{key}", "code": "{key}"}}}}'
            return answer(said, 401, [(b"x-request-id", f"{key}{_coded(key)}".encode())])
        if self.mode in _LOCATION:
            location = _LOCATION[self.mode].format(key=quote(key, safe=""))
            return answer(key, 307, [(b"location", location.encode())])
        return None


def _key(request: httpx.Request) -> str:
    return str(request.headers.get("authorization", "").removeprefix("Bearer "))


def _coded(key: str) -> str:
    return base64.b64encode(f"user:{key}".encode()).decode()


def left_behind(folder: Path) -> Iterable[Path]:
    """All that was written below a folder."""
    return (path for path in folder.rglob("*") if not path.is_symlink())


def mode(path: Path) -> int:
    """The permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)
