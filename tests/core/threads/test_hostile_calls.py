"""Calls in streams without end: what they cost in time and memory stays in proportion."""

import sys
import time
import tracemalloc
from collections.abc import Iterable
from types import FrameType
from typing import Any

from assistant_tui.core.threads.entry_list import MOST_TEXT
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.transcript import Transcript


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


def functions_called(events: Iterable[ThreadEvent], transcript: Transcript) -> int:
    """How many functions are called to apply events: the same on any machine."""
    called = 0

    def count(frame: FrameType, what: str, argument: object) -> None:
        nonlocal called
        called += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        for event in events:
            transcript.apply(event)
    finally:
        sys.setprofile(before)
    return called


def test_output_and_arguments_that_come_in_many_pieces() -> None:
    """Ten times as many cost about ten times as much, and not a hundred times."""

    def seconds(call: dict[str, Any], count: int) -> float:
        transcript = begun()
        pieces = [piece("step_1", **call)] * count
        began = time.process_time()
        for each in pieces:
            transcript.apply(each)
        took = time.process_time() - began
        (entry,) = transcript.entries
        assert entry.call is not None
        assert len(entry.call.output or entry.call.arguments) == count * 50
        return took

    for call in (logs("x" * 50), function("x" * 50)):
        few = min(seconds(call, 2_000) for _ in range(3))
        assert seconds(call, 20_000) < 40 * few


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
    few, many = functions_to_ask_for(100), functions_to_ask_for(1_000)
    assert many < 15 * few


def functions_to_ask_for(count: int) -> int:
    """How many functions are called to read a run that waits for so many calls, three times."""
    transcript = begun()
    for at in range(count):
        transcript.apply(piece("step_1", at, **function()))
    asked = [{"id": f"c{at}", **function()} for at in range(count)]
    required = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": asked}}
    events = [run("requires_action", required_action=required, started_at=at) for at in range(3)]
    called = functions_called(events, transcript)
    assert len(transcript.waiting) == count
    return called
