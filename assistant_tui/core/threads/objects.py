"""Threads, messages, runs and run steps, read from JSON leniently: no reader raises anything.

What is not known keeps its JSON: a part, a step or a required action of an unknown kind can be
shown, and is never taken for one that is done.
"""

from dataclasses import dataclass
from typing import Any

from assistant_tui.core.runs import ACTIVE, FINAL
from assistant_tui.core.threads.content_parts import Part as Part
from assistant_tui.core.threads.content_parts import name_in, read_part
from assistant_tui.core.threads.reading import Json as Json
from assistant_tui.core.threads.reading import (
    count_in,
    json_of,
    message_of,
    object_in,
    objects_in,
    text_in,
    texts_in,
    time_in,
)

SEND_KEY = "assistant_tui_key"
"""The name in the metadata of what this program sends under which it is found again."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a thread."""

    id: str
    role: str
    parts: tuple[Part, ...]
    status: str
    """`in_progress`, `completed` or `incomplete`; empty where the server does not say."""
    run_id: str
    """The run that wrote it; empty for what a person has sent."""
    assistant_id: str
    created_at: float | None
    attachments: tuple[Json, ...]
    metadata: dict[str, str]
    raw: Json

    @property
    def text(self) -> str:
        """All parts as one text."""
        return "\n\n".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread, without its messages."""

    id: str
    created_at: float | None
    metadata: dict[str, str]
    raw: Json


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool, known by its place: some servers give all calls of a run one id."""

    key: str
    """The id of the step and the position in it, `step_abc#0`."""
    id: str
    kind: str
    """`function`, `file_search`, `code_interpreter`, `mcp`, or what the server said."""
    name: str
    arguments: str
    """JSON for a function, code for the code interpreter; perhaps unfinished."""
    output: str | None
    """None until there is one."""
    raw: Json


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of a run or a step, as the server counted them."""

    prompt: int
    completion: int
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a run: a message that it wrote, or calls of tools, or something unknown."""

    id: str
    run_id: str
    kind: str
    """`message_creation`, `tool_calls`, or what the server said."""
    status: str
    calls: tuple[ToolCall, ...]
    message_id: str
    """The message that a `message_creation` wrote; else empty."""
    created_at: float | None
    ended_at: float | None
    usage: Usage | None
    error: str
    raw: Json


@dataclass(frozen=True, slots=True)
class RequiredAction:
    """What a run waits for."""

    kind: str
    """`submit_tool_outputs`, `submit_tool_approval`, or what the server said."""
    calls: tuple[ToolCall, ...]
    """Those that want an output or an approval; perhaps none where the kind is unknown."""
    raw: Json

    @property
    def is_known(self) -> bool:
        """Whether this program knows how to answer it."""
        return self.kind in ("submit_tool_outputs", "submit_tool_approval") and bool(self.calls)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of an assistant on a thread."""

    id: str
    thread_id: str
    assistant_id: str
    status: str
    model: str
    required: RequiredAction | None
    error: str
    """Why it failed, in the server's words; empty otherwise."""
    incomplete: str
    """Why it is incomplete, e.g. `max_completion_tokens`; empty otherwise."""
    usage: Usage | None
    created_at: float | None
    started_at: float | None
    ended_at: float | None
    notes: tuple[str, ...]
    """What the embedded server says about it, e.g. a setting that its backend did not take."""
    raw: Json

    @property
    def is_active(self) -> bool:
        """Whether the thread takes nothing else while this run lasts."""
        return self.status in ACTIVE

    @property
    def is_final(self) -> bool:
        """Whether nothing follows. A state that is not known is neither active nor final."""
        return self.status in FINAL


def read_thread(raw: Any) -> Thread:
    """Read a thread."""
    value = object_in(raw)
    metadata = texts_in(value.get("metadata"))
    return Thread(text_in(value.get("id")), time_in(value.get("created_at")), metadata, value)


def read_message(raw: Any) -> Message:
    """Read a message, its content a list of parts, one part, or a bare text."""
    value = object_in(raw)
    content = value.get("content")
    listed = content if isinstance(content, list) else [] if content is None else [content]
    return Message(
        id=text_in(value.get("id")),
        role=text_in(value.get("role")) or "assistant",
        parts=tuple(read_part(part) for part in listed),
        status=text_in(value.get("status")),
        run_id=text_in(value.get("run_id")),
        assistant_id=text_in(value.get("assistant_id")),
        created_at=time_in(value.get("created_at")),
        attachments=tuple(objects_in(value.get("attachments"))),
        metadata=texts_in(value.get("metadata")),
        raw=value,
    )


