"""The name of an event is found wherever a server writes it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.threads.events import ThreadEvent, piece_of_text, read_event
from tests.core.threads.support import message, run

DELTA = {"id": "m", "object": "thread.message.delta", "delta": {"content": []}}


@pytest.mark.parametrize(
    ("event", "data", "name", "inside"),
    [
        ("thread.run.created", run("queued"), "thread.run.created", run("queued")),
        ("", {"event": "thread.message.delta", "data": DELTA}, "thread.message.delta", DELTA),
        (
            "message",
            {"event": "thread.run.queued", "data": run("queued")},
            "thread.run.queued",
            run("queued"),
        ),
        ("", run("queued"), "thread.run.queued", run("queued")),
        ("", message("m", "x"), "thread.message.completed", message("m", "x")),
        ("", DELTA, "thread.message.delta", DELTA),
        ("", {"id": "t", "object": "thread"}, "thread.created", {"id": "t", "object": "thread"}),
        ("", {"event": "done", "data": {}}, "done", {}),
    ],
)
def test_names(event: str, data: Any, name: str, inside: Any) -> None:
    assert read_event(event, json.dumps(data)) == ThreadEvent(name, inside)


@pytest.mark.parametrize(("event", "data"), [("done", "[DONE]"), ("", "[DONE]"), ("done", "")])
def test_the_end(event: str, data: str) -> None:
    assert read_event(event, data) == ThreadEvent("done", {})


@pytest.mark.parametrize(
    ("event", "data", "said"),
    [
        ("error", '{"message": "too much"}', "too much"),
        ("error", '{"error": {"message": "too much"}}', "too much"),
        ("error", "too much", "too much"),
        ("error", '{"e": "too much"}', "too much"),
        ("", '{"error": {"message": "too much", "code": 500}}', "too much"),
        ("", '{"object": "error", "message": "too much"}', "too much"),
        ("message", '{"e": "too much"}', "too much"),
    ],
)
def test_errors(event: str, data: str, said: str) -> None:
    read = read_event(event, data)
    assert read is not None and (read.name, read.message) == ("error", said)


def test_pieces_of_text_under_names_of_their_own() -> None:
    assert read_event("message", '{"c": "Hel"}') == piece_of_text("Hel")


@pytest.mark.parametrize(
    ("event", "data"),
    [("", ""), ("", "null"), ("", "{"), ("", "[1]"), ("", "{}"), ("ping", "x"), ("error", "")],
)
def test_what_says_nothing(event: str, data: str) -> None:
    assert read_event(event, data) is None


@given(st.text(), st.text())
def test_no_event_raises(event: str, data: str) -> None:
    read_event(event, data)
    read_event(event, json.dumps({"event": data, "data": {"object": event}}))


def test_an_event_of_too_many_parts_is_passed_over() -> None:
    assert read_event("thread.run.created", f"[{'0,' * 200_000}0]") is None
