"""JSON as a person gives it: read to the letter, and every fault is told with its place."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given

from assistant_tui.core.assistants.draft import editor_draft
from assistant_tui.core.formats import json_file, markdown_file, yaml_file
from assistant_tui.core.json_text import DEEPEST, compose, indent
from assistant_tui.core.raw_json import RawJson, same_edit
from assistant_tui.core.strict_json import read_each, read_strictly, schema_problem
from tests.core.json_texts import is_strict, texts

FAULTS = [
    ("NaN", 0, "NaN is no JSON, a number or null is allowed"),
    ("[1, -Infinity]", 4, "-Infinity is no JSON, a number or null is allowed"),
    ("[-" + "9" * 5_000 + "]", 1, "a number of 5,001 characters, 1,000 are allowed"),
    ("0." + "9" * 5_000, 0, "a number of 5,002 characters, 1,000 are allowed"),
    ('"\\ud800"', 0, "half a character (a lone UTF-16 surrogate), whole ones are allowed"),
    ('["\\ud83d\\ude00", "x\\uDFFF"]', 17, "half a character"),
    ('{"b": 1, "\\u0062": 2}', 9, 'the name "\\u0062" stands twice'),
    ('{"b": {"c": 1, "c": 2}}', 15, 'the name "c" stands twice'),
    ('{"\\udc00": 1}', 1, "half a character"),
    ("[" * 300 + "]" * 300, DEEPEST - 1, "nested too deeply, 200 levels are allowed"),
    ('"a\nb"', 2, "invalid control character"),
    ("[1,]", 3, "expecting value"),
]
"""A value, where in it the fault stands, and how it is told."""


@pytest.mark.parametrize(("value", "at", "told"), FAULTS, ids=range(len(FAULTS)))
@pytest.mark.parametrize(
    "read",
    [
        read_strictly,
        json_file.read,
        lambda text: json_file.read(f'{{"ok": 1}}{text}'),
        lambda text: editor_draft(RawJson('{"id": "a"}'), text),
    ],
    ids=["value", "file", "several", "editor"],
)
def test_every_reader_tells_the_same_fault_with_its_place(
    read: Callable[[str], object], value: str, at: int, told: str
) -> None:
    text = f'\n{{"id": "a",\n "x": {value}}}'
    before = text.index(value) + at
    column = before - text.rindex("\n", 0, before)
    line = text.count("\n", 0, before) + 1
    with pytest.raises(ValueError) as fault:
        read(text)
    assert str(fault.value).startswith(f"line {line}, column {column}: {told}")


@pytest.mark.parametrize(("value", "at", "told"), FAULTS, ids=range(len(FAULTS)))
def test_a_schema_is_read_as_strictly(value: str, at: int, told: str) -> None:
    assert f": {told}" in schema_problem(f'{{"default": {value}}}')


@pytest.mark.parametrize(("value", "at", "told"), FAULTS, ids=range(len(FAULTS)))
def test_what_is_kept_as_json_in_yaml_is_read_as_strictly(value: str, at: int, told: str) -> None:
    quoted = json.dumps(value)
    for read, text in (
        (yaml_file.read, f"a: 1\nb: !json {quoted}"),
        (markdown_file.read, f"---\nb: !json {quoted}\n---\nBe brief."),
    ):
        with pytest.raises(ValueError) as fault:
            read(text)
        assert str(fault.value).startswith("line 2, column 4: in the JSON here, line ")
        assert f": {told}" in str(fault.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('a: "\\ud800"', "line 1, column 4: half a character"),
        ('"\\udfff": 1', "line 1, column 1: half a character"),
        (f"a:\n  - {'9' * 5_000}", "line 2, column 5: a number of 5,000 characters"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "line 3, column 3: merges are not read"),
        ("c:\n  <<: {b: 1}", "line 2, column 3: merges are not read"),
        ("null: 1", "line 1, column 1: a text is allowed as a name, put null in quotes"),
        ("~: 1", "line 1, column 1: a text is allowed as a name, put ~ in quotes"),
        ("a: !!null x", "line 1, column 4: the tag tag:yaml.org,2002:null is not read"),
        ("a: !!binary aGk=", "line 1, column 4: the tag tag:yaml.org,2002:binary is not read"),
        ("a: " + "[" * 5_000, "line 1, column 203: nested too deeply, 200 levels are allowed"),
        ("a: " + "[" * 300 + "]" * 300, "line 1, column 203: nested too deeply"),
    ],
)
def test_what_yaml_has_and_json_lacks_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ValueError) as fault:
        yaml_file.read(text)
    assert str(fault.value).startswith(told)


def test_a_byte_order_mark_is_passed_over_everywhere() -> None:
    text = '\ufeff{"name": "A"}'
    assert read_strictly(text) == {"name": "A"}
    assert [each.text for each in json_file.read(text)] == ['{"name": "A"}']
    assert editor_draft(RawJson('{"name": "B"}'), text).patch() == {"name": '"A"'}
    assert schema_problem('\ufeff{"type": "object"}') == ""
    assert yaml_file.read("\ufeffname: A")[0].text == '{"name": "A"}'
    assert markdown_file.read("\ufeff---\nname: A\n---\n")[0].text == '{"name": "A"}'


def test_a_number_that_no_double_holds_stays_what_it_is() -> None:
    original = RawJson('{"id": "a", "top_p": 1e400}')
    assert not editor_draft(original, original.pretty).dirty
    edited = original.text.replace("1e400", "1e999")
    assert editor_draft(original, edited).patch() == {"top_p": "1e999"}


@given(texts)
def test_it_reads_what_has_no_fault_and_nothing_else(text: str) -> None:
    if is_strict(text):
        assert read_strictly(text) == json.loads(text)
        assert [each.text for each in read_each(f"{text}\n{text}")] == [text.strip()] * 2
    else:
        with pytest.raises(ValueError, match=r"^line \d+, column \d+: "):
            read_strictly(text)


ODD = (
    '{"id": "a", "twice": 1, "twice": 2, "\\ud800": "\\udfff", "n": NaN, "d": '
    + "[" * 300
    + "]" * 300
    + ', "c": "a\tb", "name": "N"}'
)


def test_what_the_server_sent_stays_as_odd_as_it_was_beside_an_edit() -> None:
    original = RawJson(ODD)
    assert not editor_draft(original, indent(ODD)).dirty
    edited = indent(ODD).replace('"N"', '"M"')
    assert editor_draft(original, edited).patch() == {"name": '"M"'}
    with pytest.raises(ValueError, match=r"^line 4, column 3: the name \"id\" stands twice$"):
        editor_draft(original, indent(ODD).replace('"twice": 2', '"id": "a"'))
    with pytest.raises(ValueError, match=r"^line \d+, column 11: NaN is no JSON"):
        editor_draft(original, indent(ODD).replace('"N"', "NaN"))


def test_a_name_that_was_added_beside_its_first_value_stands_twice() -> None:
    original = RawJson('{"id": "a", "name": "N"}')
    with pytest.raises(ValueError, match=r'^line 1, column 26: the name "name" stands twice$'):
        editor_draft(original, '{"id": "a", "name": "N", "name": "M"}')


@given(texts, texts)
def test_a_change_is_never_lost_or_taken_for_another(before: str, after: str) -> None:
    original = RawJson(compose({"id": '"a"', "x": before}))
    edited = compose({"id": '"a"', "x": after})
    try:
        draft = editor_draft(original, edited)
    except ValueError:
        assert not is_strict(after)
        return
    assert draft.patch() == ({} if same_edit(before, after) else {"x": after})
