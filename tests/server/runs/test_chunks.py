"""Each way in which a backend's answer differs from what the API says comes out right."""

import json
from typing import Any

import pytest

from assistant_tui.server.runs import chunks as chunks_module
from assistant_tui.server.runs.chat import ChatError, TextDelta
from assistant_tui.server.runs.chunks import FILTER_WITHHELD_ANSWER, ChunkAssembler, ErrorInStream
from tests.server.runs.recorded import (
    DONE,
    chunk,
    event,
    read,
    result_of,
    say,
)

USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
STOP = chunk({}, "stop")


def test_a_plain_answer() -> None:
    stream = chunk({"role": "assistant", "content": ""}) + say("Good", " day") + STOP
    stream += event({"choices": [], "usage": USAGE}) + DONE
    result = result_of(stream)
    assert (result.text, result.refusal, result.reasoning) == ("Good day", "", "")
    assert (result.calls, result.finish_reason, result.usage) == ((), "stop", USAGE)
    assert result.notes == ()


def test_each_delta_is_given_as_soon_as_it_came() -> None:
    assembler = ChunkAssembler()
    data = json.dumps({"choices": [{"delta": {"content": "a"}}]})
    assert [*assembler.feed(data)] == [TextDelta("a")]
    assert assembler.begun and not assembler.ended


def test_content_in_the_chunk_that_ends_the_answer() -> None:
    assert result_of(say("a") + chunk({"content": "b"}, "stop") + DONE).text == "ab"


def test_chunks_without_delta_and_without_choices() -> None:
    filtered = event({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]})
    null = event({"choices": None}) + event({"choices": [None]}) + event({"choices": [{}]})
    assert result_of(filtered + null + say("a") + chunk(None, "stop") + filtered + DONE).text == "a"


@pytest.mark.parametrize(
    "stream",
    [
        event({"choices": [], "usage": USAGE}) + say("a") + STOP,
        say("a") + STOP + event({"choices": [], "usage": USAGE}),
        say("a") + chunk({}, "stop", usage=USAGE),
        say("a") + event({"choices": [{"delta": {}, "finish_reason": "stop", "usage": USAGE}]}),
        say("a") + STOP + event({"choices": [], "x_groq": {"usage": USAGE}}),
        chunk({"content": "a"}, usage={**USAGE, "prompt_tokens": 3})
        + chunk({}, "stop", usage=USAGE),
        say("a")
        + chunk({}, "stop", usage=USAGE)
        + event({"choices": [], "usage": dict.fromkeys(USAGE, 0)}),
        say("a") + chunk({}, "stop", usage={"prompt_tokens": 9, "completion_tokens": 2}),
    ],
    ids=["first", "last", "finish", "choice", "groq", "each", "zeros", "no-total"],
)
def test_usage_in_any_chunk(stream: bytes) -> None:
    assert result_of(stream + DONE).usage == USAGE


@pytest.mark.parametrize("usage", [None, {}, "9", {"prompt_tokens": "9"}, {"total_tokens": 11}])
def test_usage_is_not_invented(usage: Any) -> None:
    assert result_of(say("a") + chunk({}, "stop", usage=usage) + DONE).usage is None


@pytest.mark.parametrize("reason", ["stop", "STOP", "end_turn", "eos", "whatever"])
def test_any_reason_is_an_end(reason: str) -> None:
    assert result_of(say("a") + chunk({}, reason)).finish_reason == "stop"


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "model_length"])
def test_the_limit_under_each_of_its_names(reason: str) -> None:
    assert result_of(say("a") + chunk({}, reason)).finish_reason == "length"


def test_done_alone_is_an_end() -> None:
    result = result_of(say("a") + chunk({}, None) + DONE)
    assert (result.text, result.finish_reason) == ("a", "stop")


def test_done_without_a_blank_line_and_text_behind_it() -> None:
    assert result_of(say("a") + b"data: [DONE]").text == "a"
    assert result_of(say("a") + b"data:[DONE] \n\n" + say("b")).text == "a"


def test_events_without_blank_lines_between_them() -> None:
    lines = (say("a", "b") + STOP + DONE).replace(b"\n\n", b"\n")
    assert result_of(lines).text == "ab"


@pytest.mark.parametrize(
    "stream", [say("a"), say("a") + chunk({}), say("a") + b'data: {"choices": [{"del'], ids=str
)
def test_neither_reason_nor_done_is_no_end(stream: bytes) -> None:
    with pytest.raises(ChatError, match=r"cut off|not JSON"):
        read(stream)


@pytest.mark.parametrize("reason", ["error", "abort"])
def test_an_answer_that_the_backend_calls_failed(reason: str) -> None:
    with pytest.raises(ChatError, match="broke its answer off"):
        read(say("a") + chunk({}, reason) + DONE)


def test_a_stream_without_any_choice_is_no_answer() -> None:
    for stream in (DONE, event({"choices": []}) + DONE, b""):
        with pytest.raises(ChatError):
            read(stream)


