"""Reads what was said in a thread before a run: messages, and the calls of earlier runs."""

from collections.abc import Iterator

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
_PAGE = 100


def read_history(objects: ObjectReader, run: Json) -> list[HistoryItem]:
    """What was said before a run, oldest first; what it has said itself is left out."""
    messages = {
        message["id"]: message
        for message in reversed([*_newest_messages(objects, run["thread_id"])])
        if message["run_id"] != run["id"]
    }
    history: list[HistoryItem] = []
    while messages:
        first = next(iter(messages.values()))
        if first["run_id"] is None:
            history.append(_message(messages.pop(first["id"])))
        else:
            history += _of_run(objects, first["run_id"], messages)
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


def _of_run(objects: ObjectReader, run_id: str, messages: dict[str, Json]) -> list[HistoryItem]:
    """What an earlier run has said and called, in its order; its messages are taken out."""
    items: list[HistoryItem] = []
    for step in objects.page(STEP, PageQuery(limit=_PAGE, ascending=True), run_id).data:
        details = step["step_details"]
        if step["type"] == "tool_calls":
            calls = [each for each in details["tool_calls"] if each["type"] == "function"]
            items += [HistoryCalls(tuple(map(_answered, calls)))] if calls else []
        else:
            message = messages.pop(details["message_creation"]["message_id"], None)
            items += [_message(message)] if message is not None else []
    for message_id in [each["id"] for each in messages.values() if each["run_id"] == run_id]:
        items.append(_message(messages.pop(message_id)))
    return items


def _answered(call: Json) -> AnsweredCall:
    function = call["function"]
    made = ChatCall(call["id"], function["name"], function["arguments"])
    return AnsweredCall(made, function["output"])


def _message(message: Json) -> HistoryMessage:
    return HistoryMessage(message["role"], tuple(map(_part, message["content"])))


def _part(part: Json) -> str | ImagePart:
    if part["type"] == "text":
        return str(part["text"]["value"])
    if part["type"] == "image_url":
        return ImagePart(part["image_url"]["url"], part["image_url"]["detail"])
    if part["type"] == "refusal":
        return str(part["refusal"])
    return f"(The image {part['image_file']['file_id']} is not shown.)"
