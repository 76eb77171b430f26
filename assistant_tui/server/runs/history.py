"""Reads what was said in a thread before a run: messages, and the calls of earlier runs."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
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
from assistant_tui.server.store.interface import ObjectKind, ObjectReader
from assistant_tui.server.store.paging import Json, PageQuery
from assistant_tui.server.threads import MESSAGE

MOST_MESSAGES = 1_000
"""The newest messages of a thread that are read; no model takes more."""
MOST_CHARACTERS = 16_000_000
"""Of texts, calls and outputs, the newest first; what passes it is the last that is read."""
LARGEST_IMAGE = 20 * 1024 * 1024
"""Bytes of an image, as other servers limit them."""
MOST_IMAGE_BYTES = 50 * 1024 * 1024
"""Bytes of all images in files, as other servers limit a request; the newest have precedence."""
_PAGE = 100


def read_history(objects: ObjectReader, contents: FileContents, run: Json) -> list[HistoryItem]:
    """What was said before a run, oldest first; what it has said itself is left out.

    The newest is read first, and no more than the run or a model can take.

    Args:
        objects: of the store.
        contents: of the files, for the images among them.
        run: the run.

    Raises:
        StoreError: the store, or the content of an image, cannot be read.
    """
    images = _Images(objects, contents)
    messages = _newest_messages(objects, run)
    parts: list[list[HistoryItem]] = []
    room = MOST_CHARACTERS
    while messages and room > 0:
        newest = next(iter(messages.values()))
        if newest["run_id"] is None:
            parts.append([images.message(messages.pop(newest["id"]))])
        else:
            parts.append(_of_run(objects, newest["run_id"], messages, images))
        room -= sum(map(_size, parts[-1]))
    return [item for part in reversed(parts) for item in part]


def _newest_messages(objects: ObjectReader, run: Json) -> dict[str, Json]:
    """The messages that the run can use, and one before them, by their ids; the newest first."""
    strategy = run["truncation_strategy"]
    is_counted = strategy["type"] == "last_messages"
    most = int(strategy["last_messages"]) + 1 if is_counted else MOST_MESSAGES
    messages: dict[str, Json] = {}
    room = MOST_CHARACTERS
    for message in _each(objects, MESSAGE, run["thread_id"], ascending=False):
        if len(messages) == most or room <= 0:
            break
        if message["run_id"] != run["id"]:
            messages[message["id"]] = message
            texts = (part["text"]["value"] for part in message["content"] if part["type"] == "text")
            room -= sum(map(len, texts))
    return messages


def _each(
    objects: ObjectReader, kind: ObjectKind, parent: str, *, ascending: bool
) -> Iterator[Json]:
    """The objects of a kind with this parent, a page in memory at a time."""
    query = PageQuery(limit=_PAGE, ascending=ascending)
    while True:
        page = objects.page(kind, query, parent)
        yield from page.data
        if not page.has_more:
            return
        query = replace(query, after=page.data[-1]["id"])


def _of_run(
    objects: ObjectReader, run_id: str, messages: dict[str, Json], images: "_Images"
) -> list[HistoryItem]:
    """What an earlier run has said and called, in its order; its messages are taken out."""
    items: list[HistoryItem] = []
    for step in _each(objects, STEP, run_id, ascending=True):
        details = step["step_details"]
        if step["type"] == "tool_calls":
            calls = [each for each in details["tool_calls"] if each["type"] == "function"]
            items += [HistoryCalls(tuple(map(_answered, calls)))] if calls else []
        else:
            message = messages.pop(details["message_creation"]["message_id"], None)
            items += [images.message(message)] if message is not None else []
    left = [each["id"] for each in messages.values() if each["run_id"] == run_id]
    for message_id in reversed(left):
        items.append(images.message(messages.pop(message_id)))
    return items


def _size(item: HistoryItem) -> int:
    """The characters of an item, those of its images not counted."""
    if isinstance(item, HistoryMessage):
        return sum(len(part) for part in item.parts if isinstance(part, str))
    return sum(len(each.call.arguments) + len(each.output or "") for each in item.calls)


def _answered(call: Json) -> AnsweredCall:
    function = call["function"]
    made = ChatCall(call["id"], function["name"], function["arguments"])
    return AnsweredCall(made, function["output"])


class _Images:
    """Reads messages with the images that are in files."""

    def __init__(self, objects: ObjectReader, contents: FileContents) -> None:
        self._objects = objects
        self._contents = contents
        self._room = MOST_IMAGE_BYTES

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
            kind = guess_type(file["filename"])[0] or ""
            if not kind.startswith("image/") or file["bytes"] > LARGEST_IMAGE:
                return f"(The file {file_id} is no image that can be shown.)"
            if file["bytes"] > self._room:
                return f"(The image {file_id} is left out, since newer ones are as much as fits.)"
            data = content.read(LARGEST_IMAGE)
        self._room -= len(data)
        return ImagePart(f"data:{kind};base64,{b64encode(data).decode()}", detail)
