"""Two assistants side by side: which fields, which lines, and what counts as the same."""

from assistant_tui.core.assistants.comparison import (
    NOT_SET,
    ComparedField,
    compare_assistants,
)
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.text_comparison import LinePair


def compared(left: str, right: str) -> dict[str, ComparedField]:
    return {each.name: each for each in compare_assistants(RawJson(left), RawJson(right))}


def test_the_ids_come_first_then_the_fields_of_the_form_in_its_order() -> None:
    found = [*compared('{"odd": 1, "id": "a", "model": "m"}', '{"id": "b", "name": "n"}')]
    assert found == ["id", "name", "model", "odd"]


def test_numbers_and_orders_of_names_that_mean_the_same_are_the_same() -> None:
    found = compared('{"top_p": 1.0, "metadata": {"a": "1", "b": "2"}}', '{"top_p": 1}')
    assert found["top_p"].same and not found["metadata"].same
    assert found["metadata"].pairs[0].right == NOT_SET


def test_null_and_absent_are_the_same() -> None:
    assert compared('{"name": null}', "{}")["name"].same


def test_long_texts_are_aligned_by_line() -> None:
    found = compared('{"instructions": "a\\nb\\nc"}', '{"instructions": "a\\nc\\nd"}')
    assert found["instructions"].pairs == (
        LinePair("a", "a", True),
        LinePair("b", None, False),
        LinePair("c", "c", True),
        LinePair(None, "d", False),
    )


def test_very_long_texts_are_shown_line_beside_line() -> None:
    left = "\\n".join(f"l{each}" for each in range(3_000))
    found = compared(f'{{"instructions": "{left}"}}', '{"instructions": "l0\\nx"}')
    pairs = found["instructions"].pairs
    assert len(pairs) == 3_000 and pairs[:2] == (
        LinePair("l0", "l0", True),
        LinePair("l1", "x", False),
    )
