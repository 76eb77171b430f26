"""The history of a thread becomes messages that every template takes, and fits, by whole turns."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.server.runs.chat import ChatCall
from assistant_tui.server.runs.prompt import (
    GO_ON,
    LEFT_OUT,
    NO_ANSWER,
    NO_MESSAGE,
    NO_OUTPUT,
    AnsweredCall,
    HistoryCalls,
    HistoryItem,
    HistoryMessage,
    ImagePart,
    Prompt,
    PromptLimits,
    build_prompt,
)
from assistant_tui.server.runs.token_estimate import TokenEstimate
from tests.server.runs.recorded import Json

ANY = PromptLimits()


def user(*parts: str | ImagePart) -> HistoryMessage:
    """A message of the user."""
    return HistoryMessage("user", parts)


def answer(*parts: str) -> HistoryMessage:
    """A message of the assistant."""
    return HistoryMessage("assistant", parts)


def calls(
    *outputs: str | None, arguments: str = "{}", reasoning: str = "", **extra: Any
) -> HistoryCalls:
    """Calls of one turn with these outputs; their ids are the outputs'."""
    return HistoryCalls(
        tuple(
            AnsweredCall(ChatCall(f"call_{output}", "f", arguments, extra), output)
            for output in outputs
        ),
        reasoning,
    )


def prompt(
    *history: HistoryItem,
    own: Sequence[HistoryItem] = (),
    instructions: str = "",
    limits: PromptLimits = ANY,
    estimate: TokenEstimate | None = None,
    tools: Sequence[Json] = (),
) -> Prompt:
    """The prompt for a history."""
    estimate = estimate or TokenEstimate()
    return build_prompt(instructions, history, own, tools, limits, estimate)


def short(messages: Sequence[Json]) -> list[str]:
    """The messages in a line each: the first letter of the role, and the content or the calls."""
    lines = []
    for message in messages:
        text = message["content"]
        if "tool_calls" in message:
            text += "+" + ",".join(each["id"] for each in message["tool_calls"])
        lines.append(f"{message['role'][0]}:{text}")
    return lines


def test_a_plain_thread() -> None:
    made = prompt(user("a"), answer("b"), user("c"), instructions="Be kind.")
    assert made.messages == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]
    assert (made.left_out, made.fits) == (0, True)


@pytest.mark.parametrize("instructions", ["", " \n"])
def test_blank_instructions_are_none(instructions: str) -> None:
    assert short(prompt(user("a"), instructions=instructions).messages) == ["u:a"]


def test_calls_are_pairs_with_the_text_before_them() -> None:
    extra: Json = {"extra_content": {"google": {"thought_signature": "c2ln"}}}
    made = prompt(
        user("a"), answer("Look:"), calls("1", "2", reasoning="Hm", **extra), answer("b"), user("c")
    )
    assert short(made.messages) == ["u:a", "a:Look:+call_1,call_2", "t:1", "t:2", "a:b", "u:c"]
    function = {"name": "f", "arguments": "{}"}
    assert made.messages[1]["tool_calls"][0] == {
        **extra,
        "id": "call_1",
        "type": "function",
        "function": function,
    }
    assert made.messages[1]["reasoning"] == "Hm"
    assert made.messages[2] == {"role": "tool", "tool_call_id": "call_1", "content": "1"}


def test_a_call_without_an_output_gets_one() -> None:
    made = prompt(user("a"), calls("1", None), user("b"))
    assert short(made.messages) == [
        "u:a",
        "a:+call_1,call_None",
        "t:1",
        f"t:{NO_OUTPUT}",
        f"a:{NO_ANSWER}",
        "u:b",
    ]


@pytest.mark.parametrize("arguments", ["", "{", "[1]", "5"])
def test_arguments_that_are_no_object_are_put_into_one(arguments: str) -> None:
    made = prompt(user("a"), own=[calls("1", arguments=arguments)])
    assert json.loads(made.messages[1]["tool_calls"][0]["function"]["arguments"]) == {
        "invalid": arguments
    }


def test_an_empty_output_is_one() -> None:
    assert short(prompt(user("a"), own=[calls("")]).messages)[-1] == "t:"


def test_neighbours_of_a_role_are_one() -> None:
    made = prompt(user("a"), user("b"), answer("c"), answer(""), answer("d"), user("e"))
    assert short(made.messages) == ["u:a\n\nb", "a:c\n\nd", "u:e"]


