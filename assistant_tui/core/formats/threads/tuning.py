"""Threads as examples for fine-tuning: a line of JSON with the `messages` and `tools` of a chat."""

from collections.abc import Iterator, Sequence
from typing import Any

from assistant_tui.core.formats.threads.arranging import ArrangedThread, arrange, grouped_calls
from assistant_tui.core.formats.threads.losses import Losses, add_settings
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import write_json
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.objects import Message
from assistant_tui.core.threads.reading import object_in, objects_in, text_in

Json = dict[str, Any]


def write(record: ThreadRecord) -> str:
    """The line, with its end.

    Raises:
        ValueError: no assistant has answered in the thread, so that there is nothing to learn.
    """
    return write_json(_example(arrange(record), Losses())) + "\n"


def losses(record: ThreadRecord) -> tuple[str, ...]:
    """What the example leaves out. Raises ValueError as `write`."""
    found, thread = Losses(), arrange(record)
    add_settings(found, thread)
    _example(thread, found)
    return found.told


def _example(thread: ArrangedThread, lost: Losses) -> Json:
    messages = [*_system(thread, lost), *_messages(thread.entries, lost)]
    while messages and messages[-1]["role"] != "assistant":
        messages.pop()
        lost.add("the end of the thread, which no assistant answers")
    if not messages:
        raise ValueError("no assistant has answered in it: there is nothing to tune by")
    tools = [*_tools(thread, lost)]
    return {"messages": messages, **({"tools": tools} if tools else {})}


def _system(thread: ArrangedThread, lost: Losses) -> Iterator[Json]:
    """The instructions of the last run."""
    said = [text_in(run.raw.get("instructions")) for run in thread.runs]
    if said and said[-1]:
        yield {"role": "system", "content": said[-1]}
    if any(each != said[-1] for each in said):
        lost.add("other instructions of earlier runs")


def _tools(thread: ArrangedThread, lost: Losses) -> Iterator[Json]:
    """The functions that the runs had, those of later ones first."""
    functions: dict[str, Json] = {}
    for run in reversed(thread.runs):
        for tool in objects_in(run.raw.get("tools")):
            function = object_in(tool.get("function"))
            name = text_in(function.get("name"))
            if tool.get("type") == "function" and name:
                functions.setdefault(name, function)
            else:
                lost.add(f"the tool {text_in(tool.get('type'))[:40]}")
    yield from ({"type": "function", "function": each} for each in functions.values())


def _messages(entries: Sequence[Entry], lost: Losses) -> Iterator[Json]:
    numbers = iter(range(1, 1 + len(entries)))
    for group in grouped_calls(entries):
        if isinstance(group, list):
            yield from _calls(group, lost, numbers)
        elif group.message is not None and group.text:
            if group.kind is EntryKind.USER:
                yield {"role": "user", "content": _content(group.message, lost)}
            else:
                yield {"role": "assistant", "content": group.text}
        elif group.kind is EntryKind.STEP:
            lost.add("steps of an unknown kind")


def _content(message: Message, lost: Losses) -> str | list[Json]:
    """A text, or parts where there are images that a web address leads to."""
    parts: list[Json] = []
    for part in message.parts:
        if part.kind == "image_url":
            parts.append({"type": "image_url", "image_url": part.raw.get("image_url")})
            continue
        if part.kind == "image_file":
            lost.add("images in files: they are not uploaded anew, their ids stand in the text")
        parts.append({"type": "text", "text": part.text})
    if any(part["type"] != "text" for part in parts):
        return parts
    return "\n\n".join(part["text"] for part in parts)


def _calls(entries: Sequence[Entry], lost: Losses, numbers: Iterator[int]) -> Iterator[Json]:
    """The calls that a model made at once, and their outputs; each call gets an id of its own."""
    made: list[Json] = []
    outputs: list[Json] = []
    for call in (each.call for each in entries):
        assert call is not None
        if call.kind != "function":
            lost.add(f"calls of {call.kind[:40]}")
        elif call.output is None:
            lost.add("calls of functions without an output")
        else:
            identity = f"call_{next(numbers)}"
            function = {"name": call.name, "arguments": call.arguments}
            made.append({"id": identity, "type": "function", "function": function})
            outputs.append({"role": "tool", "tool_call_id": identity, "content": call.output})
    if made:
        yield {"role": "assistant", "tool_calls": made}
        yield from outputs
