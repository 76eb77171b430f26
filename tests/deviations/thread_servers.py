"""How known servers bend threads, runs and streams: one entry a server."""

import json
from collections.abc import Iterable, Iterator

from tests.fakeserver.requests import Json
from tests.fakeserver.thread_rules import Event, ThreadRules


def _without(events: list[Event], *names: str) -> list[Event]:
    return [event for event in events if event[0] not in names]


def _only_names(event: Event) -> str:
    """Without an `event:` line: name and data are both inside of the data."""
    return f"data: {json.dumps({'event': event[0], 'data': event[1]})}\n\n"


def _open_assistant_api(events: list[Event]) -> Iterator[Event]:
    """Never says `done`; says `completed` of a run that waits, and what was used in a message."""
    for name, data in _without(events, "done"):
        yield name, data
        if name == "thread.run.requires_action":
            yield "thread.run.completed", {**data, "status": "completed"}
    used = {"prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10}
    foreign = {"id": "msg_usage", "object": "thread.message", "thread_id": "", "role": "assistant"}
    yield (
        "thread.message.in_progress",
        {**foreign, "status": "in_progress", "content": [], "metadata": {"usage": used}},
    )


def _astra(events: list[Event]) -> Iterator[Event]:
    """Ends without a word; the index rises with each piece; there are no steps."""
    index = 0
    for name, data in events:
        if "step" in name or name in ("thread.message.completed", "thread.run.completed", "done"):
            continue
        if name == "thread.message.delta":
            data = _with_index(data, index)
            index += 1
        yield name, data


def _bella(events: list[Event]) -> Iterator[Event]:
    """Thoughts come in pieces of a message that have no content; steps wait as their run does."""
    for name, data in events:
        if name == "thread.run.step.created" and data["type"] == "tool_calls":
            data = {**data, "status": "requires_action"}
        if name == "thread.message.created":
            yield name, data
            for thought in ("Let me ", "think."):
                inside = {"reasoning_content": thought, "role": "assistant"}
                yield (
                    "thread.message.delta",
                    {"id": data["id"], "object": "thread.message.delta", "delta": inside},
                )
        else:
            yield name, data


def _leapfrog(events: list[Event]) -> Iterator[Event]:
    """The run is stored as completed; each piece has an id of its own, and there are no steps."""
    for at, (name, data) in enumerate(events):
        if "step" in name or name == "thread.run.completed":
            continue
        if name == "thread.message.delta":
            data = {**_with_index(data, at), "id": f"random_{at}"}
        if name.startswith("thread.run."):
            data = {**data, "status": "completed"}
        yield name, data


def _with_index(delta: Json, index: int) -> Json:
    (part,) = delta["delta"]["content"]
    return {**delta, "delta": {"content": [{**part, "index": index}]}}


def _myla(events: list[Event]) -> Iterable[Event]:
    """Pieces of text under names of its own, and no end."""
    for name, data in events:
        if name == "thread.message.delta":
            (part,) = data["delta"]["content"]
            yield "message", {"c": part["text"]["value"]}


def _text_as_list(message: Json) -> Json:
    content = [
        {**part, "text": [part["text"]]} if part["type"] == "text" else part
        for part in message["content"]
    ]
    return {**message, "content": content}


def _float_times(value: Json) -> Json:
    return {**value, "created_at": float(value["created_at"])}


def _foundry(events: list[Event]) -> Iterator[Event]:
    """Everything is told twice."""
    for event in events:
        yield event
        if not event[0].endswith(".delta"):
            yield event


NO_ROUTE: dict[str, int] = {"list": 404}
THREAD_SERVERS: dict[str, ThreadRules] = {
    "as documented": ThreadRules(absent=NO_ROUTE),
    "Open Assistant API": ThreadRules(
        bend=_open_assistant_api, message=_float_times, run=_float_times, absent=NO_ROUTE
    ),
    "Astra": ThreadRules(
        bend=_astra,
        encode=_only_names,
        absent={"steps": 404, "cancel": 405},
        call_id="call_of_the_run",
        has_cursor=False,
        lists_all_runs=True,
    ),
    "Bella": ThreadRules(bend=_bella, absent={"delete": 501}),
    "LeapfrogAI": ThreadRules(
        bend=_leapfrog,
        absent={"list": 404, "steps": 501, "cancel": 501},
        end=lambda text: text.rstrip("\n"),
    ),
    "myla": ThreadRules(bend=_myla, message=_text_as_list, absent={"cancel": 405}),
    "myla, not asked in the query": ThreadRules(
        streams=False, message=_text_as_list, absent={"cancel": 405}
    ),
    "LiteLLM": ThreadRules(
        absent={**NO_ROUTE, "steps": 404, "cancel": 404, "run": 404, "runs": 404}
    ),
    "without streams and lists": ThreadRules(
        streams=False, absent={**NO_ROUTE, "steps": 404, "cancel": 404, "runs": 404}
    ),
    "Foundry": ThreadRules(
        bend=_foundry,
        extra_steps=({"type": "activities", "activities": [{"type": "mcp_list_tools"}]},),
    ),
    "without metadata": ThreadRules(keeps_metadata=False, absent=NO_ROUTE),
    "with a broken stream": ThreadRules(breaks_after=6, absent=NO_ROUTE),
    "with a stream of no events": ThreadRules(
        encode=lambda event: ": nothing\n\n", absent=NO_ROUTE
    ),
}
"""By name."""
