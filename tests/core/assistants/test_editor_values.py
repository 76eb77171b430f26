"""Objects edited by their parts: the rest stays to the byte, and the API's limits hold inside."""

import pytest

from assistant_tui.core.assistants.editor_values import (
    NEW_TOOLS,
    EditorValue,
    ObjectValue,
    from_json,
    parts_of,
    tool_label,
    tool_type,
)
from assistant_tui.core.assistants.fields import (
    FIELDS,
    FILE_SEARCH,
    FORMAT,
    FORMAT_TYPE,
    FUNCTION,
    RESOURCES,
)
from assistant_tui.core.assistants.serialization import (
    FieldError,
    part_errors,
    started_format,
    to_json,
)
from assistant_tui.core.json_text import member_at, with_member

BIG = '{"type":  "function", "x": 1.0, "function": {"n": 12345678901234567890, "name": "f"}}'


def sent(field: str, raw: EditorValue) -> str:
    return to_json(FIELDS[field], raw)


def edit(text: str, **parts: EditorValue) -> ObjectValue:
    """A composite whose parts are named with two underlines for the dot."""
    return ObjectValue(text, {name.replace("__", "."): raw for name, raw in parts.items()})


def test_a_member_deep_inside_is_read_and_put_without_touching_the_others() -> None:
    assert member_at(BIG, ["function", "n"]) == "12345678901234567890"
    assert member_at(BIG, ["function", "n", "deeper"]) is None
    assert member_at("[1]", ["a"]) is None
    assert with_member(BIG, ["function", "name"], '"g"') == (
        '{"type": "function", "x": 1.0, "function": {"n": 12345678901234567890, "name": "g"}}'
    )
    assert with_member("null", ["a", "b"], "1") == '{"a": {"b": 1}}'


def test_an_object_that_is_emptied_goes_with_its_last_member() -> None:
    assert with_member('{"a": {"b": {"c": 1}}, "d": 2}', ["a", "b", "c"], None) == '{"d": 2}'
    assert with_member('{"a": {"b": []}}', ["a", "b"], "[]") == '{"a": {"b": []}}'


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        ({"function__name": "g"}, '{"n": 12345678901234567890, "name": "g"}'),
        (
            {"function__strict": "true"},
            '{"n": 12345678901234567890, "name": "f", "strict": true}',
        ),
        (
            {"function__description": "D\n"},
            '{"n": 12345678901234567890, "name": "f", "description": "D\\n"}',
        ),
        (
            {"function__parameters": ' {"type":  "object"}\n'},
            '{"n": 12345678901234567890, "name": "f", "parameters": {"type":  "object"}}',
        ),
    ],
)
def test_each_part_of_a_function(parts: dict[str, EditorValue], body: str) -> None:
    tools = (edit(BIG, **parts), ObjectValue('{"type":  "bing"}'))
    assert sent("tools", tools) == (
        f'[{{"type": "function", "x": 1.0, "function": {body}}}, {{"type":  "bing"}}]'
    )


def test_a_part_that_is_put_back_leaves_no_trace() -> None:
    name = FUNCTION["function.name"]
    tool = ObjectValue(BIG).with_part(name, "g")
    assert (tool.part(name), tool.parts) == ("g", {"function.name": "g"})
    assert tool.with_part(name, "f") == ObjectValue(BIG)


def test_a_part_that_is_of_another_kind_cannot_be_edited() -> None:
    odd = ObjectValue('{"type": "function", "function": {"name": 5, "strict": "yes"}}')
    for part in ("function.name", "function.strict"):
        with pytest.raises(ValueError, match="of another kind"):
            odd.part(FUNCTION[part])
    assert sent("tools", (odd,)) == f"[{odd.text}]"


def test_a_new_function_needs_a_name() -> None:
    new = ObjectValue(NEW_TOOLS["function"])
    with pytest.raises(FieldError, match="function: Name is needed"):
        sent("tools", (new,))
    named = new.with_part(FUNCTION["function.name"], "look_up")
    assert sent("tools", (named,)) == '[{"type": "function", "function": {"name": "look_up"}}]'


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"function__name": ""}, "Name is needed"),
        ({"function__name": "a b"}, "a–z, A–Z, 0–9, _ and - are allowed"),
        ({"function__name": "x" * 65}, "at most 64"),
        ({"function__parameters": "{"}, "line 1, column 2"),
        ({"function__parameters": "[]"}, "an object is allowed"),
    ],
)
def test_what_a_function_may_not_be(parts: dict[str, EditorValue], words: str) -> None:
    (name,) = parts
    errors = part_errors(FUNCTION, edit(BIG, **parts))
    assert list(errors) == [name.replace("__", ".")]
    assert words in errors[name.replace("__", ".")]
    with pytest.raises(FieldError, match=words):
        sent("tools", (edit(BIG, **parts),))


