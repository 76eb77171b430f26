"""What the tests of files share."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx

from assistant_tui.server.store.interface import Store
from tests.limits import LIMIT
from tests.server.support import Json


async def upload(
    http: httpx.AsyncClient,
    content: bytes = b"text",
    name: str = "notes.txt",
    purpose: str = "assistants",
    expires: Mapping[str, str] = MappingProxyType({}),
) -> Json:
    """A file that was uploaded."""
    answer = await http.post(
        "/files", files={"file": (name, content)}, data={"purpose": purpose, **expires}
    )
    assert answer.status_code == 200, answer.text
    made: Json = answer.json()
    return made


def on_disk(store: Store) -> set[str]:
    """The names of all that lies in the folder of the contents."""
    folder: Path = store.files_folder()
    return {each.name for each in folder.iterdir()} if folder.is_dir() else set()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what another process or a thread does to files; no event tells of it."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
