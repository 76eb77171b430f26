"""Calls in streams without end: what they cost in time and memory stays in proportion."""

import time
import tracemalloc
from typing import Any

from assistant_tui.core.threads.entry_list import MOST_TEXT
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.transcript import Transcript

SECONDS = 5.0
"""Processor time that is far above what each of these takes, and far below what it once took."""


def begun(most_text: int = MOST_TEXT) -> Transcript:
    """A transcript in which a run is under way."""
    transcript = Transcript("thread_1", most_text=most_text)
    transcript.apply(run("queued"))
    return transcript


def run(status: str, **fields: Any) -> ThreadEvent:
    """An event about the run."""
    data = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1", "status": status}
    return ThreadEvent(f"thread.run.{status}", {**data, **fields})


def piece(step: str, index: int = 0, **call: Any) -> ThreadEvent:
    """A piece of a call."""
    details = {"type": "tool_calls", "tool_calls": [{"index": index, "id": f"c{index}", **call}]}
    return ThreadEvent("thread.run.step.delta", {"id": step, "delta": {"step_details": details}})


def function(arguments: str = "{}") -> dict[str, Any]:
    """A call of a function, or a piece of one."""
    return {"type": "function", "function": {"name": "f", "arguments": arguments}}


def logs(text: str) -> dict[str, Any]:
    """What the code interpreter has printed."""
    outputs = [{"type": "logs", "logs": text}]
    return {"type": "code_interpreter", "code_interpreter": {"outputs": outputs}}


def took(events: Any, transcript: Transcript) -> float:
    """The processor time of events."""
    began = time.process_time()
    for event in events:
        transcript.apply(event)
    return time.process_time() - began


def test_output_and_arguments_that_come_in_many_pieces() -> None:
    for call in (logs("x" * 50), function("x" * 10)):
        transcript = begun()
        assert took((piece("step_1", **call) for _ in range(20_000)), transcript) < SECONDS
        (entry,) = transcript.entries
        assert entry.call is not None
        assert len(entry.call.output or entry.call.arguments) in (1_000_000, 200_000)


def test_an_output_is_within_the_bounds_of_all_texts() -> None:
    transcript = begun(most_text=10_000)
    for _ in range(1_000):
        transcript.apply(piece("step_1", **logs("x" * 100)))
    call, note = transcript.entries
    assert call.call is not None and len(call.call.output or "") == 10_000
    assert "too much" in note.text


def test_a_call_at_a_far_position_takes_no_room_for_those_before() -> None:
    transcript = begun()
    tracemalloc.start()
    try:
        for at in range(1_000):
            transcript.apply(piece(f"step_{at}", 9_999, **function()))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 20_000_000 and len(transcript.entries) == 1_000


def test_many_calls_that_are_asked_for_again_and_again() -> None:
    transcript = begun()
    for at in range(1_000):
        transcript.apply(piece("step_1", at, **function()))
    asked = [{"id": f"c{at}", **function()} for at in range(1_000)]
    required = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}
    events = [run("requires_action", required_action=required, started_at=at) for at in range(3)]
    assert took(events, transcript) < SECONDS
    assert len(transcript.waiting) == 1_000