RANKER = "file_search.ranking_options.ranker"
SCORE = "file_search.ranking_options.score_threshold"
MOST = "file_search.max_num_results"
RANKED = '{"type": "file_search", "file_search": {"ranking_options": {"score_threshold": 0.50}}}'


@pytest.mark.parametrize(
    ("start", "parts", "tool"),
    [
        (
            NEW_TOOLS["file_search"],
            {MOST: " 7 "},
            '{"type": "file_search", "file_search": {"max_num_results": 7}}',
        ),
        (
            NEW_TOOLS["file_search"],
            {RANKER: "auto", SCORE: "0.5"},
            '{"type": "file_search", "file_search": {"ranking_options":'
            ' {"ranker": "auto", "score_threshold": 0.5}}}',
        ),
        (RANKED, {SCORE: ""}, '{"type": "file_search"}'),
        (
            RANKED,
            {RANKER: "auto"},
            '{"type": "file_search", "file_search": {"ranking_options":'
            ' {"score_threshold": 0.50, "ranker": "auto"}}}',
        ),
    ],
)
def test_each_part_of_a_file_search(start: str, parts: dict[str, EditorValue], tool: str) -> None:
    assert sent("tools", (ObjectValue(start, parts),)) == f"[{tool}]"


@pytest.mark.parametrize(
    ("parts", "wrong", "words"),
    [
        ({MOST: "0"}, MOST, "a whole number from 1 to 50"),
        ({MOST: "51"}, MOST, "a whole number from 1 to 50"),
        ({MOST: "1.5"}, MOST, "a whole number from 1 to 50"),
        ({MOST: "51.0"}, MOST, "a whole number from 1 to 50"),
        ({SCORE: "1.1"}, SCORE, "a number from 0 to 1"),
        ({RANKER: "auto"}, SCORE, "Least score is needed"),
    ],
)
def test_what_a_file_search_may_not_be(
    parts: dict[str, EditorValue], wrong: str, words: str
) -> None:
    errors = part_errors(FILE_SEARCH, ObjectValue(NEW_TOOLS["file_search"], parts))
    assert list(errors) == [wrong]
    assert words in errors[wrong]


def test_bounds_of_a_file_search_are_allowed() -> None:
    for most, score in (("1", "0"), ("50", "1")):
        assert (
            part_errors(
                FILE_SEARCH, ObjectValue(NEW_TOOLS["file_search"], {MOST: most, SCORE: score})
            )
            == {}
        )


TYPED = '{"type": "json_schema", "json_schema": {"name": "n", "later": 1.0}}'


@pytest.mark.parametrize(
    ("start", "parts", "text"),
    [
        ("null", {"type": "auto"}, '"auto"'),
        ('"auto"', {"type": ""}, "null"),
        ('"auto"', {"type": "text"}, '{"type": "text"}'),
        (TYPED, {"type": "json_object"}, '{"type": "json_object"}'),
        (TYPED, {}, TYPED),
        ('"later"', {}, '"later"'),
        (
            "null",
            {"type": "json_schema", "json_schema.name": "n", "json_schema.strict": "false"},
            '{"type": "json_schema", "json_schema": {"name": "n", "strict": false}}',
        ),
        (
            TYPED,
            {"json_schema.schema": "{}"},
            '{"type": "json_schema", "json_schema": {"name": "n", "later": 1.0, "schema": {}}}',
        ),
    ],
)
def test_response_formats(start: str, parts: dict[str, EditorValue], text: str) -> None:
    assert sent("response_format", ObjectValue(start, parts)) == text


def test_a_schema_for_answers_needs_a_name() -> None:
    raw = ObjectValue("null", {"type": "json_schema"})
    assert part_errors(FORMAT, started_format(raw)) == {"json_schema.name": "Name is needed"}
    with pytest.raises(FieldError, match="Response format: Name is needed"):
        sent("response_format", raw)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, ""),
        ("null", ""),
        ('"auto"', "auto"),
        ('{"type": "text"}', "text"),
        (TYPED, "json_schema"),
    ],
)
def test_the_type_of_a_response_format(text: str | None, kind: str) -> None:
    raw = from_json(FIELDS["response_format"], text)
    assert isinstance(raw, ObjectValue)
    assert raw.part(FORMAT_TYPE) == kind


