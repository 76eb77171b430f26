"""Lists, assistants and models in every form that servers send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.api import parsing
from assistant_tui.api.assistants import parse_assistant
from assistant_tui.api.parsing import (
    is_null,
    read_deletion,
    read_models,
    read_object,
    read_page,
)
from assistant_tui.api.tool_resources import parse_tool_resource, read_tool_resource
from assistant_tui.core.assistants.summary import AssistantSummary, summary_of
from assistant_tui.core.assistants.tool_resources import ToolResource
from assistant_tui.core.errors import Unreadable
from assistant_tui.core.list_decoder import UNDECODED
from assistant_tui.core.listing import Listing, Page
from assistant_tui.core.resource import ASSISTANTS
from assistant_tui.core.rows import ResourceRow
from tests.core.json_texts import texts

DEEP = "[" * 100_000 + "]" * 100_000


def page(text: str) -> Page:
    return read_page(text, parse_assistant, after=None, limit=50)


def read_row(text: str) -> ResourceRow:
    """The row of one assistant."""
    return parse_assistant(UNDECODED, text)


def test_a_sound_row() -> None:
    text = (
        '{"id": "asst_1", "name": "N", "model": "m", "created_at": 1700000000, "top_p": 1.0,'
        ' "tools": [{"type": "file_search"}, {"type": "bing_grounding", "x": 1}], "later": {}}'
    )
    row = read_row(text)
    summary = AssistantSummary("N", "m", ("file_search", "bing_grounding"))
    assert row == ResourceRow("asst_1", 1_700_000_000, text, "", summary)


@pytest.mark.parametrize(
    ("member", "seconds"),
    [
        ('"created_at": 1700000000', 1_700_000_000),
        ('"created_at": 1700000000123', 1_700_000_000),
        ('"created_at": 1700000000.7', 1_700_000_000),
        ('"created_at": "1700000000"', 1_700_000_000),
        ('"created_at": "1700000000123.5"', 1_700_000_000),
        ('"created": 1700000000', 1_700_000_000),
        ('"created_at": 5, "created": 7', 5),
        ('"created_at": null', None),
        ('"x": 1', None),
    ],
)
def test_times_in_all_their_forms(member: str, seconds: int | None) -> None:
    row = read_row(f'{{"id": "a", {member}}}')
    assert (row.created_at, row.problem) == (seconds, "")


@pytest.mark.parametrize(
    ("text", "known"), [("7", "7"), ("12345678901234567890123", None), ('"a/b?"', "a/b?")]
)
def test_ids_of_any_type_are_texts(text: str, known: str | None) -> None:
    row = read_row(f'{{"id": {text}}}')
    assert (row.id, row.problem) == (known or text, "")


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ('"name": 5', "name: should be a string"),
        ('"model": []', "model: should be a string"),
        ('"tools": 5', "tools: should be a list"),
        ('"tools": ["x"]', "tools[0]: should be an object"),
        ('"tools": [{"type": "x"}, {}]', "tools[1].type: is missing"),
        (
            '"tools": [{"type": "function", "function": 5}]',
            "tools[0].function: should be an object",
        ),
        ('"metadata": []', "metadata: should be an object"),
        ('"\\ud800": 5', "the name of a field: should be Unicode text"),
        ('"top_p": "much"', "top_p: should be a number"),
        ('"response_format": 5', "response_format: should be a string"),
        ('"created_at": "yesterday"', "created_at: should be a time"),
        ('"created_at": Infinity', "created_at: should be a time"),
        ('"created_at": 1' + "0" * 400, "created_at: should be a time"),
        ('"x": ' + "9" * 5000, "Exceeds the limit (4300 digits) for integer string conversion: "),
        ('"x": ' + DEEP, "JSON nested too deeply to read"),
    ],
)
def test_what_does_not_fit_is_told_in_words_and_the_rest_is_kept(
    members: str, problem: str
) -> None:
    text = f'{{"id": "a", "model": "m", {members}}}'
    row = read_row(text)
    assert row.problem.startswith(problem)
    assert (row.id, row.text) == ("a", text)
    assert summary_of(row).model == ("m" if '"model"' not in members else "")


def test_the_names_of_misshaped_tools_are_kept_where_they_can_be_read() -> None:
    row = read_row('{"id": "a", "name": 5, "tools": [{"type": "function"}, {"type": 3}]}')
    assert (row.name, summary_of(row).tools) == ("5", ("function", "3"))


@pytest.mark.parametrize(
    "text", ["{}", '{"id": null}', '{"id": ""}', '{"id": {}}', '{"id": "\\ud800"}', "5", "[1]", '"']
)
def test_an_object_without_an_id_gets_a_stand_in_that_lasts(text: str) -> None:
    row = read_row(text)
    assert row.id.startswith("(no id) #")
    assert row.problem
    assert row == read_row(text)
    assert row.id != read_row(text + " ").id


def test_a_lone_surrogate_in_a_name_never_reaches_the_row_but_stays_in_the_text() -> None:
    text = '{"id": "a", "name": "x\\ud800", "model": "\\ud83d\\ude00"}'
    row = read_row(text)
    assert (row.name, summary_of(row).model, row.text, row.problem) == ("x\ufffd", "😀", text, "")


@pytest.mark.parametrize("bad", ['{"id": "x", "y": ' + DEEP + "}", '{"id": "x", 5}', "7", ""])
def test_one_bad_object_spoils_only_its_own_row(bad: str) -> None:
    rows = page(f'[{{"id": "a"}}, {bad}, {{"id": "b"}}]').rows
    assert [row.problem == "" for row in rows] == [True, False, True]
    assert (rows[0].id, rows[2].id) == ("a", "b")


@pytest.mark.parametrize(
    ("text", "count", "has_more"),
    [
        ("[]", 0, None),
        ("null", 0, None),
        ('[{"id": "a"}]', 1, None),
        ('\ufeff [{"id": "a"}]\n', 1, None),
        ('{"data": []}', 0, None),
        ('{"data": null}', 0, None),
        ('{"object": "list", "data": [{"id": "a"}], "has_more": true}', 1, True),
        ('{"object": "assistants", "data": [{"id": "a"}], "has_more": false}', 1, False),
        ('{"data": [{"id": "a"}], "has_more": null, "last_id": ""}', 1, None),
        ('{"data": [{"id": "a"}], "has_more": "true"}', 1, None),
    ],
)
def test_lists_in_all_their_forms(text: str, count: int, has_more: bool | None) -> None:
    read = page(text)
    assert (len(read.rows), read.has_more) == (count, has_more)


@pytest.mark.parametrize(
    ("members", "total"),
    [
        ('"total": 150', 150),
        ('"total_count": "150"', 150),
        ('"meta": {"total_results": 150, "x": 1}', 150),
        ('"pagination": {"total": 150}, "total": null', 150),
        ('"meta": [150]', None),
        ('"meta": {"total": -1}', None),
        ('"total": 1.5, "total_count": true, "total_items": "many"', None),
        ('"has_more": false', None),
    ],
)
def test_a_total_is_read_wherever_servers_tell_it(members: str, total: int | None) -> None:
    for data in ('[{"id": "a"}]', "null"):
        for text in (f'{{"data": {data}, {members}}}', f'{{{members}, "data": {data}}}'):
            assert page(text).total == total


@given(st.lists(texts, max_size=4).map(lambda items: f"[{','.join(items)}]"), st.booleans())
def test_the_quick_way_through_a_list_finds_what_the_careful_one_finds(
    array: str, bare: bool
) -> None:
    text = array if bare else f'{{"object": "list", "data": {array}, "has_more": true}}'
    quick = page(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "decode_list", lambda text, read, most: None)
        assert page(text) == quick


def test_of_a_list_that_stands_twice_the_last_counts() -> None:
    assert [row.id for row in page('{"data": [{"id": "a"}], "data": [{"id": "b"}]}').rows] == ["b"]


def test_a_page_remembers_what_it_answers() -> None:
    assert read_page("[]", parse_assistant, after="x", limit=7) == Page((), None, "x", 7)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("<!doctype html><title>Log in</title>", "HTML page"),
        ("hello", "expected"),
        ("5", "expected"),
        ('{"object": "list"}', "no data"),
        ('{"data": {}}', "expected"),
        ('{"data": [{"id": "a"}', "cut off"),
        ('[{"id": "a"}, {"id"', "cut off"),
        ("[] []", "after the end"),
    ],
)
def test_what_is_no_list_is_unreadable(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as raised:
        page(text)
    assert "<" not in raised.value.message


@given(st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace")))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    row = read_row(text)
    assert row.id
    assert row.problem or json.loads(text, strict=False)["id"] is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
field_names = st.sampled_from(["id", "name", "model", "tools", "created_at", "created", "metadata"])


@given(st.dictionaries(field_names, json_values))
def test_no_object_whatever_breaks_the_reader(value: dict[str, object]) -> None:
    text = json.dumps(value)
    row = read_row(text)
    assert row.text == text
    f"{row.id}{row.name}{summary_of(row).model}{summary_of(row).tools}{row.problem}".encode()
    assert Listing().extended(page(f"[{text}]")).rows == (row,)


def test_an_assistant_may_be_odd_but_must_have_an_id() -> None:
    assert (
        read_object(' {"id": "a", "name": 5}\n', ASSISTANTS, parse_assistant).text
        == '{"id": "a", "name": 5}'
    )
    for text in ("", "null", "[]", "{}", '{"error": {"message": "x"}}', "<html>", '{"id": "a"'):
        with pytest.raises(Unreadable, match="not an assistant"):
            read_object(text, ASSISTANTS, parse_assistant)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"object": "list", "data": [{"id": "a"}, {"id": "b"}]}', ("a", "b")),
        ('[{"id": "a"}, {"id": "a"}]', ("a",)),
        ('["a", "b"]', ("a", "b")),
        ('{"models": [{"name": "a"}]}', ("a",)),
        ('{"data": [{"id": 5}, {"x": 1}, 7, null, "", {"id": ""}]}', ("5",)),
        ('{"data": null}', ()),
        ("null", ()),
    ],
)
def test_models_in_all_their_forms(text: str, names: tuple[str, ...]) -> None:
    assert read_models(text) == names


def test_what_is_no_list_of_models_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no data or models"):
        read_models("{}")


@pytest.mark.parametrize(
    ("members", "name", "size"),
    [
        ('"filename": "a.pdf", "bytes": 5', "a.pdf", 5),
        ('"name": "N", "usage_bytes": 7', "N", 7),
        ('"filename": "a.pdf", "name": "N", "bytes": 5, "usage_bytes": 7', "a.pdf", 5),
        ('"filename": null, "name": "N", "bytes": null, "usage_bytes": 7', "N", 7),
        ('"name": 17, "bytes": "120"', "17", 120),
        ('"name": [], "bytes": 120.0', "", 120),
        ('"bytes": 0', "", 0),
        ('"bytes": -1', "", None),
        ('"bytes": true', "", None),
        ('"bytes": "much"', "", None),
        ('"bytes": NaN', "", None),
        ('"bytes": 1e400', "", None),
        ('"bytes": ' + "9" * 5000, "", None),
        ('"tools": 5, "metadata": []', "", None),
        ('"x": ' + DEEP, "", None),
    ],
)
def test_files_and_vector_stores_in_all_their_forms(
    members: str, name: str, size: int | None
) -> None:
    row = parse_tool_resource(UNDECODED, f'{{"id": 17, {members}}}', str)
    assert read_tool_resource(row) == ToolResource("17", name, size)


@given(st.dictionaries(field_names | st.sampled_from(["filename", "bytes"]), json_values))
def test_no_entry_whatever_breaks_the_reader(value: dict[str, object]) -> None:
    for row in read_page(json.dumps([value]), parse_tool_resource, after=None, limit=50).rows:
        if row.has_id:
            read = read_tool_resource(row)
            assert read.id == row.id
            read.name.encode()
            assert read.size is None or read.size >= 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"id": "a", "deleted": false}', False),
        ('{"id": "a", "deleted": true}', True),
        ('{"deleted": "yes"}', None),
        ("{}", None),
        ("", None),
        ("OK", None),
        ("null", None),
    ],
)
def test_only_a_plain_word_says_whether_it_was_deleted(text: str, said: bool | None) -> None:
    assert read_deletion(text).deleted is said


def test_null() -> None:
    assert is_null(" null\n")
    assert not is_null('{"id": null}')