def read_run(raw: Any) -> Run:
    """Read a run."""
    value = object_in(raw)
    identity = text_in(value.get("id"))
    ends = ("completed_at", "failed_at", "cancelled_at", "expired_at")
    notes = value.get("notes")
    return Run(
        id=identity,
        thread_id=text_in(value.get("thread_id")),
        assistant_id=text_in(value.get("assistant_id")),
        status=text_in(value.get("status")),
        model=text_in(value.get("model")),
        required=_required(value.get("required_action"), identity),
        error=_error(value.get("last_error")),
        incomplete=text_in(object_in(value.get("incomplete_details")).get("reason")),
        usage=read_usage(value.get("usage")),
        created_at=time_in(value.get("created_at")),
        started_at=time_in(value.get("started_at")),
        ended_at=next(filter(None, (time_in(value.get(name)) for name in ends)), None),
        notes=tuple(text_in(note) for note in notes) if isinstance(notes, list) else (),
        raw=value,
    )


def _required(raw: Any, run_id: str) -> RequiredAction | None:
    if not raw:
        return None
    value = object_in(raw)
    kind = text_in(value.get("type"))
    listed = object_in(value.get(kind)).get("tool_calls")
    calls = (read_call(call, f"{run_id}#{at}") for at, call in enumerate(objects_in(listed)))
    return RequiredAction(kind or "unknown", tuple(calls), value or {"required_action": raw})


def _error(raw: Any) -> str:
    message = next(filter(None, message_of(raw)), "")
    code = text_in(object_in(raw).get("code"))
    return f"{message} ({code})" if message and code else message or code


def read_usage(raw: Any) -> Usage | None:
    """Read what was used; None where the server does not say."""
    value = object_in(raw)
    if not any(name in value for name in ("prompt_tokens", "completion_tokens", "total_tokens")):
        return None
    prompt = count_in(value.get("prompt_tokens"))
    completion = count_in(value.get("completion_tokens"))
    return Usage(prompt, completion, count_in(value.get("total_tokens")) or prompt + completion)


def read_step(raw: Any) -> Step:
    """Read a run step."""
    value = object_in(raw)
    identity = text_in(value.get("id"))
    details = object_in(value.get("step_details"))
    listed = objects_in(details.get("tool_calls"))
    created = object_in(details.get("message_creation"))
    ends = ("completed_at", "failed_at", "cancelled_at", "expired_at")
    return Step(
        id=identity,
        run_id=text_in(value.get("run_id")),
        kind=text_in(value.get("type")) or text_in(details.get("type")) or "unknown",
        status=text_in(value.get("status")),
        calls=tuple(read_call(call, f"{identity}#{at}") for at, call in enumerate(listed)),
        message_id=text_in(created.get("message_id")),
        created_at=time_in(value.get("created_at")),
        ended_at=next(filter(None, (time_in(value.get(name)) for name in ends)), None),
        usage=read_usage(value.get("usage")),
        error=_error(value.get("last_error")),
        raw=value,
    )


def read_call(raw: Any, key: str) -> ToolCall:
    """Read a call of a tool, or as much of it as a delta has."""
    value = object_in(raw)
    kind = text_in(value.get("type")) or ("function" if "function" in value else "unknown")
    inside = object_in(value.get(kind))
    fields = {**value, **inside}
    known = ("function", "mcp", "code_interpreter")
    arguments = fields.get("input" if kind == "code_interpreter" else "arguments")
    given = kind in known or arguments is not None
    return ToolCall(
        key=key,
        id=text_in(value.get("id")),
        kind=kind,
        name=text_in(fields.get("name")) or ("" if kind == "function" else kind),
        arguments=text_in(arguments) if given else json_of(inside) if inside else "",
        output=_output(fields),
        raw=value,
    )


def _output(fields: Json) -> str | None:
    """The output of a call: as it was submitted, or what the code interpreter has shown."""
    if fields.get("output") is not None:
        return text_in(fields["output"])
    outputs = objects_in(fields.get("outputs"))
    if not outputs:
        return None
    return "".join(
        text_in(each.get("logs"))
        if each.get("type") == "logs"
        else f"[image {name_in(each.get('image'), 'file_id')}]\n"
        for each in outputs
    )
