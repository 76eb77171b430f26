"""A key that can be told from everything else, and a server that lets nobody in without it."""

import base64
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from tests.fakeserver.raw_server import HostileServer
from tests.fakeserver.sockets import Answer
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


class QuotingServer(HostileServer):
    """Answers as told; what it was shown as a key is written down."""

    def __init__(self, secret: str = "") -> None:
        """`secret` is what is quoted in the place of the key."""
        super().__init__(assistant("asst_1", name='"One"'))
        self._secret = secret
        self.mode = "sound"
        """`sound`; `refusing` quotes the key back everywhere; else where it redirects to."""
        self.shown: set[str] = set()

    def answer(self, method: str, path: str, body: bytes, key: str = "") -> Answer:
        """Be sound, or not."""
        self.shown.add(key)
        key = self._secret or key
        if self.mode == "refusing":
            again = f"{key} {key.upper()} {quote(key, safe='')} {_coded(key)}"
            said = f'{{"error": {{"message": "{again}", "param": "{key}", "code": "{key}"}}}}'
            return Answer(401, said.encode(), [(b"x-request-id", f"{key}{_coded(key)}".encode())])
        if self.mode in _LOCATION:
            location = _LOCATION[self.mode].format(key=quote(key, safe=""))
            return Answer(307, key.encode(), [(b"location", location.encode())])
        return super().answer(method, path, body)


def _coded(key: str) -> str:
    return base64.b64encode(f"user:{key}".encode()).decode()


def left_behind(folder: Path) -> Iterable[Path]:
    """All that was written below a folder."""
    return (path for path in folder.rglob("*") if not path.is_symlink())


def mode(path: Path) -> int:
    """The permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)
