"""Answers of backends cut anywhere, and whatever JSON comes."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.runs.chunks import ErrorInStream
from tests.server.runs.recorded import (
    call,
    chunk,
    result_of,
    say,
)
from tests.server.runs.test_chunks import STOP, USAGE

VARIED = (
    b": hello\r\n\r\n"
    + chunk({"role": "assistant", "content": "<think>"})
    + say("Hm", "</th", "ink>\n\n", "é\u2028", "\U0001f600")
    + chunk({"reasoning": "more"})
    + call(index=0, id="call_1", name="f", arguments="")
    + call(index=0, arguments='{"a": "é')
    + call(index=1, id="call_2", name="g", arguments={"b": [1]})
    + call(index=0, arguments='"}')
    + chunk({}, "tool_calls", usage=USAGE)
    + b"data: [DONE]"
)


ONCE = result_of(VARIED)


@given(st.lists(st.integers(0, len(VARIED)), max_size=20))
def test_it_does_not_matter_how_the_bytes_are_cut(cuts: list[int]) -> None:
    at = [0, *sorted(cuts), len(VARIED)]
    assert result_of(*(VARIED[a:b] for a, b in pairwise(at))) == ONCE


@given(st.text(st.sampled_from("<>/think a\n")), st.data())
def test_it_does_not_matter_how_the_text_is_cut(text: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["", "<think>", " <think>a</think> "])) + text
    at = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    parts = [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]
    cut, whole = result_of(say(*parts) + STOP), result_of(say(text) + STOP)
    assert (cut.text, cut.reasoning) == (whole.text, whole.reasoning)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "message",
                    "content",
                    "text",
                    "thinking",
                    "type",
                    "reasoning",
                    "refusal",
                    "tool_calls",
                    "function",
                    "function_call",
                    "name",
                    "arguments",
                    "id",
                    "index",
                    "usage",
                    "prompt_tokens",
                    "completion_tokens",
                    "total_tokens",
                    "finish_reason",
                    "error",
                    "x_groq",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


DELTAS = st.dictionaries(
    st.sampled_from(["content", "reasoning", "refusal", "tool_calls", "function_call"]), ODD
)


CHUNKS = st.builds(
    lambda delta, more: {"choices": [{"delta": delta, **more}]},
    DELTAS,
    st.fixed_dictionaries({}, optional={"finish_reason": ODD, "usage": ODD, "message": ODD}),
)


@given(st.lists(CHUNKS | ODD, max_size=4))
def test_whatever_comes_is_an_answer_or_a_failure_that_is_told(values: list[Any]) -> None:
    stream = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    try:
        result_of(stream, STOP)
    except (ChatError, ErrorInStream):
        return
