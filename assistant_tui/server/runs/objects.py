"""Makes runs and their steps as the API defines them, and moves them from state to state."""

import json
from collections.abc import Mapping
from typing import Any

from assistant_tui.core.runs import FINAL, NEXT
from assistant_tui.server.errors import ApiError
from assistant_tui.server.store.interface import Event, ObjectKind
from assistant_tui.server.store.paging import Json

RUN = ObjectKind("thread.run", "run", members={"tools": list, "status": str})
"""The parent of a run is its thread."""
STEP = ObjectKind("thread.run.step", "step", members={"step_details": dict})
"""The parent of a step is its run."""
CONTEXT = ObjectKind("assistant_tui.run_context", "context", members={"items": list})
"""What a run needs beyond what the API shows of it. The parent is the run; there is one."""

LIFETIME = 600
"""Seconds after its creation in which a run must have ended."""

_FROM_ASSISTANT = ("model", "instructions", "tools", "temperature", "top_p", "response_format")
_TIMES: Mapping[str, str] = {
    "completed": "completed_at",
    "failed": "failed_at",
    "cancelled": "cancelled_at",
    "expired": "expired_at",
}
"""The member that holds when a run or a step came to each state."""


def run_fields(assistant: Json, thread_id: str, body: Json) -> Json:
    """The fields of a new run: what it was started with, whatever the assistant becomes later.

    Args:
        assistant: as it is now.
        thread_id: of the thread that is run.
        body: the request, which may override settings of the assistant; null overrides nothing.
    """
    given = {key: value for key, value in body.items() if value is not None}
    settings = {key: given.get(key, assistant[key]) for key in _FROM_ASSISTANT}
    instructions = (settings.pop("instructions") or "", given.get("additional_instructions", ""))
    return {
        "thread_id": thread_id,
        "assistant_id": assistant["id"],
        "status": "queued",
        "required_action": None,
        "last_error": None,
        "expires_at": None,
        "started_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "incomplete_details": None,
        **settings,
        "instructions": "\n\n".join(filter(None, instructions)),
        "metadata": given.get("metadata", {}),
        "usage": None,
        "max_prompt_tokens": _whole(given.get("max_prompt_tokens")),
        "max_completion_tokens": _whole(given.get("max_completion_tokens")),
        "truncation_strategy": _truncation(given.get("truncation_strategy", {})),
        "tool_choice": given.get("tool_choice", "auto"),
        "parallel_tool_calls": given.get("parallel_tool_calls", True),
        "reasoning_effort": given.get("reasoning_effort", assistant.get("reasoning_effort")),
    }


def _whole(value: float | None) -> int | None:
    """An integer that may have been sent as 1.0."""
    return None if value is None else int(value)


def _truncation(given: Json) -> Json:
    """A truncation strategy with all of its members."""
    return {"type": "auto", **given, "last_messages": _whole(given.get("last_messages"))}


def moved(run: Json, status: str, now: int, **members: Any) -> Json:
    """The run in its next state.

    Args:
        run: in a state that this one may follow.
        status: the new one.
        now: Unix seconds.
        members: what else changes.
    """
    assert status in NEXT[run["status"]], f"{run['status']} to {status}"
    changed = {**run, **members, "status": status}
    if status == "in_progress" and run["started_at"] is None:
        changed["started_at"] = now
    if status in _TIMES:
        changed[_TIMES[status]] = now
    if status in FINAL:
        changed |= {"required_action": None, "expires_at": None}
    elif status == "queued":
        changed["required_action"] = None
    return changed


def run_event(run: Json) -> Event:
    """The event about the state of a run."""
    return Event(f"thread.run.{run['status']}", to_json(run))


DONE = Event("done", "[DONE]")
"""The end of a stream: the run has ended, or waits for outputs."""


def step_fields(run: Json, details: Json) -> Json:
    """The fields of a new step; `details` is its `step_details`."""
    return {
        "run_id": run["id"],
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "type": details["type"],
        "status": "in_progress",
        "cancelled_at": None,
        "completed_at": None,
        "expires_at": run["expires_at"],
        "expired_at": None,
        "failed_at": None,
        "last_error": None,
        "step_details": details,
        "metadata": {},
        "usage": None,
    }


def ended_step(step: Json, status: str, now: int, **members: Any) -> Json:
    """The step at its end: `completed`, or as its run ended."""
    return {**step, **members, "status": status, _TIMES[status]: now, "expires_at": None}


def to_json(value: Json) -> str:
    """The object in one line of ASCII, as streams carry it."""
    return json.dumps(value, separators=(",", ":"))


def required_action(calls: list[Json]) -> Json:
    """What a run that waits asks for: outputs of these function calls."""
    asked = [
        {
            "id": call["id"],
            "type": "function",
            "function": {key: call["function"][key] for key in ("name", "arguments")},
        }
        for call in calls
    ]
    return {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}


def refuse_unsupported(run: Json) -> None:
    """Refuse, when a run is created, what no run can do here.

    Raises:
        ApiError: it has a tool that this server does not run.
    """
    if any(tool["type"] == "code_interpreter" for tool in run["tools"]):
        message = (
            "This server does not run code: code_interpreter is not available here. Take it out of"
            " the tools of the assistant, give 'tools' for this run, or offer a function of yours"
            " that runs code and submit its output."
        )
        raise ApiError(message, code="unsupported_tool", param="tools")