@pytest.mark.parametrize(
    "stream",
    [
        event({"error": {"message": "no room", "code": 500}}),
        event({"error": "no room"}),
        event({"object": "error", "message": "no room", "code": 400}),
        b'error: {"code": 500, "message": "no room"}\n\n',
        b'event: error\ndata: {"message": "no room"}\n\n',
        event([{"error": {"message": "no room"}}]),
        event({"detail": "no room"}),
        chunk({"content": ""}, "error", error={"message": "no room"}),
    ],
    ids=["usual", "text", "vllm", "old-llama.cpp", "event", "google", "fastapi", "openrouter"],
)
def test_errors_in_a_stream(stream: bytes) -> None:
    for begun in (b"", say("a")):
        with pytest.raises(ErrorInStream, match="no room"):
            read(begun + stream)


def test_what_names_no_error_is_none() -> None:
    assert (
        result_of(event({"choices": [{"delta": {"content": "a"}}], "error": None}) + STOP).text
        == "a"
    )
    assert result_of(event({"type": "ping"}) + say("a") + STOP).text == "a"


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(ChatError, match="not JSON"):
        read(say("a") + b"data: <html>\n\n")


def test_comments_say_nothing() -> None:
    assert result_of(b": OPENROUTER PROCESSING\n\n" + say("a") + b":\n\n" + STOP).text == "a"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_under_each_of_its_names(name: str) -> None:
    result = result_of(chunk({name: "Hm"}) + chunk({name: "m", "content": None}) + say("a") + STOP)
    assert (result.reasoning, result.text) == ("Hmm", "a")


def test_reasoning_under_both_names_is_one() -> None:
    both = chunk({"reasoning": "Hm", "reasoning_content": "Hm"})
    assert result_of(both + say("a") + STOP).reasoning == "Hm"


@pytest.mark.parametrize(
    ("text", "reasoning", "rest"),
    [
        ("<think>Hm</think>a", "Hm", "a"),
        ("\n <think>\nHm\n</think>\n\na <think>b</think>", "\nHm\n", "a <think>b</think>"),
        ("a <think>b</think>", "", "a <think>b</think>"),
        ("<thin", "", "<thin"),
        ("<thinking", "", "<thinking"),
        (" a", "", " a"),
        ("<think>Hm </thin", "Hm </thin", ""),
        ("<think></think>a", "", "a"),
        ("<think>a</</think>b", "a</", "b"),
    ],
)
def test_reasoning_between_tags(text: str, reasoning: str, rest: str) -> None:
    for stream in (say(text), say(*text)):
        result = result_of(stream + STOP)
        assert (result.reasoning, result.text) == (reasoning, rest)


def test_content_as_a_list_of_parts() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}
    text = {"type": "text", "text": "a"}
    result = result_of(chunk({"content": [thinking, text, "odd"]}) + say("b") + STOP)
    assert (result.reasoning, result.text) == ("Hm", "ab")


def test_a_refusal() -> None:
    result = result_of(chunk({"refusal": "I will"}) + chunk({"refusal": " not"}) + STOP)
    assert (result.text, result.refusal, result.notes) == ("", "I will not", ())


def test_a_filter_that_leaves_nothing_is_a_refusal() -> None:
    result = result_of(chunk({}, "content_filter") + DONE)
    assert (result.refusal, result.finish_reason) == (FILTER_WITHHELD_ANSWER, "content_filter")
    result = result_of(say("a") + chunk({}, "content_filter") + DONE)
    assert (result.text, result.refusal, result.finish_reason) == ("a", "", "content_filter")


def test_a_limit_that_leaves_nothing_is_told() -> None:
    result = result_of(chunk({"reasoning": "Hm"}) + chunk({}, "length") + DONE)
    assert result.finish_reason == "length"
    assert result.notes == ("The limit of the answer was reached before any text of it.",)


def test_an_end_for_a_call_that_never_came_is_told() -> None:
    result = result_of(say("a") + chunk({}, "tool_calls") + DONE)
    assert result.finish_reason == "stop" and "sent none" in result.notes[0]


def test_an_answer_without_text_is_told() -> None:
    assert result_of(STOP).notes == ("The backend answered with no text.",)


def test_an_answer_that_is_not_streamed() -> None:
    function = {"name": "f", "arguments": '{"a": 1}'}
    message = {
        "role": "assistant",
        "content": "a",
        "reasoning_content": "Hm",
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"object": "chat.completion", "choices": [choice], "usage": USAGE}
    result = result_of(event(body))
    assert (result.text, result.reasoning, result.usage) == ("a", "Hm", USAGE)
    assert [(each.call_id, each.name) for each in result.calls] == [("call_1", "f")]
    assert result.finish_reason == "tool_calls"


def test_a_whole_message_behind_deltas_is_not_read_again() -> None:
    last = event({"choices": [{"message": {"content": "ab"}, "finish_reason": "stop"}]})
    assert result_of(say("a", "b") + last).text == "ab"


def test_half_a_character_does_not_stay() -> None:
    stream = b'data: {"choices": [{"delta": {"content": "\\ud83d! \\ud83d\\ude00 \\\\ud83d"}}]}\n\n'
    assert result_of(stream + STOP).text == "\ufffd! \U0001f600 \\ud83d"


def test_an_endless_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks_module, "LONGEST_TEXT", 10)
    assert result_of(say("a" * 10) + STOP).text == "a" * 10
    for stream in (say("a" * 6, "b" * 5), chunk({"reasoning": "a" * 11})):
        with pytest.raises(ChatError, match="longer than 10 characters"):
            read(stream + STOP)
