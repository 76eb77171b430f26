"""/files: uploads, lists, contents, deletions, and what is left on disk after each."""

import asyncio
import gc
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.routes import files as routes
from assistant_tui.server.store.interface import Store
from tests.server.files.support import on_disk, upload
from tests.server.support import client, error_of
from tests.stores import SampleStore, SQLiteStore


async def test_a_file_is_there_as_it_was_sent(http: httpx.AsyncClient, store: Store) -> None:
    content = os.urandom(3_000_000)
    made = await upload(http, content, 'Größe "1".bin', "user_data")
    assert made.pop("id").startswith("file-") and made.pop("created_at") <= time.time()
    assert made == {
        "object": "file",
        "bytes": 3_000_000,
        "filename": 'Größe "1".bin',
        "purpose": "user_data",
        "status": "processed",
    }
    (listed,) = (await http.get("/files")).json()["data"]
    assert (await http.get(f"/files/{listed['id']}")).json() == listed
    answer = await http.get(f"/files/{listed['id']}/content")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert on_disk(store) == {listed["id"]}


async def test_a_deleted_file_leaves_nothing(http: httpx.AsyncClient, store: Store) -> None:
    file_id = (await upload(http))["id"]
    answer = await http.delete(f"/files/{file_id}")
    assert answer.json() == {"id": file_id, "object": "file", "deleted": True}
    assert on_disk(store) == set()
    for path in f"/files/{file_id}", f"/files/{file_id}/content":
        answer = await http.get(path)
        assert answer.status_code == 404
        assert error_of(answer)["message"] == f"No file found with id '{file_id}'."
    assert (await http.delete(f"/files/{file_id}")).status_code == 404


async def test_a_list_is_filtered_and_has_pages(http: httpx.AsyncClient) -> None:
    made = [await upload(http, purpose=("vision", "assistants")[n % 2]) for n in range(5)]
    ids = [each["id"] for each in made]
    answer = (await http.get("/files", params={"order": "asc"})).json()
    assert [each["id"] for each in answer["data"]] == ids
    query: dict[str, str | int] = {"purpose": "vision", "limit": 2}
    answer = (await http.get("/files", params=query)).json()
    assert [each["id"] for each in answer["data"]] == [ids[4], ids[2]] and answer["has_more"]
    answer = (await http.get("/files", params={**query, "after": answer["last_id"]})).json()
    assert [each["id"] for each in answer["data"]] == [ids[0]] and not answer["has_more"]
    answer = await http.get("/files", params={"limit": 10_001})
    assert error_of(answer)["param"] == "limit"


@pytest.mark.parametrize(
    ("fields", "files", "param", "code"),
    [
        ({"purpose": "assistants"}, None, "file", "missing_required_parameter"),
        ({}, "x", "purpose", "missing_required_parameter"),
        ({"purpose": "fun"}, "x", "purpose", "invalid_value"),
        ({"purpose": "batch", "path": "/etc"}, "x", "path", "unknown_parameter"),
        (
            {"purpose": "batch", "expires_after[anchor]": "created_at"},
            "x",
            "expires_after[seconds]",
            "missing_required_parameter",
        ),
        (
            {"purpose": "batch", "expires_after[anchor]": "now", "expires_after[seconds]": "3600"},
            "x",
            "expires_after[anchor]",
            "invalid_value",
        ),
        (
            {
                "purpose": "batch",
                "expires_after[anchor]": "created_at",
                "expires_after[seconds]": "9",
            },
            "x",
            "expires_after[seconds]",
            "integer_below_min_value",
        ),
        ({"purpose": "assistants", "other": "x" * 20_000}, "x", None, "invalid_value"),
    ],
)
async def test_a_form_that_will_not_do_is_refused_and_leaves_nothing(
    http: httpx.AsyncClient,
    store: Store,
    fields: dict[str, str],
    files: str | None,
    param: str | None,
    code: str,
) -> None:
    # Without a file httpx would send no form.
    parts = [(name, (None, value.encode())) for name, value in fields.items()]
    sent = [*parts, *([("file", ("x", files.encode()))] if files else [])]
    answer = await http.post("/files", files=sent)
    assert answer.status_code == 400
    assert (error_of(answer)["param"], error_of(answer)["code"]) == (param, code)
    assert on_disk(store) == set()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no boundary at all",
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\ncut o',
        b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--\r\n',
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nbatch\r\n'
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="y"\r\n\r\nbatch\r\n--b--',
        b'--b\r\ncontent-disposition: form-data; name="other"; filename="x"\r\n\r\nx\r\n--b--\r\n',
        b"--b\r\na: b\r\n\r\nx\r\n--b--\r\n",
        b"--b\r\n" + b"a: b\r\n" * 2_000 + b"\r\nx\r\n--b--\r\n",
        b"--bc\r\n\r\n\r\nx\r\n--b--\r\n",
    ],
)
async def test_what_is_no_form_is_refused_and_leaves_nothing(
    http: httpx.AsyncClient, store: Store, body: bytes
) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await http.post("/files", content=body, headers=headers)
    assert answer.status_code == 400 and error_of(answer)["code"] == "invalid_value"
    assert on_disk(store) == set()


