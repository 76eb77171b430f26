"""The history of a thread becomes messages that every template takes."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.server.runs.prompt import (
    GO_ON,
    NO_ANSWER,
    NO_MESSAGE,
    NO_OUTPUT,
    HistoryItem,
    ImagePart,
    PromptLimits,
)
from tests.server.runs.prompts import answer, calls, prompt, short, user
from tests.server.runs.recorded import Json


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
