"""Calls and other steps stand in a transcript, however their pieces come."""

from assistant_tui.core.threads.objects import read_run
from assistant_tui.core.threads.transcript import EntryKind
from tests.core.threads.support import (
    applied,
    call_delta,
    calls_step,
    event,
    function,
    run,
    shown,
    step,
    waiting_run,
)

ORDER = function("get_order", '{"id": 7}')


def test_calls_of_one_id_are_two() -> None:
    one, two = (function("f", f'{{"n": {n}}}', "same") for n in (1, 2))
    transcript = applied(event(run("in_progress")), event(waiting_run(one, two)))
    assert shown(transcript) == [("CALL", 'f({"n": 1})'), ("CALL", 'f({"n": 2})')]
    keys = [entry.key for entry in transcript.waiting]
    assert len({*keys}) == 2
    transcript.answered({keys[0]: "a", keys[1]: "b"})
    transcript.apply(event(waiting_run(function("f", '{"n": 3}', "same"))))
    assert [entry.text for entry in transcript.waiting] == ['{"n": 3}']
    assert len(transcript.entries) == 3
    kept = transcript.replace([], [read_run(run("completed"))], None)
    assert len(transcript.entries) == 3, kept
    outputs = [entry.call.output for entry in transcript.entries if entry.call]
    assert outputs == ["a", "b", None]


def test_pieces_of_calls_without_an_index() -> None:
    transcript = applied(
        event(run("in_progress")),
        call_delta("s", id="a", type="function", function={"name": "f", "arguments": '{"x'}),
        call_delta("s", function={"arguments": '": 1}'}),
        call_delta("s", id="b", type="function", function={"name": "g", "arguments": "{}"}),
        call_delta("s", id="a", function={"arguments": " "}),
    )
    assert shown(transcript) == [("CALL", 'f({"x": 1} )'), ("CALL", "g({})")]


def test_a_name_is_not_lost_to_an_empty_one() -> None:
    transcript = applied(
        event(run("in_progress")),
        call_delta("s", index=0, id="a", type="function", function={"name": "f", "arguments": "{"}),
        call_delta("s", index=0, id="", type="function", function={"name": "", "arguments": "}"}),
    )
    assert shown(transcript) == [("CALL", "f({})")]
    call = transcript.entries[0].call
    assert call is not None and call.id == "a"


def test_a_step_of_an_unknown_kind_is_shown_as_json() -> None:
    details = {"type": "activities", "activities": [{"type": "mcp_list_tools"}]}
    transcript = applied(event(run("in_progress")), event(step("s", "completed", details)))
    assert [each.kind for each in transcript.entries] == [EntryKind.STEP]
    assert '"mcp_list_tools"' in transcript.entries[0].text


def test_a_step_that_waits_as_its_run_does_has_not_ended() -> None:
    transcript = applied(
        event(run("in_progress")),
        event(calls_step("step_1", "requires_action", ORDER)),
        event(waiting_run(ORDER)),
    )
    (entry,) = transcript.waiting
    assert entry is transcript.entries[0] and not entry.complete


def test_an_unknown_action_waits_without_calls() -> None:
    action = {"type": "sign", "sign": {}}
    transcript = applied(event(run("requires_action", required_action=action)))
    assert transcript.run is not None and transcript.run.required is not None
    assert transcript.run.required.raw == action and not transcript.waiting
