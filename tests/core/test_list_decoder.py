"""The quick way through a list finds what the careful one finds, or leaves it to that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.json_text import elements, read_json
from assistant_tui.core.list_decoder import decode_list
from tests.core.json_texts import scalars, texts

blank = st.text(" \t\r\n", max_size=2)
names = st.sampled_from(['"object"', '"has_more"', '"last_id"', '"a]b"', '"data "'])


def found(text: str) -> tuple[list[tuple[object, str]], str] | None:
    return decode_list(text, lambda value, item: (value, item), 1_000)


@given(st.lists(texts, max_size=4), blank, st.lists(st.tuples(names, scalars)), st.booleans())
def test_each_element_comes_with_its_value_and_its_exact_text(
    items: list[str], space: str, pairs: list[tuple[str, str]], bare: bool
) -> None:
    array = f"{space},{space}".join(items)
    array = f"[{space}{array}{space}]"
    members = [f"{space}{name}{space}:{space}{value}{space}" for name, value in pairs]
    text = array
    if not bare:
        text = "{" + ",".join([*members, f'{space}"data"{space}:{space}{array}', *members]) + "}"
    scanned = found(space + text + space)
    if scanned is None:
        assert any("\\" in name + value for name, value in pairs) and not bare
        return
    parts, rest = scanned
    assert [item for _, item in parts] == [*map(str.strip, items)] == elements(array)
    assert str([value for value, _ in parts]) == str([read_json(item) for item in items])
    assert "".join(rest.split()) == "".join((space + text).replace(array, "[]").split())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "5",
        '{"data": 5}',
        '{"object": {"data": [1]}}',
        '{"x": [], "data": [1]}',
        "[1",
        "[1 2]",
        "[1 23]",
        "[1,]",
        "[,1]",
        "[1,,2]",
        "[01]",
        '["a]',
        "[{]}",
        '[{"a": ' + "[" * 100_000,
        "[" + "9" * 5_000 + "]",
    ],
)
def test_a_list_with_a_fault_or_in_an_odd_place_is_left_to_others(text: str) -> None:
    assert found(text) is None
