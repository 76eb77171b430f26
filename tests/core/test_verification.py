"""What a server made of a request, field by field."""

import pytest

from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.verification import WriteOutcome, changed_since, verify

BEFORE = RawJson('{"id": "a", "name": "N", "top_p": 0.5, "tools": [{"type": "x"}], "later": 1}')


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ('"x"', '"x"'),
        ("1", "1.0"),
        ("0.3", "0.30000001"),
        ("null", "null"),
        ("null", '""'),
        ("null", "[]"),
        ("null", None),
        ("[]", None),
        ('{"a": {"b": 1}}', '{"a": {"b": 1, "ranker": "auto"}, "c": 2}'),
        ('[{"type": "x"}]', '[{"type": "x", "strict": false}]'),
    ],
)
def test_what_stands_as_asked(asked: str, answered: str | None) -> None:
    answer = RawJson('{"id": "a"}' if answered is None else f'{{"id": "a", "f": {answered}}}')
    assert verify({"f": asked}, None, answer).as_asked


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ('"x"', '"y"'),
        ('"x"', None),
        ("1", "2"),
        ("true", "1"),
        ("null", '"kept"'),
        ("[1]", "[1, 2]"),
        ('{"a": 1}', "{}"),
    ],
)
def test_what_was_ignored_or_altered(asked: str, answered: str | None) -> None:
    answer = RawJson('{"id": "a"}' if answered is None else f'{{"id": "a", "f": {answered}}}')
    assert verify({"f": asked}, None, answer) == WriteOutcome(ignored=("f",))


@pytest.mark.parametrize(
    ("before", "asked", "answered", "taken"),
    [
        ('{"a": "1", "b": "2"}', '{"a": "1"}', '{"a": "1", "b": "2"}', False),
        ('{"a": "1"}', "{}", '{"a": "1"}', False),
        ('{"a": "1"}', '{"b": "2"}', '{"b": "2", "a": "1"}', False),
        ('{"a": {"b": 1, "c": 2}}', '{"a": {"b": 1}}', '{"a": {"b": 1, "c": 2}}', False),
        ('[{"t": 1, "x": 5}]', '[{"t": 1}]', '[{"t": 1, "x": 5}]', False),
        ('{"a": "1"}', '{"b": "2"}', '{"b": "2", "ranker": "auto"}', True),
        ('[{"t": 1}]', '[{"t": 1}, {"t": 2}]', '[{"t": 1, "x": 5}, {"t": 2}]', True),
        ("null", '{"b": "2"}', '{"b": "2", "ranker": "auto"}', True),
    ],
)
def test_what_was_to_go_and_is_still_there_was_ignored(
    before: str, asked: str, answered: str, taken: bool
) -> None:
    was, now = (RawJson(f'{{"id": "a", "f": {text}}}') for text in (before, answered))
    assert verify({"f": asked}, was, now).as_asked is taken


def test_what_was_wiped() -> None:
    answer = RawJson('{"id": "a", "name": "M", "top_p": null, "tools": [], "created_at": 5}')
    outcome = verify({"name": '"M"'}, BEFORE, answer)
    assert outcome == WriteOutcome(wiped=("top_p", "tools", "later"))
    assert not outcome.as_asked


def test_what_a_server_changed_by_itself_is_not_called_wiped() -> None:
    answer = RawJson('{"id": "a", "name": "M", "top_p": 0.7, "tools": [{"type": "x"}], "later": 1}')
    assert verify({"name": '"M"'}, BEFORE, answer).as_asked


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ('{"id": "a", "created_at": 1}', '{"id": "b", "created_at": 2, "updated_at": 3}'),
        ('{"tools": [], "metadata": {}, "name": ""}', '{"tools": null}'),
        ("{}", '{"top_p": 1.0, "temperature": 1, "response_format": "auto", "later": null}'),
        ('{"top_p": 0.3}', '{"top_p": 0.30000001}'),
        ('{"tools": [{"type": "x"}]}', '{"tools": [{"type": "x", "strict": null}]}'),
        ('{"tools": [{"type": "x", "strict": null}]}', '{"tools": [{"type": "x"}]}'),
        ('{"later": 123456789012345678901234567890}', '{"later":123456789012345678901234567890}'),
    ],
)
def test_what_a_server_does_by_itself_is_no_change(then: str, now: str) -> None:
    assert changed_since(RawJson(then), RawJson(now)) == ()


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("null", '"auto"'),
        ("null", "1"),
        ("null", "true"),
        ("null", "false"),
        ("null", "0"),
        ("true", "1"),
        ('{"a": "1"}', '{"a": "1", "b": "2"}'),
        ('{"a": "1", "b": "2"}', '{"a": "1"}'),
        ('[{"a": 1}]', '[{"a": 1}, {}]'),
        ('["a", "b"]', '["b", "a"]'),
        ('"kept"', "null"),
        ("1e400", "1"),
        ("[" * 5_000 + "]" * 5_000, "[1]"),
    ],
)
def test_what_somebody_did_is_a_change_of_that_field(then: str, now: str) -> None:
    one, other = RawJson(f'{{"f": {then}, "g": 1}}'), RawJson(f'{{"f": {now}, "g": 1}}')
    assert changed_since(one, other) == ("f",) == changed_since(other, one)


def test_a_field_that_is_gone_or_new_is_a_change() -> None:
    assert changed_since(BEFORE, RawJson('{"id": "a", "name": "N", "new": 2}')) == (
        "top_p",
        "tools",
        "later",
        "new",
    )
