"""Files that are attached: checked before anything is sent, streamed, and each uploaded once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant_tui.api import uploads
from assistant_tui.core.errors import Invalid
from assistant_tui.core.threads.objects import read_message
from tests.server.runs.support import ScriptedModel, says
from tests.services.threads.support import world


@pytest.mark.parametrize("name", ["notes.txt", 'a "b" ü.txt', "report.md"])
async def test_a_file_arrives_as_it_is(tmp_path: Path, model: ScriptedModel, name: str) -> None:
    model.turns = [says("Read.")]
    content = os.urandom(700_000) if name == "report.md" else b"text\r\n--\r\n"
    (tmp_path / name).write_bytes(content)
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("What is this?", attachments=[tmp_path / name])
        (file,) = (await here.api.get("/files"))["data"]
        assert (file["filename"], file["purpose"]) == (name, "assistants")
        held = await here.api.http.get(f"/files/{file['id']}/content")
        assert held.content == content
        message = (await here.api.messages(conversation.thread_id or ""))[0]
        assert message["attachments"] == [
            {"file_id": file["id"], "tools": [{"type": "file_search"}]}
        ]


async def test_images_are_shown_and_a_file_is_uploaded_once(
    tmp_path: Path, model: ScriptedModel
) -> None:
    model.turns = [says("One."), says("Two."), says("Three.")]
    image = tmp_path / "look.PNG"
    image.write_bytes(b"\x89PNG")
    async with world(tmp_path, model) as here:
        conversation = here.threads.begin(here.assistant)
        await conversation.send("See?", attachments=[image])
        await conversation.send("", attachments=[image])
        (file,) = (await here.api.get("/files"))["data"]
        assert file["purpose"] == "vision"
        messages = await here.api.messages(conversation.thread_id or "")
        kinds = [[each["type"] for each in message["content"]] for message in messages]
        assert kinds[0] == ["text", "image_file"] and kinds[2] == ["image_file"]
        assert messages[2]["content"][0]["image_file"]["file_id"] == file["id"]
        copied = read_message(messages[0])
        await conversation.send("", copy_of=copied)
        messages = await here.api.messages(conversation.thread_id or "")
        assert read_message(messages[4]).text == copied.text, "sent once more, image and all"
        assert len((await here.api.get("/files"))["data"]) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "it is a folder"),
        (os.mkfifo, "it is a pipe"),
        (lambda path: path.write_bytes(b""), "it is empty"),
        (lambda path: path.write_bytes(b"x" * 101), "too large"),
    ],
    ids=["missing", "folder", "pipe", "empty", "large"],
)
async def test_what_cannot_be_attached_is_refused_before_anything_is_sent(
    tmp_path: Path,
    model: ScriptedModel,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], object],
    said: str,
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 100)
    path = tmp_path / "odd.txt"
    make(path)
    async with world(tmp_path, model) as here:
        with pytest.raises(Invalid, match=f"odd.txt: {said}|odd.txt: it is {said}"):
            await here.threads.begin(here.assistant).send("Look", attachments=[path])
        assert here.posts == []
