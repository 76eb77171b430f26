"""Edits for many: each sends the one field it is about, and leaves the rest of it as it came."""

import pytest

from assistant_tui.core.assistants.bulk_edits import (
    BulkEdit,
    metadata_keys,
    tool_key,
    tools_of,
    with_metadata,
    with_model,
    with_tool,
    without_metadata,
    without_tool,
)
from assistant_tui.core.errors import Invalid
from assistant_tui.core.raw_json import RawJson

SEARCH = '{"type": "file_search", "file_search": {"max_num_results": 5.0}}'
CODE = '{"type": "code_interpreter"}'
ODD = '{"type": "odd", "x": 12345678901234567890}'
STRICT = ', "strict": true'


def function(name: str, more: str = "") -> str:
    return f'{{"type": "function", "function": {{"name": "{name}"{more}}}}}'


def document(**members: str) -> RawJson:
    parts = {"id": '"a"', "model": '"m"', **members}
    return RawJson("{" + ", ".join(f'"{name}": {text}' for name, text in parts.items()) + "}")


@pytest.mark.parametrize(
    ("edit", "before", "sent"),
    [
        (with_model("n"), {}, {"model": '"n"'}),
        (with_model("m"), {}, {}),
        (with_metadata("k", "v"), {}, {"metadata": '{"k": "v"}'}),
        (with_metadata("k", "v"), {"metadata": "null"}, {"metadata": '{"k": "v"}'}),
        (with_metadata("k", "v"), {"metadata": '{"k":"v"}'}, {}),
        (
            with_metadata("k", "v"),
            {"metadata": '{"n": 1.0, "k": "old"}'},
            {"metadata": '{"n": 1.0, "k": "v"}'},
        ),
        (without_metadata("k"), {"metadata": '{"k": 1, "n": 1.0}'}, {"metadata": '{"n": 1.0}'}),
        (without_metadata("k"), {"metadata": '{"n": 1.0}'}, {}),
        (without_metadata("k"), {}, {}),
        (with_tool(CODE), {"tools": f"[{ODD}]"}, {"tools": f"[{ODD}, {CODE}]"}),
        (with_tool(CODE), {"tools": f"[{ODD}, {CODE}]"}, {}),
        (with_tool(CODE), {"tools": "null"}, {"tools": f"[{CODE}]"}),
        (
            with_tool(function("f", STRICT)),
            {"tools": f"[{function('f')}, {ODD}]"},
            {"tools": f"[{function('f', STRICT)}, {ODD}]"},
        ),
        (
            with_tool(function("g")),
            {"tools": f"[{function('f')}]"},
            {"tools": f"[{function('f')}, {function('g')}]"},
        ),
        (
            without_tool("function f"),
            {"tools": f"[{function('f')}, {ODD}, {function('g')}]"},
            {"tools": f"[{ODD}, {function('g')}]"},
        ),
        (without_tool("code_interpreter"), {"tools": f"[{ODD}]"}, {}),
    ],
)
def test_what_is_sent(edit: BulkEdit, before: dict[str, str], sent: dict[str, str]) -> None:
    draft = edit(document(**before))
    assert draft.patch() == sent
    assert draft.dirty is bool(sent)


@pytest.mark.parametrize(
    ("edit", "before", "why"),
    [
        (with_metadata("k", "v"), {"metadata": "[]"}, "metadata is no object"),
        (with_metadata("k", "v"), {"metadata": "{" + "9" * 5000 + "}"}, "cannot be read"),
        (with_tool(CODE), {"tools": "{}"}, "the tools are no list"),
        (
            with_metadata("k", "v"),
            {"metadata": "{" + ", ".join(f'"{each}": ""' for each in range(16)) + "}"},
            "at most 16 are allowed, it would have 17",
        ),
        (
            with_tool(CODE),
            {"tools": "[" + ", ".join(function(f"f{each}") for each in range(128)) + "]"},
            "at most 128 are allowed, it would have 129",
        ),
    ],
)
def test_what_cannot_be_edited_is_refused_by_name(
    edit: BulkEdit, before: dict[str, str], why: str
) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        edit(document(**before))
    assert refused.value.param in before


@pytest.mark.parametrize(("key", "value"), [("", "v"), ("k" * 65, "v"), ("k", "v" * 513)])
def test_a_pair_over_its_limits_is_refused_before_anything_is_sent(key: str, value: str) -> None:
    with pytest.raises(Invalid, match="characters is allowed"):
        with_metadata(key, value)


def test_the_tools_and_keys_of_many() -> None:
    some = [
        document(tools=f"[{function('g')}, {SEARCH}]", metadata='{"b": "", "a": 1}'),
        document(tools="7", metadata="7"),
        document(tools=f"[{ODD}, {function('g', STRICT)}]", metadata='{"b": ""}'),
    ]
    found = tools_of(some)
    assert found == {
        "file_search": SEARCH,
        "function g": function("g"),
        "odd (kept as it came)": ODD,
    }
    assert all(tool_key(tool) == label for label, tool in found.items())
    assert metadata_keys(some) == ("a", "b")
