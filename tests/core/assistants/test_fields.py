"""From editors to JSON and back, with the limits of the API on both sides of each bound."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.editor_values import (
    EditorValue,
    MetadataPair,
    ObjectValue,
    from_json,
)
from assistant_tui.core.assistants.fields import FIELDS, FUNCTION, FieldKind
from assistant_tui.core.assistants.serialization import FieldError, to_json
from assistant_tui.core.json_text import compose_list, read_json
from assistant_tui.core.resource import READ_ONLY

TEXTS = [name for name, field in FIELDS.items() if field.kind in (FieldKind.LINE, FieldKind.TEXT)]


@pytest.mark.parametrize(
    ("name", "limit"), [("name", 256), ("description", 512), ("instructions", 256_000)]
)
def test_texts_are_counted_in_code_points(name: str, limit: int) -> None:
    assert read_json(to_json(FIELDS[name], "😀" * limit)) == "😀" * limit
    with pytest.raises(FieldError, match=f"at most {limit:,} characters, this has {limit + 1:,}"):
        to_json(FIELDS[name], "😀" * (limit + 1))


@pytest.mark.parametrize("name", TEXTS)
def test_an_emptied_text_goes_back_to_its_default(name: str) -> None:
    assert to_json(FIELDS[name], "") == "null"
    assert to_json(FIELDS[name], " ") == '" "'


@pytest.mark.parametrize("raw", ["", "  "])
def test_a_model_is_needed(raw: str) -> None:
    with pytest.raises(FieldError, match="Model is needed"):
        to_json(FIELDS["model"], raw)


@pytest.mark.parametrize("name", TEXTS)
@given(text=st.text(min_size=1, max_size=30))
def test_texts_go_out_and_come_back(name: str, text: str) -> None:
    assert from_json(FIELDS[name], to_json(FIELDS[name], text)) == text


@pytest.mark.parametrize(
    ("name", "raw", "sent"),
    [
        ("temperature", "0", "0"),
        ("temperature", "2", "2"),
        ("temperature", " 1.0 ", "1.0"),
        ("temperature", "1e-1", "1e-1"),
        ("temperature", ".5", "0.5"),
        ("temperature", "+1", "1.0"),
        ("temperature", "", "null"),
        ("top_p", "1", "1"),
        ("top_p", "0.30", "0.30"),
    ],
)
def test_numbers_go_out_as_they_were_typed(name: str, raw: str, sent: str) -> None:
    assert to_json(FIELDS[name], raw) == sent


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("temperature", "2.01"),
        ("temperature", "-0.1"),
        ("top_p", "1.1"),
        ("top_p", "nan"),
        ("top_p", "inf"),
        ("top_p", "much"),
        ("top_p", "0,5"),
    ],
)
def test_numbers_out_of_bounds(name: str, raw: str) -> None:
    with pytest.raises(FieldError, match=r"a number from 0 to [12], or empty"):
        to_json(FIELDS[name], raw)


def test_tools_are_kept_to_the_byte() -> None:
    tools = ('{"type":  "bing", "x": 1.0}', '{"type": "function", "function": {"name":  5}}')
    raw = tuple(map(ObjectValue, tools))
    sent = to_json(FIELDS["tools"], raw)
    assert sent == compose_list(tools)
    assert from_json(FIELDS["tools"], sent) == raw


def test_at_most_128_tools() -> None:
    to_json(FIELDS["tools"], (ObjectValue("{}"),) * 128)
    with pytest.raises(FieldError, match="at most 128, these are 129"):
        to_json(FIELDS["tools"], (ObjectValue("{}"),) * 129)


@pytest.mark.parametrize("name", ["f", "get_it-2", "x" * 64])
def test_names_of_functions(name: str) -> None:
    assert to_json(FUNCTION["function.name"], name) == json.dumps(name)


@pytest.mark.parametrize("name", ["", "a b", "é", "x\n", "x" * 65])
def test_names_that_no_function_may_have(name: str) -> None:
    with pytest.raises(FieldError, match=r"Name is needed|Name: (at most 64|a–z)"):
        to_json(FUNCTION["function.name"], name)


def test_metadata_limits() -> None:
    field = FIELDS["metadata"]
    to_json(field, tuple(MetadataPair(f"k{number}", "") for number in range(16)))
    to_json(field, (MetadataPair("k" * 64, "v" * 512),))
    refused: list[tuple[tuple[MetadataPair, ...], str]] = [
        (tuple(MetadataPair(f"k{number}", "") for number in range(17)), "at most 16 pairs"),
        ((MetadataPair("k" * 65, ""),), "Key: at most 64"),
        ((MetadataPair("k", "v" * 513),), "Value: at most 512"),
        ((MetadataPair("", "lonely"),), "'lonely' needs a key"),
        ((MetadataPair("a", "1"), MetadataPair("a", "2")), "'a' stands twice"),
    ]
    for raw, words in refused:
        with pytest.raises(FieldError, match=words):
            to_json(field, raw)


def test_metadata_that_is_no_text_is_kept_as_it_came() -> None:
    text = '{"a": "x", "b": {"n":  1.0}, "c": null}'
    entries = from_json(FIELDS["metadata"], text)
    assert entries == (
        MetadataPair("a", "x"),
        MetadataPair("b", "", '{"n":  1.0}'),
        MetadataPair("c", "", "null"),
    )
    assert to_json(FIELDS["metadata"], entries) == text


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=9), max_size=16))
def test_metadata_goes_out_and_comes_back(pairs: dict[str, str]) -> None:
    raw = tuple(MetadataPair(key, value) for key, value in pairs.items())
    sent = to_json(FIELDS["metadata"], raw)
    assert read_json(sent) == pairs
    assert from_json(FIELDS["metadata"], sent) == raw


@pytest.mark.parametrize(
    ("name", "text", "raw"),
    [
        ("name", None, ""),
        ("name", "null", ""),
        ("name", '"\\u00e9"', "é"),
        ("temperature", "1.0", "1.0"),
        ("temperature", "null", ""),
        ("tools", None, ()),
        ("tools", "null", ()),
        ("metadata", None, ()),
        ("metadata", "null", ()),
    ],
)
def test_what_an_editor_holds(name: str, text: str | None, raw: EditorValue) -> None:
    assert from_json(FIELDS[name], text) == raw


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("name", "5"),
        ("name", "["),
        ("temperature", "true"),
        ("temperature", "[]"),
        ("metadata", "[]"),
        ("metadata", '"x"'),
        ("tools", "{}"),
    ],
)
def test_what_no_editor_can_hold(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"of another kind|is no|is not|expected|Expecting"):
        from_json(FIELDS[name], text)


def test_the_server_takes_nothing_back_that_it_sets() -> None:
    assert not set(FIELDS) & set(READ_ONLY)
