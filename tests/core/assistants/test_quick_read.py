"""What is read without pydantic is just what its model would have read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.model import Assistant
from assistant_tui.core.assistants.quick_read import read_quickly
from assistant_tui.core.assistants.samples import sample

TEXTS = st.sampled_from(["", "x", "Zoë", "\ud800", "\ud83d\ude00", "é" * 5])
NUMBERS = st.one_of(
    st.sampled_from([0, -1, 1, 10**11, 10**11 + 1, 10**400, 1.5, float("inf"), float("nan")]),
    st.integers(),
)
SCALARS = st.one_of(st.none(), st.booleans(), TEXTS, NUMBERS)
KEYS = st.sampled_from(["name", "description", "parameters", "strict", "max_num_results", "\ud800"])
INSIDE = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(KEYS, inner, max_size=3),
        st.fixed_dictionaries({"ranking_options": inner}),
        st.fixed_dictionaries({"ranker": inner, "score_threshold": inner}),
    ),
    max_leaves=6,
)
TOOLS = st.one_of(
    INSIDE,
    st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["function", "file_search", "code_interpreter", "new", 5])},
            optional={"function": INSIDE, "file_search": INSIDE, "\ud800": SCALARS},
        ),
        max_size=3,
    ),
)
FIELDS = ("name", "description", "model", "instructions", "temperature", "top_p", "created_at")
MORE = ("created", "reasoning_effort", "response_format", "metadata", "tool_resources", "later")
OBJECTS = st.fixed_dictionaries(
    {"id": st.one_of(st.just("asst_1"), SCALARS)},
    optional={"tools": TOOLS, **{name: INSIDE for name in (*FIELDS, *MORE)}},
)


@given(OBJECTS)
def test_it_says_what_the_model_says(value: dict[str, Any]) -> None:
    quick = read_quickly(value)
    if quick is not None:
        model = Assistant.model_validate(value)
        tools = tuple(tool.type for tool in model.tools)
        assert quick == (model.id, model.created_at, (model.name or "", model.model, tools))


@pytest.mark.parametrize("index", range(40))
def test_what_fits_the_api_needs_no_model(index: int) -> None:
    assert read_quickly(sample(index)) is not None


@pytest.mark.parametrize("member", [{"name": 5}, {"tools": [{}]}, {"created_at": "2026"}])
def test_what_is_odd_is_left_to_the_model(member: dict[str, Any]) -> None:
    assert read_quickly({"id": "asst_1", **member}) is None
