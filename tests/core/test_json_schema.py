"""Schemas as they are typed: what is wrong is said with its place."""

import pytest

from assistant_tui.core.strict_json import LONGEST_CHECKED, schema_problem


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"type": "object", "properties": {"id": {"type": "string", "pattern": "^a+$"}}}',
        '{"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {}}}',
        '{"$schema": "https://example.com/unknown", "x-later": 1}',
        '{"maximum": 12345678901234567890}',
    ],
)
def test_schemas(text: str) -> None:
    assert schema_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type":\n "object",}', "line 2, column 11: "),
        ("{", "line 1, column 2: expecting property name"),
        ('{"a": "x\ny"}', "line 1, column 9: invalid control character"),
        ('{"maximum": NaN}', "line 1, column 13: NaN is no JSON"),
        ("[" * 100_000, "line 1, column 201: nested too deeply"),
        ("5", "an object is allowed"),
        ('{"type": "strin"}', "$.type: 'strin' is not"),
        ('{"properties": {"a": {"type": 5}}}', "$.properties.a.type: 5 is not"),
        ('{"properties": {"a": {"pattern": "("}}}', "$.properties.a.pattern: '(' is not"),
        ('{"pattern": "a{4294967296}"}', "no schema that can be checked"),
        ('{"$schema": 5}', "no schema that can be checked"),
        ('{"$schema": "http://["}', "no schema that can be checked"),
        ('{"required": "a"}', "$.required: 'a' is not of type 'array'"),
    ],
)
def test_what_is_wrong_and_where(text: str, words: str) -> None:
    assert schema_problem(text).startswith(words)


def test_a_very_long_schema_is_read_but_not_checked_at_every_key() -> None:
    padding = " " * LONGEST_CHECKED
    assert schema_problem(f'{{"type": "strin"{padding}}}') == ""
    assert "line 1" in schema_problem(f'{{"type": {padding}')
