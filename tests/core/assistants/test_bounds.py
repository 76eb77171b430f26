"""What is laid out, compared or checked for a person takes bounded work, whatever it holds."""

import json
from collections import Counter
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core import strict_json, text_comparison
from assistant_tui.core.assistants.comparison import compare_assistants
from assistant_tui.core.assistants.conflict import LOOKED_AT, Side, excerpts
from assistant_tui.core.assistants.description import ENTRIES, LARGEST, describe
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.strict_json import MOST_CHECKED, schema_problem
from assistant_tui.core.text_comparison import (
    MAX_ITEM_PAIRS,
    MAX_WORD_PAIRS,
    aligned,
    compare_texts,
)
from assistant_tui.tui.assistants.showing import MOST_JSON, json_screen


def row(members: dict[str, Any]) -> ResourceRow:
    """A row with that object."""
    return ResourceRow(
        "a",
        1,
        json.dumps({"id": "a", "name": "n", "model": "m", **members}),
        summary=AssistantSummary("n", "m"),
    )


@pytest.mark.parametrize(
    "members",
    [
        {"metadata": {f"k{n}": "v" for n in range(5_000)}},
        {"tools": [{"type": "x"}] * 5_000},
        {f"later{n}": 1 for n in range(5_000)},
    ],
    ids=["metadata", "tools", "others"],
)
def test_of_many_entries_the_first_are_described_and_the_rest_is_counted(
    members: dict[str, Any],
) -> None:
    lines = describe(row(members))
    assert len(lines) < ENTRIES + 20
    assert "… 4,800 more: v shows all" in [line.text for line in lines]


def test_an_object_of_megabytes_is_not_taken_apart() -> None:
    lines = describe(row({"metadata": {"k": "v" * LARGEST}}))
    assert [line.text for line in lines][-2].startswith("Too large to be shown here: 1,000,0")


class Counting(SequenceMatcher[str]):
    """Counts the pairs of equal items that may be looked at."""

    pairs = 0

    def __init__(self, junk: None, one: list[str], other: list[str], autojunk: bool = True) -> None:
        super().__init__(junk, one, other, autojunk)
        counts = Counter(other)
        Counting.pairs += sum(counts[item] for item in one)


def test_texts_of_the_same_few_lines_are_compared_in_bounded_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_comparison, "SequenceMatcher", Counting)
    monkeypatch.setattr(Counting, "pairs", 0)
    one, other = "a b\nb c\n" * 20_000, "b c\na b\na b\n" * 15_000
    assert list(compare_texts(one, other))
    left, right = (RawJson(json.dumps({"id": "x", "instructions": text})) for text in (one, other))
    assert len(list(compare_assistants(left, right))) == 2
    assert Counting.pairs <= 3 * MAX_ITEM_PAIRS


def test_many_long_lines_are_compared_by_word_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text_comparison, "SequenceMatcher", Counting)
    monkeypatch.setattr(Counting, "pairs", 0)
    words = " ".join(f"w{n}" for n in range(80))
    one = "\n".join(f"{words} {n}" for n in range(1_000))
    lines = list(compare_texts(one, one.replace("w7 ", "x ")))
    assert {line.sign for line in lines} == {"~", "-", "+"}
    assert Counting.pairs <= MAX_WORD_PAIRS + MAX_ITEM_PAIRS


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_what_is_aligned_is_all_of_both(one: list[str], other: list[str]) -> None:
    made, before, after = [], 0, 0
    for kind, first, last, start, end in aligned(one, other):
        assert (first, start) == (before, after)
        assert kind != "equal" or one[first:last] == other[start:end]
        made += other[start:end]
        before, after = last, end
    assert (made, before, after) == (other, len(one), len(other))


def test_a_schema_of_many_parts_is_read_but_not_checked_at_every_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def ask(schema: object) -> str:
        asked.append(schema)
        return ""

    monkeypatch.setattr(strict_json, "_meta_problem", ask)
    parts = [{"n": n} for n in range(MOST_CHECKED)]
    assert schema_problem(json.dumps({"allOf": parts})) == ""
    assert asked == []
    assert schema_problem(json.dumps({"allOf": parts[:-1]})) == ""
    assert len(asked) == 1


def test_of_an_object_of_megabytes_the_start_is_laid_out_and_the_rest_is_counted() -> None:
    held = row({"instructions": "word " * 400_000, "metadata": {"k": "v"}})
    lines = [*json_screen(held)._lines]
    assert sum(len(line.text) for line in lines) < MOST_JSON + 10_000
    assert "more characters: x writes all to a file" in lines[-1].text


def test_the_first_difference_of_long_values_is_looked_for_in_their_start() -> None:
    one, other = "a" * 2 * LOOKED_AT, "a" * 2 * LOOKED_AT + "b"
    assert excerpts({Side.MINE: one, Side.THEIRS: other})[Side.MINE].startswith("…aaaa")
