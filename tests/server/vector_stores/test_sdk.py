"""The official SDK puts files into vector stores over a real socket, and searches them."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from tests.server.support import serving

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def sdk(tmp_path: Path) -> Iterator[openai.OpenAI]:
    """The SDK and a server without a key."""
    with (
        serving(tmp_path / "store.db") as (url, _),
        openai.OpenAI(base_url=url, api_key="any", max_retries=0) as sdk,
    ):
        yield sdk


def test_files(sdk: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "Größe.txt"
    path.write_bytes(content := os.urandom(2_000_000))
    made = sdk.files.create(file=path, purpose="assistants")
    assert (made.filename, made.bytes, made.status) == ("Größe.txt", 2_000_000, "processed")
    assert sdk.files.retrieve(made.id) == made
    assert sdk.files.content(made.id).read() == content
    with sdk.files.with_streaming_response.content(made.id) as response:
        assert b"".join(response.iter_bytes()) == content
    short = sdk.files.create(
        file=("a.jsonl", b"{}"),
        purpose="batch",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert short.expires_at == short.created_at + 3600
    assert [each.id for each in sdk.files.list()] == [short.id, made.id]
    assert [each.id for each in sdk.files.list(purpose="batch")] == [short.id]
    gone = sdk.files.delete(made.id)
    assert gone.deleted and gone.object == "file"
    with pytest.raises(openai.NotFoundError):
        sdk.files.content(made.id)


def test_a_vector_store_from_its_making_to_its_end(sdk: openai.OpenAI) -> None:
    file = sdk.files.create(file=("leave.md", b"# Leave\n\n25 days a year."), purpose="assistants")
    store = sdk.vector_stores.create(
        name="HR", expires_after={"anchor": "last_active_at", "days": 7}
    )
    added = sdk.vector_stores.files.create_and_poll(
        file.id, vector_store_id=store.id, attributes={"team": "hr"}
    )
    assert added.status == "completed" and added.usage_bytes == 24
    uploaded = sdk.vector_stores.files.upload_and_poll(
        vector_store_id=store.id,
        file=("rules.html", b"<p>Parking is free."),
        chunking_strategy={
            "type": "static",
            "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50},
        },
    )
    assert uploaded.status == "completed"
    batch = sdk.vector_stores.file_batches.upload_and_poll(
        store.id, files=[("a.txt", b"Lunch is at noon."), ("b.zip", b"PK\3\4\0\0")]
    )
    assert (batch.file_counts.completed, batch.file_counts.failed) == (1, 1)
    listed = sdk.vector_stores.file_batches.list_files(batch.id, vector_store_id=store.id)
    assert {each.status for each in listed} == {"completed", "failed"}
    found = sdk.vector_stores.retrieve(store.id)
    assert found.status == "completed" and found.file_counts.total == 4
    (result,) = sdk.vector_stores.search(
        store.id,
        query="How many days of leave are there in a year?",
        filters={"type": "eq", "key": "team", "value": "hr"},
    )
    assert (result.filename, result.content[0].text) == ("leave.md", "# Leave\n\n25 days a year.")
    assert 0 < result.score < 1
    (page,) = sdk.vector_stores.files.content(uploaded.id, vector_store_id=store.id)
    assert page.text == "Parking is free."
    changed = sdk.vector_stores.files.update(
        file.id, vector_store_id=store.id, attributes={"team": "it"}
    )
    assert changed.attributes == {"team": "it"}
    assert sdk.vector_stores.files.delete(file.id, vector_store_id=store.id).deleted
    assert len([*sdk.vector_stores.files.list(store.id, filter="completed")]) == 2
    assert sdk.vector_stores.update(store.id, name="People").name == "People"
    assert [each.id for each in sdk.vector_stores.list()] == [store.id]
    assert sdk.vector_stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError):
        sdk.vector_stores.retrieve(store.id)


def test_what_a_killed_server_has_left_unread_is_read_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "store.db"
    text = b"word " * 200_000
    with serving(database) as (url, process), openai.OpenAI(base_url=url, api_key="any") as sdk:
        files = [sdk.files.create(file=(f"{n}.txt", text), purpose="assistants") for n in range(3)]
        store = sdk.vector_stores.create(file_ids=[each.id for each in files])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with serving(database) as (url, _), openai.OpenAI(base_url=url, api_key="any") as sdk:
        assert sdk.vector_stores.retrieve(store.id).file_counts.in_progress
        for file in files:
            read = sdk.vector_stores.files.poll(file.id, vector_store_id=store.id)
            assert read.status == "completed" and read.usage_bytes > len(text)
        assert sdk.vector_stores.retrieve(store.id).file_counts.completed == 3
