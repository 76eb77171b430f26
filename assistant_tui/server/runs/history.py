"""Reads what was said in a thread before a run: messages, and the calls of earlier runs."""

from base64 import b64encode
from collections.abc import Iterator
from mimetypes import guess_type

from assistant_tui.server.files.contents import FileContents
from assistant_tui.server.files.files import FILE
from assistant_tui.server.runs.chat import ChatCall
from assistant_tui.server.runs.objects import STEP
from assistant_tui.server.runs.prompt import (
    AnsweredCall,
    HistoryCalls,
    HistoryItem,
    HistoryMessage,
    ImagePart,
)
from assistant_tui.server.store.interface import ObjectReader
from assistant_tui.server.store.paging import Json, PageQuery
from assistant_tui.server.threads import MESSAGE

MOST_MESSAGES = 1_000
"""The newest messages of a thread that are read; no model takes more."""
LARGEST_IMAGE = 20 * 1024 * 1024
"""Bytes of an image, as other servers limit them."""
_PAGE = 100


def read_history(objects: ObjectReader, contents: FileContents, run: Json) -> list[HistoryItem]:
    """What was said before a run, oldest first; what it has said itself is left out.

    Args:
        objects: of the store.
        contents: of the files, for the images among them.
        run: the run.

    Raises:
        StoreError: the store, or the content of an image, cannot be read.
    """
    images = _Images(objects, contents)
    messages = {
        message["id"]: message
        for message in reversed([*_newest_messages(objects, run["thread_id"])])
        if message["run_id"] != run["id"]
    }
    history: list[HistoryItem] = []
    while messages:
        first = next(iter(messages.values()))
        if first["run_id"] is None:
            history.append(images.message(messages.pop(first["id"])))
        else:
            history += _of_run(objects, first["run_id"], messages, images)
    return history


def _newest_messages(objects: ObjectReader, thread_id: str) -> Iterator[Json]:
    """The newest messages, the newest first."""
    query = PageQuery(limit=_PAGE)
    for _ in range(MOST_MESSAGES // _PAGE):
        page = objects.page(MESSAGE, query, thread_id)
        yield from page.data
        if not page.has_more:
            return
        query = PageQuery(limit=_PAGE, after=page.data[-1]["id"])


def _of_run(
    objects: ObjectReader, run_id: str, messages: dict[str, Json], images: "_Images"
) -> list[HistoryItem]:
    """What an earlier run has said and called, in its order; its messages are taken out."""
    items: list[HistoryItem] = []
    for step in objects.page(STEP, PageQuery(limit=_PAGE, ascending=True), run_id).data:
        details = step["step_details"]
        if step["type"] == "tool_calls":
            calls = [each for each in details["tool_calls"] if each["type"] == "function"]
            items += [HistoryCalls(tuple(map(_answered, calls)))] if calls else []
        else:
            message = messages.pop(details["message_creation"]["message_id"], None)
            items += [images.message(message)] if message is not None else []
    for message_id in [each["id"] for each in messages.values() if each["run_id"] == run_id]:
        items.append(images.message(messages.pop(message_id)))
    return items


def _answered(call: Json) -> AnsweredCall:
    function = call["function"]
    made = ChatCall(call["id"], function["name"], function["arguments"])
    return AnsweredCall(made, function["output"])


class _Images:
    """Reads messages with the images that are in files."""

    def __init__(self, objects: ObjectReader, contents: FileContents) -> None:
        self._objects = objects
        self._contents = contents

    def message(self, message: Json) -> HistoryMessage:
        """A message as its model gets it."""
        return HistoryMessage(message["role"], tuple(map(self._part, message["content"])))

    def _part(self, part: Json) -> str | ImagePart:
        if part["type"] == "text":
            return str(part["text"]["value"])
        if part["type"] == "image_url":
            return ImagePart(part["image_url"]["url"], part["image_url"]["detail"])
        if part["type"] == "refusal":
            return str(part["refusal"])
        return self._from_file(part["image_file"]["file_id"], part["image_file"]["detail"])

    def _from_file(self, file_id: str, detail: str) -> str | ImagePart:
        """An image as a data URL, or a sentence in its place."""
        file = self._objects.get(FILE, file_id)
        content = self._contents.open(file_id) if file is not None else None
        if file is None or content is None:
            return f"(The image {file_id} is not there any more.)"
        with content:
            data = content.read(LARGEST_IMAGE + 1)
        kind = guess_type(file["filename"])[0] or ""
        if not kind.startswith("image/") or len(data) > LARGEST_IMAGE:
            return f"(The file {file_id} is no image that can be shown.)"
        return ImagePart(f"data:{kind};base64,{b64encode(data).decode()}", detail)
