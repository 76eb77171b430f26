"""Threads as items of OpenAI's Conversations API, in requests of as many as it takes at once."""

from collections.abc import Iterator
from typing import Any

from assistant_tui.core.formats.threads.arranging import ArrangedThread, arrange
from assistant_tui.core.formats.threads.losses import Losses, add_settings
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import write_json
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import SEND_KEY, Message, Part, ToolCall
from assistant_tui.core.threads.reading import object_in, text_in

Json = dict[str, Any]
AT_ONCE = 20
"""Items of one request, as the API has it."""


def write(record: ThreadRecord) -> str:
    """The bodies of the requests, one a line.

    The first makes the conversation (`POST /conversations`), each other adds items to it
    (`POST /conversations/ID/items`).
    """
    thread = arrange(record)
    batches = [{"items": items} for items in _batches(thread, Losses())] or [{"items": []}]
    metadata = {k: v for k, v in thread.thread.metadata.items() if k != SEND_KEY}
    first: Json = {"metadata": metadata, **batches[0]}
    return "".join(write_json(body) + "\n" for body in (first, *batches[1:]))


def losses(record: ThreadRecord) -> tuple[str, ...]:
    """What the conversation leaves out."""
    found, thread = Losses(), arrange(record)
    add_settings(found, thread, kept=("metadata",))
    for _ in _batches(thread, found):
        pass
    return found.told


def _batches(thread: ArrangedThread, lost: Losses) -> Iterator[list[Json]]:
    """Items for one request after the other; a call and its output stand in the same one."""
    batch: list[Json] = []
    numbers = iter(range(1, 1 + len(thread.entries)))
    for entry in thread.entries:
        items = [*_items(entry, lost, numbers)]
        if len(batch) + len(items) > AT_ONCE:
            yield batch
            batch = []
        batch += items
    if batch:
        yield batch


def _items(entry: Entry, lost: Losses, numbers: Iterator[int]) -> Iterator[Json]:
    if entry.call is not None:
        yield from _call(entry.call, lost, numbers)
    elif entry.kind is EntryKind.STEP:
        lost.add("steps of an unknown kind")
    elif entry.message is not None:
        yield from _message(entry.message, lost, is_user=entry.kind is EntryKind.USER)


def _message(message: Message, lost: Losses, *, is_user: bool) -> Iterator[Json]:
    read = _input if is_user else _output
    content = [read(part, lost) for part in message.parts if part.text]
    if not content:
        lost.add("messages without content")
        return
    yield {"type": "message", "role": "user" if is_user else "assistant", "content": content}


def _input(part: Part, lost: Losses) -> Json:
    image = object_in(part.raw.get(part.kind))
    if part.kind == "image_url" and text_in(image.get("url")):
        return {"type": "input_image", "image_url": text_in(image["url"]), **_detail(image)}
    if part.kind == "image_file" and text_in(image.get("file_id")):
        lost.add("images in files: they are named by their ids, and not uploaded anew")
        return {"type": "input_image", "file_id": text_in(image["file_id"]), **_detail(image)}
    if part.kind != "text":
        lost.add(f"content of the type {part.kind[:40]}: it stands in a text")
    return {"type": "input_text", "text": part.text}


def _detail(image: Json) -> Json:
    return {"detail": image["detail"] if image.get("detail") in ("low", "high") else "auto"}


def _output(part: Part, lost: Losses) -> Json:
    if part.kind == "refusal":
        return {"type": "refusal", "refusal": part.text}
    if part.kind != "text":
        lost.add(f"content of the type {part.kind[:40]}: it stands in a text")
    return {"type": "output_text", "text": part.text}


def _call(call: ToolCall, lost: Losses, numbers: Iterator[int]) -> Iterator[Json]:
    """A call and its output, with an id of their own, since some servers give one id to many."""
    if call.kind != "function":
        lost.add(f"calls of {call.kind[:40]}")
    elif call.output is None:
        lost.add("calls of functions without an output")
    else:
        identity = f"call_{next(numbers)}"
        made = {"call_id": identity, "name": call.name, "arguments": call.arguments}
        yield {"type": "function_call", **made}
        yield {"type": "function_call_output", "call_id": identity, "output": call.output}