async def test_another_type_is_refused(http: httpx.AsyncClient) -> None:
    for kind in "application/json", "multipart/form-data", "multipart/mixed; boundary=b":
        answer = await http.post("/files", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415
        assert error_of(answer)["code"] == "unsupported_content_type"


async def test_a_file_that_is_too_large_leaves_nothing(
    http: httpx.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "FILE_LIMIT", 2_000_000)
    content = bytes(2_000_001)
    announced = httpx.Request(
        "POST",
        "http://local/files",
        files={"file": ("x", content)},
        data={"purpose": "batch"},
    )
    body = announced.read()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    headers = {"content-type": announced.headers["content-type"]}
    answers = [
        await http.post("/files", content=content, headers=headers) for content in (body, pieces())
    ]
    for answer in answers:
        assert answer.status_code == 413 and error_of(answer)["param"] == "file"
    assert on_disk(store) == set()
    assert (await upload(http, content[1:]))["bytes"] == 2_000_000


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("/", "file"),
        ("..", ".."),
    ],
)
async def test_no_path_is_taken_from_a_name(
    http: httpx.AsyncClient, store: Store, sent: str, kept: str
) -> None:
    made = await upload(http, name=sent)
    assert made["filename"] == kept
    assert on_disk(store) == {made["id"]}


async def test_an_expired_file_is_not_there(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await upload(
        http,
        expires={"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"},
    )
    assert made["expires_at"] == made["created_at"] + 3600
    kept = await upload(http)
    assert "expires_at" not in kept
    batch = await upload(http, purpose="batch")
    assert batch["expires_at"] == batch["created_at"] + 30 * 24 * 3600
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert (await http.get(f"/files/{made['id']}")).status_code == 404
    assert (await http.get(f"/files/{made['id']}/content")).status_code == 404
    listed = (await http.get("/files", params={"order": "asc"})).json()["data"]
    assert [each["id"] for each in listed] == [kept["id"], batch["id"]]


def test_nobody_else_can_read_the_contents(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with SQLiteStore(tmp_path / "store.db") as store:
            file = asyncio.run(_upload_to(store))
            folder = tmp_path / "store.db-files"
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert stat.S_IMODE((folder / file).stat().st_mode) == 0o600
    finally:
        os.umask(before)


async def _upload_to(store: Store) -> str:
    async with client(store) as http:
        return str((await upload(http))["id"])


def test_what_was_left_behind_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = FileContents(lambda: tmp_path)
    for name in ("file-kept", "file-orphan", "upload-dead", "text.db"):
        (tmp_path / name).touch()
    under_way = contents.begin()
    under_way.write(b"x")
    contents.remove_orphans(lambda file_id: False)
    assert len([*tmp_path.iterdir()]) == 5  # all of them may be in use
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    contents.remove_orphans(lambda file_id: file_id == "file-kept")
    names = {each.name for each in tmp_path.iterdir()}
    assert {"file-kept", "text.db"} < names and len(names) == 3
    under_way.discard()
    assert {each.name for each in tmp_path.iterdir()} == {"file-kept", "text.db"}


def test_the_files_of_a_demo_go_with_it() -> None:
    store = SampleStore(0)
    file_id = asyncio.run(_upload_to(store))
    folder = store.files_folder()
    assert [each.name for each in folder.iterdir()] == [file_id]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    del store
    gc.collect()
    assert not folder.exists()