def test_an_answer_without_text_is_none() -> None:
    assert short(prompt(user("a"), answer(), user("b")).messages) == ["u:a\n\nb"]
    assert short(prompt(user("")).messages) == ["u:"]


def test_images_are_parts() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:x", "detail": "low"}}
    made = prompt(user("a"), user("b", ImagePart("data:x", "low")))
    texts = [{"type": "text", "text": text} for text in "ab"]
    assert made.messages == [{"role": "user", "content": [*texts, image]}]


def test_what_templates_ask_for_is_put_in() -> None:
    assert short(prompt().messages) == [f"u:{NO_MESSAGE}"]
    assert short(prompt(answer("a")).messages) == [f"u:{NO_MESSAGE}", "a:a", f"u:{GO_ON}"]
    assert short(prompt(answer("a"), user("b")).messages) == [f"u:{NO_MESSAGE}", "a:a", "u:b"]


def test_the_last_messages_exactly() -> None:
    thread: list[HistoryItem] = [
        user("a"),
        answer("b"),
        user("c"),
        calls("1"),
        answer("d"),
        user("e"),
    ]
    found = {
        count: short(prompt(*thread, limits=PromptLimits(last_messages=count)).messages)
        for count in (1, 2, 3, 5, 9)
    }
    assert found == {
        1: ["u:e"],
        2: [f"u:{LEFT_OUT}", "a:d", "u:e"],
        3: ["u:c", "a:+call_1", "t:1", "a:d", "u:e"],
        5: ["u:a", "a:b", "u:c", "a:+call_1", "t:1", "a:d", "u:e"],
        9: ["u:a", "a:b", "u:c", "a:+call_1", "t:1", "a:d", "u:e"],
    }


def test_what_the_run_has_made_does_not_count_among_the_last_messages() -> None:
    made = prompt(
        user("a"),
        user("b"),
        own=[answer("Look:"), calls("1"), answer("More:"), calls("2")],
        limits=PromptLimits(last_messages=1),
    )
    assert short(made.messages) == ["u:b", "a:Look:+call_1", "t:1", "a:More:+call_2", "t:2"]
    assert made.left_out == 1


def test_the_last_messages_are_not_cut_further() -> None:
    limits = PromptLimits(last_messages=2, max_prompt_tokens=300)
    made = prompt(user("x" * 2_000), answer("b"), user("c"), limits=limits)
    assert (short(made.messages), made.fits) == ([f"u:{LEFT_OUT}", "a:b", "u:c"], True)
    made = prompt(answer("b" * 2_000), user("c"), limits=limits)
    assert (made.left_out, made.fits) == (0, False)


def long(letter: str) -> str:
    """A text of about a hundred tokens."""
    return letter * 330


def test_whole_turns_are_left_out_the_oldest_first() -> None:
    thread: list[HistoryItem] = [
        *(user(long("a")), answer(long("b"))),
        *(user("c"), calls("1"), answer(long("d"))),
        *(user("e"), answer("f")),
        user("g"),
    ]
    made = prompt(*thread, instructions=long("s"), limits=PromptLimits(max_prompt_tokens=260))
    assert short(made.messages) == [
        f"s:{long('s')}",
        "u:c",
        "a:+call_1",
        "t:1",
        f"a:{long('d')}",
        "u:e",
        "a:f",
        "u:g",
    ]
    assert (made.left_out, made.fits) == (2, True)
    made = prompt(*thread, instructions=long("s"), limits=PromptLimits(max_prompt_tokens=180))
    assert short(made.messages)[1:] == ["u:e", "a:f", "u:g"]


def test_a_long_turn_hides_no_older_one_behind_it() -> None:
    thread: list[HistoryItem] = [user("a"), answer("b"), user(long("c")), answer("d"), user("e")]
    made = prompt(*thread, limits=PromptLimits(max_prompt_tokens=80))
    assert short(made.messages) == ["u:e"]


