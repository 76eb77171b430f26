"""JSON kept as it was received: taken apart, put together and laid out without a loss."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.json_text import (
    compose,
    compose_list,
    elements,
    indent,
    members,
    on_one_line,
    read_json,
    write_json,
)
from assistant_tui.core.raw_json import RawJson, same_json
from tests.core.json_texts import bodies, texts

DEEP = "[" * 100_000 + "]" * 100_000


class Exact(str):
    """A number as it was written."""


def exactly(text: str) -> Any:
    """The value of a text in which `1.0` and `1` are different, and long numbers whole."""
    return json.loads(text, strict=False, parse_int=Exact, parse_float=Exact)


@given(bodies)
def test_an_object_comes_apart_into_what_it_was_put_together_from(parts: dict[str, str]) -> None:
    assert members(compose(parts)) == parts


@given(st.lists(texts, max_size=4))
def test_a_list_comes_apart_into_what_it_was_put_together_from(parts: list[str]) -> None:
    assert elements(compose_list(parts)) == parts


@given(bodies)
def test_what_is_put_together_is_the_same_json(parts: dict[str, str]) -> None:
    together = exactly(compose(parts))
    assert together == {name: exactly(value) for name, value in parts.items()}


@given(texts)
def test_laying_out_keeps_every_number_and_string(text: str) -> None:
    laid_out = indent(text)
    assert exactly(laid_out) == exactly(text)
    assert indent(laid_out) == laid_out


@given(texts)
def test_a_value_is_the_same_as_itself_laid_out(text: str) -> None:
    assert same_json(text, indent(text))
    assert same_json(text, json.dumps(read_json(text), indent=3))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(json_values)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert read_json(write_json(value)) == value


@given(st.text(max_size=60))
def test_laying_out_what_is_no_json_changes_blanks_alone(text: str) -> None:
    def inked(text: str) -> str:
        return "".join(character for character in text if character not in " \t\r\n")

    assert inked(indent(text)) == inked(text)


def test_laid_out() -> None:
    text = '{"a":[1.0,{"b":"x, [y]: {"}],"c":{},"d":[ ],"e":-0}'
    assert indent(text) == (
        '{\n  "a": [\n    1.0,\n    {\n      "b": "x, [y]: {"\n    }\n  ],\n'
        '  "c": {},\n  "d": [],\n  "e": -0\n}'
    )


@pytest.mark.parametrize("text", ["[1, 2", "{}", "", "5", "[1] 2", "[1}"])
def test_what_is_no_array_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|cut off|after the end"):
        elements(text)


@pytest.mark.parametrize("text", ["[]", "", '{"a": 1', '{"a": 1]', '{"a"}', "{} {}", '{"a": 1}}'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|cut off|after the end|without a value"):
        members(text)


@pytest.mark.parametrize("cut", ['["a]', '["a\\"]', '[{"id": "a", "note": "[1]}]', '["\\'])
def test_a_string_that_is_cut_off_hides_no_brackets(cut: str) -> None:
    with pytest.raises(ValueError, match="cut off"):
        elements(cut)
    assert indent(cut).replace(" ", "").replace("\n", "") == cut.replace(" ", "")


def test_no_text_takes_long() -> None:
    hostile = '["' + '\\"' * 300_000
    with pytest.raises(ValueError, match="cut off"):
        elements(hostile)
    assert len(indent(hostile)) > 600_000


def test_nothing_inside_is_decoded() -> None:
    assert elements(f'["\\ud800", {DEEP}, {"9" * 5000}]') == ['"\\ud800"', DEEP, "9" * 5000]
    assert members('{"a": nonsense}') == {"a": "nonsense"}


def test_of_a_name_that_stands_twice_the_last_counts() -> None:
    assert members('{"a": 1, "\\u0061": 2}') == {"a": "2"}


def test_a_byte_order_mark_and_blanks_are_no_fault() -> None:
    assert read_json("\ufeff \n[1] ") == [1]
    assert elements("\ufeff [1] ") == ["1"]
    assert members(" {} ") == {}


@pytest.mark.parametrize("text", ["", "nonsense", "[1] [2]", DEEP, "9" * 5000, '{"a": }'])
def test_what_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_json(text)


def test_control_characters_inside_strings_are_let_through() -> None:
    assert read_json('"a\n\x00b"') == "a\n\x00b"


def test_writing_keeps_unicode_readable_and_escapes_lone_surrogates() -> None:
    assert write_json("é😀") == '"é😀"'
    assert write_json("é\ud800") == '"\\u00e9\\ud800"'
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(float("nan"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True),
        ("1", "true", False),
        ("0", "false", False),
        ('{"a": 1, "b": [2.0]}', '{"b":[2],"a":1}', True),
        ("[1, 2]", "[2, 1]", False),
        ('"\\u00e9"', '"é"', True),
        ("12345678901234567890", "12345678901234567891", False),
        ("null", None, False),
        (None, None, True),
        (None, "1", False),
        ("nonsense", "nonsense", True),
        ("nonsense", "1", False),
        (DEEP, DEEP + " ", True),
        ("[" * 700 + "]" * 700, "[" * 700 + " " + "]" * 700, None),
    ],
)
def test_sameness(one: str | None, other: str | None, same: bool | None) -> None:
    assert same_json(one, other) in ((True, False) if same is None else (same,))


def test_a_document() -> None:
    document = RawJson('{"id": "a", "top_p": 1.0}')
    assert document.value("id") == "a"
    assert document.value("name", "none") == "none"
    assert document.members["top_p"] == "1.0"
    assert document.pretty == '{\n  "id": "a",\n  "top_p": 1.0\n}'
    with pytest.raises(ValueError, match="expected"):
        RawJson("[]").value("id")


@given(texts)
def test_on_one_line_is_the_same_json_with_the_same_numbers_and_strings(text: str) -> None:
    laid_out = indent(f"[{text},\r\n{text}]")
    line = on_one_line(laid_out)
    assert "\n" not in line and "\r" not in line
    assert exactly(line) == exactly(laid_out)


def test_on_one_line_changes_nothing_but_line_breaks() -> None:
    assert on_one_line('{ "a":\t"b\\n\\"" ,\r\n  "c": [ ] }\n') == '{ "a":\t"b\\n\\"" ,  "c": [ ] }'
    assert on_one_line('{"a": "b\r\nc"}') == '{"a": "b\\r\\nc"}'
