"""What is left out of a prompt that would be too long for a model."""

from assistant_tui.server.runs.prompt import (
    LEFT_OUT,
    HistoryItem,
    PromptLimits,
)
from assistant_tui.server.runs.token_estimate import TokenEstimate
from tests.server.runs.prompts import answer, calls, prompt, short, user


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