def test_the_last_message_of_the_user_and_the_open_calls_stay() -> None:
    own: list[HistoryItem] = [calls("1" * 330), answer(long("m")), calls("2"), calls("3" * 330)]
    made = prompt(
        user("a"), answer("b"), user("c"), own=own, limits=PromptLimits(max_prompt_tokens=160)
    )
    assert short(made.messages) == [
        "u:c",
        "a:+call_2",
        "t:2",
        f"a:+call_{'3' * 330}",
        f"t:{'3' * 330}",
    ]
    assert made.fits
    made = prompt(
        user("a"), answer("b"), user("c"), own=own, limits=PromptLimits(max_prompt_tokens=100)
    )
    assert short(made.messages) == ["u:c", f"a:+call_{'3' * 330}", f"t:{'3' * 330}"]
    assert not made.fits


def test_instructions_and_tools_count() -> None:
    tool = {"type": "function", "function": {"name": "f", "description": long("d")}}
    thread: list[HistoryItem] = [user("a"), answer("b"), user("c")]
    limits = PromptLimits(max_prompt_tokens=115)
    assert prompt(*thread, limits=limits).left_out == 0
    assert prompt(*thread, limits=limits, tools=[tool]).left_out == 2
    assert prompt(*thread, limits=limits, instructions=long("s")).left_out == 2
    assert not prompt(*thread, limits=limits, instructions=long("s"), tools=[tool]).fits


def test_the_context_of_the_model_is_a_limit_once_it_is_known() -> None:
    estimate = TokenEstimate()
    thread: list[HistoryItem] = [user(long("a")), answer("b"), user("c")]
    assert prompt(*thread, estimate=estimate).left_out == 0
    estimate.context_size = 120
    assert prompt(*thread, estimate=estimate).left_out == 2
    estimate.context_size = 140
    assert prompt(*thread, estimate=estimate).left_out == 2
    limits = PromptLimits(max_completion_tokens=10)
    assert prompt(*thread, estimate=estimate, limits=limits).left_out == 0


def test_the_estimate_is_calibrated_by_what_was_counted() -> None:
    estimate, long_one = TokenEstimate(), [{"role": "user", "content": "x" * 9_984}]
    assert estimate.tokens(long_one) == 3_000
    assert estimate.learn(long_one, (), 2_000) == ""
    assert estimate.tokens(long_one) == 2_000
    assert estimate.learn(long_one, (), 3_000) == ""
    assert estimate.tokens(long_one) == 2_300
    assert "counted 1,000 tokens" in estimate.learn(long_one, (), 1_000)
    assert estimate.tokens(long_one) == 2_300


def test_bytes_and_images_count_and_what_is_short_teaches_nothing() -> None:
    estimate = TokenEstimate()
    image = {"type": "image_url", "image_url": {"url": "data:" + "x" * 1_000_000}}
    with_image = [{"role": "user", "content": [{"type": "text", "text": "é" * 992}, image]}]
    assert estimate.tokens(with_image) == 600 + 1_000
    for messages in (with_image, [{"role": "user", "content": "x"}]):
        assert estimate.learn(messages, (), 7) == ""
    assert estimate.learn([{"role": "user", "content": "x" * 9_000}], (), 0) == ""
    assert estimate.tokens(with_image) == 600 + 1_000


ITEMS = st.lists(
    st.one_of(
        st.builds(lambda text: user(text), st.sampled_from(["", "u", "u" * 300])),
        st.builds(lambda text: answer(text), st.sampled_from(["", "a", "a" * 300])),
        st.builds(
            lambda outputs: calls(*outputs), st.lists(st.sampled_from(["1", None]), max_size=2)
        ),
    ),
    max_size=12,
)


@given(
    ITEMS,
    ITEMS,
    st.builds(PromptLimits, st.none() | st.integers(1, 9), st.none() | st.integers(0, 400)),
)
def test_every_history_becomes_what_templates_take(
    history: list[HistoryItem], own: list[HistoryItem], limits: PromptLimits
) -> None:
    made = prompt(*history, own=own, instructions="s", limits=limits)
    roles = [message["role"] for message in made.messages]
    assert roles[:2] == ["system", "user"] and roles[-1] in ("user", "tool")
    allowed = {"user": {"assistant"}, "assistant": {"user", "tool"}, "tool": {"tool", "assistant"}}
    assert all(after in allowed[before] for before, after in pairwise(roles[1:]))
    for at, message in enumerate(made.messages):
        asked = [each["id"] for each in message.get("tool_calls", ())]
        given_ = [each["tool_call_id"] for each in made.messages[at + 1 : at + 1 + len(asked)]]
        assert asked == given_
