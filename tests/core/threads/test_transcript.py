"""A transcript shows what happened in a thread, whatever events come, and how often."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.threads.events import ThreadEvent, piece_of_text
from assistant_tui.core.threads.objects import Usage, read_message, read_run, read_step
from assistant_tui.core.threads.transcript import Change, ChangeKind, EntryKind, Transcript
from tests.core.threads.support import (
    RUN,
    THREAD,
    applied,
    call_delta,
    calls_step,
    changes_of,
    delta,
    event,
    function,
    message,
    message_step,
    run,
    shown,
    waiting_run,
)

ASKED = message("msg_0", "Where is it?", "user")
ORDER = function("get_order", '{"id": 7}')
ANSWERED = function("get_order", '{"id": 7}', output="sent")
DONE = ThreadEvent("done", {})
WHOLE = [
    event(ASKED),
    event(run("queued")),
    event(run("in_progress")),
    event(calls_step("step_1", "in_progress")),
    call_delta(
        "step_1",
        index=0,
        id="call_1",
        type="function",
        function={"name": "get_order", "arguments": ""},
    ),
    call_delta("step_1", index=0, type="function", function={"arguments": '{"id":'}),
    call_delta("step_1", index=0, type="function", function={"arguments": " 7}"}),
    event({**waiting_run(ORDER)}),
    DONE,
    event(run("queued")),
    event(run("in_progress")),
    event(calls_step("step_1", "completed", ANSWERED)),
    event(message("msg_1", None)),
    event(message_step("step_2", "in_progress", "msg_1")),
    delta("msg_1", "It is"),
    delta("msg_1", " on its way."),
    event(message("msg_1", "It is on its way.", created_at=103)),
    event(message_step("step_2", "completed", "msg_1")),
    event(run("completed", usage={"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13})),
    DONE,
]
HELD = (
    [read_message(ASKED), read_message(message("msg_1", "It is on its way.", created_at=103))],
    [read_run(WHOLE[-2].data)],
    [
        read_step(calls_step("step_1", "completed", ANSWERED)),
        read_step(message_step("step_2", "completed", "msg_1")),
    ],
)
TOLD = [
    ("USER", "Where is it?"),
    ("CALL", 'get_order({"id": 7})'),
    ("ASSISTANT", "It is on its way."),
]


def what(transcript: Transcript) -> list[Any]:
    """All that is shown but for what no server holds."""
    return [
        (each.key, *each.shown())
        for each in transcript.entries
        if each.kind is not EntryKind.REASONING
    ]


def test_a_whole_run_with_a_call() -> None:
    waiting = applied(*WHOLE[:9])
    assert [entry.text for entry in waiting.waiting] == ['{"id": 7}']
    assert waiting.run is not None and waiting.run.required is not None
    assert waiting.run.required.calls[0].key == "step_1#0" == waiting.waiting[0].key

    waiting.answered({"step_1#0": "sent"})
    assert not waiting.waiting
    ended = applied(*WHOLE[9:], transcript=waiting)
    assert shown(ended) == TOLD
    assert all(entry.complete for entry in ended.entries)
    assert ended.run is not None and ended.run.usage == Usage(9, 4, 13)
    assert ended.last_text == "It is on its way."
    assert ended.replace(*HELD) == [], "what the server holds is what was shown"


def test_a_thread_that_is_opened_has_its_calls_where_they_happened() -> None:
    opened = Transcript(THREAD)
    changes = opened.replace(*HELD)
    assert shown(opened) == TOLD
    assert [change.kind for change in changes] == [ChangeKind.ADDED] * 3 + [ChangeKind.CHANGED]
    assert opened.replace(*HELD) == []


@given(st.lists(st.sampled_from(range(len(WHOLE))), max_size=40), st.randoms())
def test_events_in_any_duplication_end_as_the_server_says(also: list[int], random: Any) -> None:
    places = [*range(len(WHOLE)), *also]
    random.shuffle(places)
    alone = Transcript(THREAD)
    alone.replace(*HELD)
    for order in (places, sorted(places)):
        streamed = applied(*(WHOLE[place] for place in order))
        streamed.replace(*HELD)
        assert what(streamed) == what(alone)
        assert streamed.run == alone.run
        assert streamed.replace(*HELD) == []


@given(st.lists(st.sampled_from(range(len(WHOLE))), max_size=20))
def test_changes_tell_all_that_changes(also: list[int]) -> None:
    """Whoever follows the changes alone sees what the transcript holds."""
    transcript, seen = Transcript(THREAD), dict[str, str]()

    def follow(changes: Any) -> None:
        for kind, entry, text in changes:
            if kind is ChangeKind.RESET:
                seen.clear()
                seen.update({each.key: each.text for each in transcript.entries})
            elif entry is not None and kind is ChangeKind.APPENDED:
                seen[entry.key] += text
            elif entry is not None and kind is ChangeKind.REMOVED:
                del seen[entry.key]
            elif entry is not None:
                seen[entry.key] = entry.text

    for place in sorted([*range(len(WHOLE)), *also]):
        follow(transcript.apply(WHOLE[place]))
        assert seen == {each.key: each.text for each in transcript.entries}
    follow(transcript.replace(*HELD))
    assert list(seen.items()) == [(each.key, each.text) for each in transcript.entries]


def test_a_piece_is_told_alone() -> None:
    transcript = applied(event(run("in_progress")), delta("msg_1", "It is"))
    assert transcript.apply(delta("msg_1", " here")) == [
        Change(ChangeKind.APPENDED, transcript.entries[-1], " here")
    ]
    assert transcript.entries[-1].length == len("It is here")


def test_pieces_with_ids_of_their_own_and_rising_indices_belong_to_the_open_message() -> None:
    begun = [event(run("completed")), event(message("msg_1", None))]  # stored as ended at once
    rising = [
        delta(f"random_{at}", {"index": at, "type": "text", "text": {"value": piece}})
        for at, piece in enumerate(["Once", " upon", " a time"])
    ]
    transcript = applied(*begun, *rising)
    assert shown(transcript) == [("ASSISTANT", "Once upon a time")]
    assert transcript.entries[0].key == "msg_1"


def test_pieces_without_a_message_open_one() -> None:
    transcript = applied(piece_of_text("Hel"), piece_of_text("lo"))
    assert shown(transcript) == [("ASSISTANT", "Hello")]
    transcript.replace([read_message(message("msg_9", "Hello"))], [], None)
    assert [each.key for each in transcript.entries] == ["msg_9"]


def test_thoughts_stand_before_the_message_and_stay() -> None:
    transcript = applied(
        event(run("in_progress")),
        event(message("msg_1", None)),
        delta("msg_1", reasoning_content="The order"),
        delta("msg_1", reasoning_content=" number?"),
        delta("msg_1", "Seven."),
    )
    thoughts = ("REASONING", "The order number?")
    assert shown(transcript) == [thoughts, ("ASSISTANT", "Seven.")]
    assert transcript.entries[0].complete and not transcript.entries[1].complete
    transcript.replace([read_message(message("msg_1", "Seven."))], [read_run(run("completed"))], [])
    assert shown(transcript) == [thoughts, ("ASSISTANT", "Seven.")]


def test_a_run_that_waits_is_not_done_whatever_follows() -> None:
    transcript = applied(event(waiting_run(ORDER)), event(run("completed")))
    assert transcript.run is not None and transcript.run.status == "requires_action"
    assert [entry.call and entry.call.name for entry in transcript.waiting] == ["get_order"]


def test_a_request_for_calls_that_comes_late_is_passed_over() -> None:
    transcript = applied(event(waiting_run(ORDER)))
    transcript.answered({transcript.waiting[0].key: "sent"})
    assert changes_of(transcript, [event(waiting_run(ORDER))]) == []
    assert not transcript.waiting and len(transcript.entries) == 1


def test_usage_in_a_message_of_no_thread_is_of_the_run() -> None:
    used = {"usage": '{"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}'}
    foreign = message("msg_x", "", thread_id="", status="in_progress", metadata=used)
    transcript = applied(event(run("in_progress")), event(foreign))
    assert shown(transcript) == []
    assert transcript.run is not None and transcript.run.usage == Usage(1, 2, 3)


@pytest.mark.parametrize(
    "foreign",
    [
        event(run("failed", id="run_2")),
        event(run("failed", thread_id="thread_2")),
        event(message("msg_2", "Buy!", run_id="run_2")),
        event(message("msg_2", "Buy!", thread_id="thread_2")),
        event({**calls_step("s", "completed", ORDER), "run_id": "run_2"}),
        event({**calls_step("s", "completed", ORDER), "thread_id": "thread_2"}),
        ThreadEvent("thread.message.completed", {}),
        ThreadEvent("thread.run.step.completed", {"object": "thread.run.step"}),
        ThreadEvent("thread.run.completed", {"delta": 1}),
        ThreadEvent("weather.sunny", {"id": "x"}),
        ThreadEvent("thread.message.delta", {"delta": {"content": 7}}),
        ThreadEvent("thread.run.step.delta", {"delta": {"step_details": [7]}}),
    ],
)
def test_what_is_foreign_or_empty_changes_nothing(foreign: ThreadEvent) -> None:
    transcript = applied(event(run("in_progress")), delta("msg_1", "Here"))
    assert changes_of(transcript, [foreign]) == []
    assert shown(transcript) == [("ASSISTANT", "Here")]
    assert transcript.run is not None and transcript.run.status == "in_progress"


def test_the_next_run_is_followed_when_asked_for() -> None:
    transcript = applied(event(run("completed")))
    other = event(run("queued", id="run_2", created_at=200))
    assert changes_of(transcript, [other]) == []
    transcript.follow()
    transcript.apply(other)
    assert transcript.run is not None and transcript.run.id == "run_2"
    assert [*transcript.runs] == [RUN, "run_2"]


@pytest.mark.parametrize(
    ("ended", "note"),
    [
        (run("failed", last_error={"message": "No credit."}), "failed: No credit."),
        (run("incomplete", incomplete_details={"reason": "max_tokens"}), "incomplete: max_tokens"),
        (run("cancelled"), "stopped"),
        (run("expired"), "expired"),
    ],
)
def test_how_a_run_ended_stands_behind_what_it_wrote(ended: Any, note: str) -> None:
    streamed = applied(event(run("in_progress")), delta("msg_1", "Half"), event(ended))
    assert shown(streamed) == [("ASSISTANT", "Half"), ("NOTE", note)]
    assert all(each.complete for each in streamed.entries)
    held = [read_message(message("msg_1", "Half", status="incomplete", created_at=103))]
    streamed.replace(held, [read_run(ended)], [])
    assert shown(streamed) == [("ASSISTANT", "Half"), ("NOTE", note)]


def test_an_error_of_a_stream_gives_way_to_what_the_server_says() -> None:
    transcript = applied(event(run("in_progress")), ThreadEvent("error", {"message": "cut"}))
    transcript.note("this server has no run steps")
    assert shown(transcript) == [("NOTE", "cut"), ("NOTE", "this server has no run steps")]
    transcript.replace([], [read_run(run("completed"))], [])
    assert shown(transcript) == [("NOTE", "this server has no run steps")]
    assert transcript.note("this server has no run steps") == []


def test_a_second_round_comes_behind_the_first_in_whole_seconds() -> None:
    messages = [
        read_message(
            message(
                f"msg_{at}",
                f"{at}",
                "assistant" if at % 2 else "user",
                run_id=f"run_{at}" if at % 2 else None,
            )
        )
        for at in range(6)
    ]
    opened = Transcript(THREAD)
    opened.replace(messages, [], [])
    assert [each.text for each in opened.entries] == [*"012345"]


def test_what_is_read_stays_the_same_object() -> None:
    transcript = applied(*WHOLE[:-2])
    former = {each.key: each for each in transcript.entries}
    changed = read_message(message("msg_1", "It is on its long way.", created_at=103))
    changes = transcript.replace([HELD[0][0], changed], HELD[1], HELD[2])
    assert {each.key: each for each in transcript.entries} == former
    assert changes[0] == Change(ChangeKind.CHANGED, former["msg_1"])
    assert former["msg_1"].text == "It is on its long way."


def test_what_comes_in_between_is_to_be_read_anew() -> None:
    transcript = Transcript(THREAD)
    transcript.replace(HELD[0], HELD[1], [])
    former = transcript.entries[-1]
    assert ChangeKind.RESET in [change.kind for change in transcript.replace(*HELD)]
    assert shown(transcript) == TOLD and transcript.entries[-1] is former
