"""The state of a run is told in words, from what is known and from what does not come."""

from typing import Any

import pytest

from assistant_tui.core.threads.phase import Progress, phase_of
from assistant_tui.core.threads.transcript import Transcript
from tests.core.threads.support import (
    THREAD,
    applied,
    call_delta,
    delta,
    event,
    function,
    run,
    waiting_run,
)

BEGUN = event(run("in_progress"))
CALL = call_delta("s", index=0, id="a", type="function", function={"name": "get_order"})


def words(*events: Any, now: float = 1.0, **progress: Any) -> tuple[str, str]:
    phase = phase_of(applied(*events), now, Progress(**{"began": 0.0, **progress}))
    return phase.words, phase.tone


@pytest.mark.parametrize(
    ("events", "said", "tone"),
    [
        ([], "sending", "busy"),
        ([event(run("queued"))], "queued", "busy"),
        ([BEGUN], "reading the prompt", "busy"),
        ([BEGUN, delta("m", reasoning_content="Hm")], "thinking", "busy"),
        ([BEGUN, delta("m", "Well")], "writing", "busy"),
        ([BEGUN, CALL], "calls get_order", "busy"),
        ([event(waiting_run(function("f")))], "waiting for you (1 call)", "waiting"),
        (
            [event(waiting_run(function("f"), function("g")))],
            "waiting for you (2 calls)",
            "waiting",
        ),
        (
            [event(run("requires_action", required_action={"type": "sign"}))],
            "waits for sign, which is not known here",
            "waiting",
        ),
        ([event(run("cancelling"))], "stopping", "busy"),
        ([event(run("paused"))], "paused", "waiting"),
    ],
)
def test_under_way(events: Any, said: str, tone: str) -> None:
    assert words(*events) == (said, tone)


@pytest.mark.parametrize(
    ("ended", "said", "tone"),
    [
        (run("completed"), "done (4.1 s)", "good"),
        (
            run("completed", usage={"prompt_tokens": 1000, "completion_tokens": 204}),
            "done (1,204 tokens, 4.1 s)",
            "good",
        ),
        (run("cancelled"), "stopped", "plain"),
        (run("failed", last_error={"message": "No credit."}), "failed: No credit.", "bad"),
        (run("expired"), "expired", "bad"),
        (run("incomplete", incomplete_details={"reason": "max"}), "incomplete: max", "bad"),
    ],
)
def test_at_the_end(ended: Any, said: str, tone: str) -> None:
    assert words(event(ended), ended=4.1) == (said, tone)


def test_a_thread_of_which_nothing_was_seen_here_tells_the_time_of_its_server() -> None:
    ended = event(run("completed", started_at=100, completed_at=103))
    phase = phase_of(applied(ended), 0.0, Progress())
    assert phase.words == "done (3 s)"
    assert phase_of(Transcript(THREAD), 0.0, Progress()).words == ""


def test_the_rate_is_told_once_there_is_one() -> None:
    progress = Progress(began=0.0)
    progress.saw(1.0, 40)
    transcript = applied(BEGUN, delta("m", "x"))
    assert phase_of(transcript, 1.0, progress).words == "writing"
    progress.saw(3.0, 280)
    assert phase_of(transcript, 3.0, progress).words == "writing (40 tokens/s)"


@pytest.mark.parametrize("state", ["queued", "in_progress", "cancelling"])
def test_silence_is_told(state: str) -> None:
    assert words(event(run(state)), now=19.9, last_event=0.0)[0] != "no sign of life for 20 s"
    assert words(event(run(state)), now=20.5, last_event=0.0) == (
        "no sign of life for 20 s",
        "waiting",
    )


def test_silence_is_told_anew_seldom() -> None:
    """Each new sentence costs bytes while nothing happens."""
    said = [words(event(run("queued")), now=float(at), last_event=0.0)[0] for at in range(20, 4000)]
    assert [*dict.fromkeys(said)] == [
        f"no sign of life for {each}" for each in ("20 s", "1 min", "5 min", "20 min", "1 h")
    ]


def test_a_run_that_waits_for_the_person_is_not_silent() -> None:
    assert words(event(waiting_run(function("f"))), now=500.0)[0] == "waiting for you (1 call)"


def test_stopping_is_told_before_the_server_says_so() -> None:
    assert words(BEGUN, stopping=True) == ("stopping", "busy")
    assert words(stopping=True) == ("stopping", "busy")


def test_a_run_that_is_stored_as_ended_still_writes() -> None:
    events = [event(run("completed")), delta("m", "Well")]
    assert words(*events, first_text=0.5, last_text=0.6)[0] == "writing"
    assert words(*events, first_text=0.5, ended=2.0)[0] == "done (2.0 s)"
