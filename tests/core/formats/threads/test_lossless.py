"""A thread in a file comes back as the server sent it, whatever is in it."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant_tui.core.formats.threads import lossless
from assistant_tui.core.formats.threads.record import ThreadRecord, oldest_first
from assistant_tui.core.json_text import minified, on_one_line
from tests.core.formats.threads.support import ORDERS, records


def minified_record(record: ThreadRecord) -> ThreadRecord:
    """A record without the white space between the parts of its objects."""
    lists = (tuple(map(minified, each)) for each in (record.messages, record.runs, record.steps))
    return ThreadRecord(minified(record.thread), *lists)


@example(ThreadRecord('{"a": 1.0, "a": 12345678901234567890123, "b":"\\ud800\\/\u2028"}'))
@example(ThreadRecord("{}", ("[" * 300 + "]" * 300, "17", "null", '"\x00"')))
@example(ORDERS)
@given(records)
def test_everything_but_white_space_comes_back(record: ThreadRecord) -> None:
    written = lossless.write(record)
    assert minified_record(lossless.read(written)) == minified_record(record)
    assert lossless.write(lossless.read(written)) == written


def test_the_file_is_json_with_a_version() -> None:
    written = json.loads(lossless.write(ORDERS))
    assert [*written] == ["format", "version", "thread", "messages", "runs", "steps"]
    assert (written["format"], written["version"]) == ("assistant-tui thread", 1)
    assert written["messages"][0]["content"][0]["text"]["value"] == "Where is order 7?"


def test_files_are_named_by_id_alone() -> None:
    assert lossless.losses(ORDERS) == ("the content of files: 2 files are named by id alone",)
    assert lossless.losses(ThreadRecord("{}", ('{"content": "\\"file_id\\": \\"x\\""}',))) == ()


HEAD = '{"format": "assistant-tui thread", "version": 1'


@given(st.lists(records, min_size=1, max_size=3))
def test_several_come_back_from_lines(found: list[ThreadRecord]) -> None:
    lines = [on_one_line(lossless.write(record)) for record in found]
    read = lossless.read_all("\n".join(lines) + "\n")
    assert [*map(minified_record, read)] == [minified_record(lossless.read(line)) for line in lines]
    assert lossless.read_all(lossless.write(found[0])) == [lossless.read(lossless.write(found[0]))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected '{'"),
        ("[]", "expected '{'"),
        (HEAD, "the JSON is cut off"),
        ('{"id": "asst_1"}', '"format" is not "assistant-tui thread"'),
        ('{"format": "other", "version": 1, "thread": {}}', '"format" is not'),
        ('{"format": "assistant-tui thread", "thread": {}}', "version null is not read, 1 is"),
        (f'{HEAD.replace("1", "2")}, "thread": {{}}}}', "version 2 is not read, 1 is"),
        (f'{HEAD.replace("1", "true")}, "thread": {{}}}}', "version true is not read"),
        (f"{HEAD}}}", '"thread" is missing'),
        (f'{HEAD}, "thread": 5}}', "expected '{'"),
        (f'{HEAD}, "thread": {{}}, "runs": {{}}}}', "expected '['"),
    ],
)
def test_something_else_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        lossless.read(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("times", "order"),
    [
        ([1, 2, 3], [0, 1, 2]),
        ([3, 2, 1], [2, 1, 0]),
        ([2, 2, 1], [2, 1, 0]),
        ([1, 1, 1], [0, 1, 2]),
        ([2, 1, 3], [1, 0, 2]),
        ([1, None, 0.5], [2, 1, 0]),
        ([1, None, 2, 0], [3, 0, 1, 2]),
        (["x", None, 10**400], [0, 1, 2]),
    ],
)
def test_objects_come_oldest_first(times: list[object], order: list[int]) -> None:
    texts = [json.dumps({"n": n, "created_at": time}) for n, time in enumerate(times)]
    assert [json.loads(text)["n"] for text in oldest_first(texts)] == order
