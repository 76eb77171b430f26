"""Uploads and contents that are cut off, refused or fail: nothing is left behind or half there."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from assistant_tui.server.app import create_app
from assistant_tui.server.errors import StoreError
from assistant_tui.server.files import contents
from assistant_tui.server.http import multipart
from assistant_tui.server.http.access import AccessPolicy
from assistant_tui.server.routes import files as routes
from assistant_tui.server.store.interface import Store
from tests.server.files.support import on_disk, upload, wait_until
from tests.server.support import Json, client, connection_of, error_of, serving
from tests.stores import SampleStore, SQLiteStore

FORM = {"content-type": "multipart/form-data; boundary=b"}
BEGINNING = (
    b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
    b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
)
END = b"\r\n--b--\r\n"


def test_a_client_that_leaves_leaves_nothing(tmp_path: Path) -> None:
    database = tmp_path / "store.db"
    folder = tmp_path / "store.db-files"
    with serving(database) as (url, _):
        address = urlsplit(url)
        assert address.hostname and address.port
        with socket.create_connection((address.hostname, address.port)) as connection:
            head = (
                f"POST {address.path}/files HTTP/1.1\r\nhost: {address.netloc}\r\n"
                f"content-type: {FORM['content-type']}\r\ncontent-length: 9000000\r\n\r\n"
            )
            connection.sendall(head.encode() + BEGINNING + bytes(4_000_000))
            wait_until(lambda: folder.is_dir() and any(_sizes(folder)))
            assert [each.name[:7] for each in folder.iterdir()] == ["upload-"]
        wait_until(lambda: not [*folder.iterdir()])
        assert httpx.get(f"{url}/files").json()["data"] == []


def _sizes(folder: Path) -> list[int]:
    return [each.stat().st_size for each in folder.iterdir()]


@pytest.fixture
def files(store: Store) -> Iterator[Store]:
    """A store in whose folder nothing is left at the end."""
    yield store
    assert on_disk(store) == set()


async def test_a_request_that_is_cancelled_leaves_nothing(files: Store) -> None:
    begun = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield BEGINNING + bytes(3_000_000)
        begun.set()
        await asyncio.Event().wait()

    async with client(files) as http:
        sending = asyncio.create_task(http.post("/files", content=body(), headers=FORM))
        await begun.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await asyncio.to_thread(wait_until, lambda: not on_disk(files))
        assert (await http.get("/files")).json()["data"] == []


async def test_a_client_that_pauses_for_too_long_is_given_up(
    files: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "PAUSE_SECONDS", 0.05)

    async def body() -> AsyncIterator[bytes]:
        yield BEGINNING + b"some of it"
        await asyncio.Event().wait()

    async with client(files) as http:
        answer = await http.post("/files", content=body(), headers=FORM)
    assert answer.status_code == 408 and answer.headers["connection"] == "close"
    assert "did not arrive in time" in error_of(answer)["message"]


async def test_a_full_disk_is_said(files: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    async with client(files) as http:
        answer = await http.post("/files", content=BEGINNING + b"text" + END, headers=FORM)
    assert answer.status_code == 503
    assert "No space left on device" in error_of(answer)["message"]


async def test_too_many_uploads_at_once_are_refused(
    files: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "UPLOADS_AT_ONCE", 1)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield BEGINNING
        begun.set()
        await go_on.wait()
        yield b"text" + END

    async with client(files) as http:
        sending = asyncio.create_task(http.post("/files", content=body(), headers=FORM))
        await begun.wait()
        answer = await http.post("/files", content=BEGINNING + END, headers=FORM)
        assert answer.status_code == 503 and answer.headers["retry-after"] == "1"
        go_on.set()
        made = (await sending).json()
        assert made["bytes"] == 4
        await http.delete(f"/files/{made['id']}")


async def test_a_content_without_an_object_is_removed_at_once(tmp_path: Path) -> None:
    with SQLiteStore(tmp_path / "store.db") as store:
        async with client(store) as http:
            kept = await upload(http)
            (pages,) = connection_of(store).execute("PRAGMA page_count").fetchone()
            connection_of(store).execute(f"PRAGMA max_page_count = {pages}")
            long = "x" * 8_000
            form = BEGINNING.replace(b"a.txt", long.encode()) + b"text" + END
            answer = await http.post("/files", content=form, headers=FORM)
            assert answer.status_code == 503
            assert on_disk(store) == {kept["id"]}
            assert len((await http.get("/files")).json()["data"]) == 1


async def test_a_file_that_is_deleted_while_it_is_read_is_read_to_its_end() -> None:
    store = SampleStore(0)
    content = os.urandom(2_000_000)
    async with client(store) as http:
        file = (await upload(http, content))["id"]
    app = create_app(store, models=())
    received = bytearray()

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        if message["type"] == "http.response.body":
            if not received:
                async with client(store) as other:
                    assert (await other.delete(f"/files/{file}")).status_code == 200
            received.extend(message["body"])

    scope: Json = {"type": "http", "method": "GET", "path": f"/files/{file}/content", "headers": []}
    scope |= {"query_string": b"", "http_version": "1.1", "scheme": "http", "root_path": ""}
    await app(scope, receive, send)
    assert bytes(received) == content
    assert on_disk(store) == set()


async def test_a_content_that_is_gone_is_not_found(http: httpx.AsyncClient, store: Store) -> None:
    made = await upload(http)
    (store.files_folder() / made["id"]).unlink()
    assert (await http.get(f"/files/{made['id']}/content")).status_code == 404
    assert (await http.delete(f"/files/{made['id']}")).status_code == 200


def test_an_upload_that_was_given_up_cannot_be_committed(tmp_path: Path) -> None:
    given_up = contents.FileContents(lambda: tmp_path).begin()
    given_up.discard()
    with pytest.raises(StoreError, match="given up"):
        given_up.commit("file-1", lambda keep: keep())
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/files", {"origin": "http://evil.example"}, 403, "origin_not_allowed"),
        ("/files", {"sec-fetch-site": "cross-site"}, 403, "origin_not_allowed"),
        ("/files", {"host": "evil.example"}, 403, "host_not_allowed"),
        ("/files", {"content-type": "application/json"}, 415, "unsupported_content_type"),
        ("/files", {"content-type": "text/plain"}, 415, "unsupported_content_type"),
        ("/vector_stores", {}, 415, "unsupported_content_type"),
        ("/files", {}, 200, None),
    ],
)
async def test_forms_are_taken_from_this_machine_alone(
    path: str, headers: dict[str, str], status: int, code: str | None
) -> None:
    app = create_app(SampleStore(0), models=(), access=AccessPolicy(keyed=False))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.post(
            path, content=BEGINNING + b"text" + END, headers={**FORM, **headers}
        )
    assert answer.status_code == status
    assert code is None or error_of(answer)["code"] == code
