"""Plans how a thread is made anew from a file, in requests as large as the API allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from assistant_tui.core.formats.threads.losses import Losses
from assistant_tui.core.formats.threads.record import ThreadRecord
from assistant_tui.core.json_text import compose, compose_list, read_json, write_json
from assistant_tui.core.raw_json import elements_in, members_in, text_in
from assistant_tui.core.threads.objects import SEND_KEY

AT_ONCE = 32
"""Messages that the API takes with a new thread."""
ORIGIN = "imported_from"
"""The name in a thread's metadata under which the id of the original stands."""
_MOST_PAIRS, _LONGEST_NAME, _LONGEST_VALUE = 16, 64, 512
"""What the API takes as metadata."""
_LONGEST_TEXT = 256_000
"""Characters of a message's text that is sent as one string."""
_NOT_CARRIED = (
    "runs, steps and calls: a new thread begins with its messages alone",
    "times, and who wrote a message in which run",
)


@dataclass(frozen=True)
class ThreadImport:
    """The requests that make a thread anew, as names and exact JSON texts."""

    create: Mapping[str, str]
    """The body of the request for the thread."""
    further: tuple[Mapping[str, str], ...]
    """The bodies of the requests for messages, one after the other."""
    lost: tuple[str, ...]
    """What the new thread will lack, in words. Not made safe for display."""


@dataclass
class _Conversion:
    """The conversion of one thread: what is done with files, and what was lost so far."""

    keep_files: bool
    lost: Losses = field(default_factory=Losses)


def plan_import(record: ThreadRecord, *, keep_files: bool = False) -> ThreadImport:
    """Plan the requests for a thread like the one in a file.

    Args:
        record: what the file holds.
        keep_files: whether the new thread names the same files and vector stores; they have to be
            on the server that it is made on. Otherwise they are left out, and named as lost.
    """
    conversion = _Conversion(keep_files)
    messages = [*filter(None, (_message(text, conversion) for text in record.messages))]
    create = {"messages": compose_list(map(compose, messages[:AT_ONCE]))}
    create["metadata"] = _metadata(record, conversion)
    resources = members_in(record.thread).get("tool_resources", "null")
    if resources not in ("null", "{}"):
        if keep_files:
            create["tool_resources"] = resources
        else:
            conversion.lost.add("the files and vector stores of the thread")
    lost = (*(_NOT_CARRIED if record.runs or record.steps else ()), *conversion.lost.told)
    return ThreadImport(create, tuple(messages[AT_ONCE:]), lost)


def _metadata(record: ThreadRecord, conversion: _Conversion) -> str:
    """The thread's own pairs, and its origin."""
    pairs = _pairs(members_in(record.thread).get("metadata"), conversion)
    pairs.pop(ORIGIN, None)
    for name in [*pairs][_MOST_PAIRS - 2 :]:  # the key that it is sent under is one, too
        conversion.lost.add(f"metadata.{name}: no room beside the origin")
        del pairs[name]
    origin = {ORIGIN: write_json(record.id[:_LONGEST_VALUE])} if record.id else {}
    return compose({**pairs, **origin})


def _pairs(text: str | None, conversion: _Conversion) -> dict[str, str]:
    """The pairs of metadata that the API takes."""
    kept: dict[str, str] = {}
    for name, value in members_in(text).items():
        if name == SEND_KEY:
            continue  # a new one is sent
        fits = value.startswith('"') and len(text_in(value)) <= _LONGEST_VALUE
        if fits and 0 < len(name) <= _LONGEST_NAME and len(kept) < _MOST_PAIRS:
            kept[name] = value
        else:
            conversion.lost.add(f"metadata.{name}: no pair of texts that the API takes")
    return kept


def _message(text: str, conversion: _Conversion) -> dict[str, str] | None:
    """The body of the request for one message; None where there is nothing to send."""
    parts = members_in(text)
    content = _content(parts.get("content"), conversion)
    if content is None:
        conversion.lost.add("messages without content")
        return None
    role = parts.get("role", "null")
    if text_in(role) not in ("user", "assistant"):
        conversion.lost.add(f"the role {role[:40]}: sent as the user's")
        role = '"user"'
    body = {"role": role, "content": content}
    attachments = parts.get("attachments", "null")
    if attachments not in ("null", "[]"):
        if conversion.keep_files:
            body["attachments"] = attachments
        else:
            conversion.lost.add("attachments: their files are not uploaded anew")
    if pairs := _pairs(parts.get("metadata"), conversion):
        body["metadata"] = compose(pairs)
    return body


def _content(text: str | None, conversion: _Conversion) -> str | None:
    """What is sent as the content: a text where it is one alone, else parts."""
    if text is not None and text.startswith('"'):
        return text if text_in(text) else None
    sent = [*filter(None, (_part(each, conversion) for each in elements_in(text)))]
    if not sent:
        return None
    only = members_in(sent[0]).get("text")
    if len(sent) == 1 and only is not None and len(text_in(only)) <= _LONGEST_TEXT:
        return only
    return compose_list(sent)


def _part(text: str, conversion: _Conversion) -> str | None:
    """One content part as a request has it."""
    parts = members_in(text)
    kind = text_in(parts.get("type"))
    if kind == "text" or (not kind and "text" in parts):
        return _text_part(parts.get("text", '""'), conversion)
    if kind == "image_url" or (kind == "image_file" and conversion.keep_files):
        return text
    if kind == "image_file":
        conversion.lost.add(
            "images in files: they are not uploaded anew, their ids stand in the text"
        )
        file_id = text_in(members_in(parts.get(kind)).get("file_id"))
        return _text(write_json(f"[image {file_id}]"))
    if kind == "refusal":
        conversion.lost.add("that a message is a refusal")
        return _text(parts.get(kind, '""'))
    conversion.lost.add(f"content of the type {kind[:40] or 'unknown'}: sent as its JSON")
    return _text(write_json(text))


def _text_part(value: str, conversion: _Conversion) -> str | None:
    """A text, whether it stands by itself or in an object with `value`."""
    if value.startswith("{"):
        inside = members_in(value)
        if elements_in(inside.get("annotations")):
            conversion.lost.add("annotations: citations stay as marks in the text")
        value = inside.get("value", '""')
    if value.startswith("["):
        value = write_json("".join(_texts(value)))
    return _text(value)


def _texts(value: str) -> Iterator[str]:
    for each in elements_in(value):
        yield text_in(members_in(each).get("value") if each.startswith("{") else each)


def _text(value: str) -> str | None:
    """A part with this text, given as JSON; None for an empty one, which the API refuses."""
    try:
        said = read_json(value)
    except ValueError:
        return None
    if not isinstance(said, str) or not said:
        return None
    return compose({"type": '"text"', "text": value})
