"""What a file changes in an assistant: the fields that it names, where they are not so already."""

import pytest
from hypothesis import given

from assistant_tui.core.assistants.draft import update_draft
from assistant_tui.core.json_text import compose, indent
from assistant_tui.core.raw_json import RawJson
from tests.core.json_texts import bodies

NOW = RawJson('{"id": "a", "created_at": 5, "model": "m", "name": "One", "x": {"b": 1.0, "a": 2}}')


def changes(text: str) -> dict[str, str]:
    """What would be sent."""
    return update_draft(NOW, RawJson(text)).patch()


def test_what_is_not_named_stays_and_what_is_the_same_is_not_sent() -> None:
    assert changes('{"id": "a", "name": "Two", "model": "m", "x": {"b": 1, "a": 2}}') == {
        "name": '"Two"'
    }
    assert changes("{}") == {}


def test_null_clears_what_is_there_and_is_nothing_where_there_is_nothing() -> None:
    assert changes('{"name": null, "instructions": null, "tools": []}') == {"name": "null"}


def test_another_order_of_names_is_a_change() -> None:
    assert changes('{"x": {"a": 2, "b": 1.0}}') == {"x": '{"a": 2, "b": 1.0}'}


@pytest.mark.parametrize("name", ["id", "object", "created_at", "updated_at"])
def test_what_a_server_sets_is_left_out(name: str) -> None:
    assert changes(f'{{"{name}": "another", "name": "Two"}}') == {"name": '"Two"'}


@given(bodies)
def test_an_assistant_laid_out_is_the_same_assistant(parts: dict[str, str]) -> None:
    text = compose(parts)
    assert update_draft(RawJson(text), RawJson(indent(text))).patch() == {}
