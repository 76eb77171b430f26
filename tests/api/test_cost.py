"""An answer may cost only so much to read, however few bytes it came in."""

import json

import pytest

from assistant_tui.api import parsing
from assistant_tui.api.assistants import parse_assistant
from assistant_tui.core import list_decoder
from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.errors import ResponseTooLarge, Unreadable
from assistant_tui.core.listing import Page

ASSISTANT = '{"id": "a", "model": "m"}'


def page(text: str) -> Page:
    return parsing.read_page(text, parse_assistant, after=None, limit=50)


def test_a_list_of_more_elements_than_are_read_is_refused_before_they_are_made() -> None:
    made = 0

    def keep(text: str) -> str:
        nonlocal made
        made += 1
        return text

    text = '{"data": [' + "1," * (2 * parsing.MOST_ITEMS) + "1]}"
    with pytest.raises(Unreadable, match="more than 50,000"):
        parsing.read_page(text, parse_assistant, after=None, limit=50, keep=keep)
    assert made == parsing.MOST_ITEMS


@pytest.mark.parametrize("shape", ['{"data": [%s]}', '{"a": {}, "data": [%s]}', "[%s]"])
def test_an_answer_of_millions_of_values_is_not_read_at_all(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(list_decoder._Decoder, "value", decode)
    monkeypatch.setattr(parsing, "elements", decode)
    with pytest.raises(ResponseTooLarge, match="more than 2,000,000 values"):
        page(shape % ("1," * list_decoder.MOST_PARTS_AT_ONCE + "1"))


def test_a_row_of_too_many_values_spoils_only_itself() -> None:
    many = json.dumps({str(n): 0 for n in range(list_decoder.MOST_PARTS)})
    rows = page(f'{{"data": [{ASSISTANT}, {{"id": "b", "metadata": {many}}}]}}').rows
    assert [(row.id, row.problem) for row in rows] == [
        ("a", ""),
        ("b", "it has more than 100,000 values"),
    ]


def test_long_texts_full_of_marks_are_no_cost() -> None:
    text = json.dumps({"id": "a", "model": "m", "instructions": "a, b: [c] {d}; " * 20_000})
    assert page(f"[{text}]").rows[0].problem == ""


def test_what_a_row_holds_of_names_is_bounded_and_its_text_is_whole() -> None:
    text = json.dumps(
        {
            "id": "a",
            "name": "n" * 100_000,
            "model": "m" * 100_000,
            "tools": [{"type": "t" * 2_000}] * 1_000,
        }
    )
    row = page(f"[{text}]").rows[0]
    assert len(row.name) == len(summary_of(row).model) == len(summary_of(row).tools[0]) == 1_000
    assert len(summary_of(row).tools) == 200
    assert row.text == text


def test_an_id_that_no_address_could_carry_is_none() -> None:
    row = page(json.dumps([{"id": "i" * 100_000, "model": "m"}])).rows[0]
    assert len(row.id) < 100
    assert row.problem == "id: longer than 4,000 characters"


def test_models_beyond_what_anybody_chooses_from_are_left_out() -> None:
    names = parsing.read_models(json.dumps({"data": [{"id": f"m{n}"} for n in range(20_000)]}))
    assert len(names) == 10_000


def test_an_element_longer_than_a_stretch_is_read_whole() -> None:
    long = json.dumps({"id": "b", "model": "m", "instructions": "x" * (3 * list_decoder.CHUNK)})
    rows = page(f'{{"data": [{ASSISTANT}, {long}, {ASSISTANT.replace("a", "c", 1)}]}}').rows
    assert [row.problem for row in rows] == ["", "", ""]
    assert rows[1].text == long