STORE = "file_search.vector_store_ids"
FILES = "code_interpreter.file_ids"


@pytest.mark.parametrize(
    ("start", "parts", "text"),
    [
        ("{}", {STORE: ("vs_1",)}, '{"file_search": {"vector_store_ids": ["vs_1"]}}'),
        (
            '{"file_search": {"vector_store_ids": ["vs_1"]}, "later": {"a": 1.0}}',
            {STORE: ()},
            '{"file_search": {"vector_store_ids": []}, "later": {"a": 1.0}}',
        ),
        ("{}", {FILES: ("f1", "f2")}, '{"code_interpreter": {"file_ids": ["f1", "f2"]}}'),
    ],
)
def test_resources(start: str, parts: dict[str, EditorValue], text: str) -> None:
    assert sent("tool_resources", ObjectValue(start, parts)) == text


def test_limits_of_resources() -> None:
    twenty = tuple(f"file-{number}" for number in range(20))
    assert part_errors(RESOURCES, ObjectValue("{}", {FILES: twenty, STORE: ("vs",)})) == {}
    errors = part_errors(RESOURCES, ObjectValue("{}", {FILES: (*twenty, "x"), STORE: ("a", "b")}))
    assert errors == {
        FILES: "Code files: at most 20, these are 21",
        STORE: "Vector store: at most 1, these are 2",
    }
    twice = part_errors(RESOURCES, ObjectValue("{}", {FILES: ("a", "a")}))
    assert twice == {FILES: "Code files: 'a' stands twice"}


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        (NEW_TOOLS["code_interpreter"], "code_interpreter", "code_interpreter"),
        (BIG, "function", "function f"),
        (NEW_TOOLS["function"], "function", "function"),
        ('{"type": "bing"}', "bing", "bing (kept as it came)"),
        ("5", "?", "? (kept as it came)"),
        ('{"type": 5}', "?", "? (kept as it came)"),
    ],
)
def test_tools_by_their_type(text: str, kind: str, label: str) -> None:
    assert (tool_type(text), tool_label(ObjectValue(text))) == (kind, label)
    assert bool(parts_of(text)) == (kind in ("function", "file_search"))


def test_effort_keeps_a_word_that_only_this_server_knows() -> None:
    field = FIELDS["reasoning_effort"]
    assert from_json(field, '"ultra"') == "ultra"
    assert (to_json(field, "low"), to_json(field, "")) == ('"low"', "null")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"type": "function", "function": {"name": "f"}}', "function.name"),
        ('{"type": "json_schema", "json_schema": {"name": "a"}}', "json_schema.name"),
    ],
)
def test_a_name_is_needed_though_it_was_all_that_there_was(text: str, part: str) -> None:
    parts = FUNCTION if part in FUNCTION else FORMAT
    assert part_errors(parts, ObjectValue(text, {part: ""})) == {part: "Name is needed"}


def test_what_is_missing_as_the_server_sent_it_is_no_error_until_it_is_touched() -> None:
    ranked = '{"type": "file_search", "file_search": {"ranking_options": {"ranker": "auto"}}}'
    assert part_errors(FILE_SEARCH, ObjectValue(ranked)) == {}
    assert part_errors(FILE_SEARCH, ObjectValue(ranked, {MOST: "5"})) == {}
    assert SCORE in part_errors(FILE_SEARCH, ObjectValue(ranked, {RANKER: "default_2024_08_21"}))


@pytest.mark.parametrize(
    "text", ['{"type": "grammar", "grammar": "x"}', '"grammar_x"', '{"type": "text", "x": 1}']
)
def test_a_type_that_is_chosen_again_keeps_all_that_it_had(text: str) -> None:
    """Though a name was typed while another was chosen."""
    raw = ObjectValue(text, {"json_schema.name": "n"})
    assert sent("response_format", raw) == text


@pytest.mark.parametrize("text", ['{"type": 5}', '{"type": []}'])
def test_a_response_format_whose_type_is_no_word_cannot_be_edited(text: str) -> None:
    with pytest.raises(ValueError, match="of another kind"):
        from_json(FIELDS["response_format"], text)


@pytest.mark.parametrize(("typed", "sent"), [("5.0", "5"), ("50.", None), ("7.00", "7")])
def test_a_whole_number_may_be_written_with_a_point(typed: str, sent: str | None) -> None:
    field = FILE_SEARCH["file_search.max_num_results"]
    if sent is None:
        with pytest.raises(FieldError):
            to_json(field, typed)
    else:
        assert to_json(field, typed) == sent
