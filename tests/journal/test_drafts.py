"""Drafts come back as they were, whatever was typed; each belongs to one running program."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import MetadataPair as Pair
from assistant_tui.core.assistants.editor_values import ObjectValue
from assistant_tui.core.raw_json import RawJson
from assistant_tui.journal.drafts import KeptDraft, dump_draft, load_draft
from assistant_tui.journal.errors import JournalError
from assistant_tui.journal.journal import Journal

S, A, NEW = "work https://host", "asst_a", "new-1"

_texts = st.text(st.characters(exclude_categories=[]) | st.sampled_from("\ud83d\ude00\0\x7f\u2028"))
_pairs = st.builds(Pair, _texts, _texts, st.none() | _texts)
_simple = _texts | st.lists(_texts).map(tuple) | st.lists(_pairs).map(tuple)
_composites = st.builds(ObjectValue, _texts, st.dictionaries(_texts, _simple, max_size=3))
_raws = _simple | _composites | st.lists(_composites).map(tuple)
_named = st.dictionaries(_texts, _texts)
drafts = st.builds(
    Draft, st.none() | st.builds(RawJson, _texts), st.dictionaries(_texts, _raws), _named, _named
)


@given(drafts)
@example(Draft(RawJson("\ud83d\ude00"), {"name": "\ud83d\ude00"}, {"\0": "\ud83d"}))
@example(Draft(None, {"tools": (), "name": "", "metadata": (Pair("", "", ""),)}))
@example(Draft(RawJson("x" * 256_000)))
def test_a_draft_comes_back_as_it_was(draft: Draft) -> None:
    again = load_draft(dump_draft(draft))
    assert again == draft
    assert (again.touched, again.preset) == (draft.touched, draft.preset)


SOUND: dict[str, Any] = {"format": 2, "original": None, "raw": {}, "exact": {}, "preset": {}}

_UNSOUND: list[dict[str, Any]] = [
    {"original": 1},
    {"raw": {"name": 1}},
    {"raw": {"name": None}},
    {"raw": {"name": ["pairs"]}},
    {"raw": {"name": {}}},
    {"raw": {"name": {"texts": [1]}}},
    {"raw": {"name": {"pairs": [["k", "v"]]}}},
    {"raw": {"name": {"pairs": [["k", "v", 1]]}}},
    {"exact": {"name": 1}},
    {"preset": []},
]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"format": 2}',
        "[" * 100_000,
        *(json.dumps(SOUND | part) for part in _UNSOUND),
    ],
)
def test_what_is_no_draft_is_said(text: str) -> None:
    with pytest.raises(JournalError, match="cannot be read"):
        load_draft(text)


def test_a_draft_of_another_version_is_said() -> None:
    with pytest.raises(JournalError, match="another version"):
        load_draft(json.dumps(SOUND | {"format": 1}))
    with pytest.raises(JournalError, match="another version"):
        load_draft(json.dumps(SOUND | {"format": 3}))


def test_the_last_text_of_a_draft_is_kept(path: Path) -> None:
    now = [1.0]
    with Journal(path, clock=lambda: now[0]) as journal:
        journal.drafts.keep(S, A, "n")
        now[0] = 2.0
        journal.drafts.keep(S, A, "na\0\ud800")
        assert journal.drafts.all(S) == (KeptDraft(S, A, 2.0, "na\0\ud800", journal.owner),)


def test_a_draft_that_was_saved_or_given_up_is_gone(journal: Journal) -> None:
    journal.drafts.keep(S, A, "a")
    journal.drafts.keep(S, NEW, "b")
    journal.drafts.keep("elsewhere", A, "c")
    journal.drafts.forget(S, A)
    journal.drafts.forget(S, A)
    assert [draft.key for draft in journal.drafts.all(S)] == [NEW]
    assert [draft.text for draft in journal.drafts.all("elsewhere")] == ["c"]


def test_two_programs_on_one_assistant_keep_a_draft_each(journal: Journal, other: Journal) -> None:
    journal.drafts.keep(S, A, "mine")
    other.drafts.keep(S, A, "theirs")
    journal.drafts.keep(S, A, "mine, longer")
    assert {(draft.owner, draft.text) for draft in journal.drafts.all(S)} == {
        (journal.owner, "mine, longer"),
        (other.owner, "theirs"),
    }
    other.drafts.forget(S, A)
    assert [draft.text for draft in other.drafts.all(S)] == ["mine, longer"]


def test_a_draft_is_not_offered_to_others_while_its_program_runs(
    journal: Journal, other: Journal
) -> None:
    journal.drafts.keep(S, A, "mine")
    assert (journal.drafts.orphans(S), other.drafts.orphans(S)) == ((), ())
    (draft,) = other.drafts.all(S)
    assert not other.drafts.adopt(draft)
    assert not other.drafts.discard(draft)
    assert [each.owner for each in other.drafts.all(S)] == [journal.owner]


def test_a_draft_that_was_left_behind_is_offered_and_taken_over(
    journal: Journal, other: Journal
) -> None:
    journal.drafts.keep(S, A, "left")
    journal.close()
    (draft,) = other.drafts.orphans(S)
    assert (draft.key, draft.text, draft.owner) == (A, "left", journal.owner)
    assert other.drafts.adopt(draft)
    assert other.drafts.orphans(S) == ()
    other.drafts.keep(S, A, "left, and longer")
    assert [(each.owner, each.text) for each in other.drafts.all(S)] == [
        (other.owner, "left, and longer")
    ]


def test_a_draft_that_was_taken_over_is_offered_to_nobody_else(
    path: Path, journal: Journal, other: Journal
) -> None:
    with Journal(path) as gone:
        gone.drafts.keep(S, A, "left")
    (draft,) = journal.drafts.orphans(S)
    assert journal.drafts.adopt(draft)
    assert other.drafts.orphans(S) == ()
    journal.close()
    assert [each.text for each in other.drafts.orphans(S)] == ["left"]


def test_only_the_first_of_two_takes_a_draft_over(path: Path, journal: Journal) -> None:
    with Journal(path) as gone:
        gone.drafts.keep(S, A, "left")
    with Journal(path) as third:
        (draft,) = journal.drafts.orphans(S)
        assert [
            journal.drafts.adopt(draft),
            third.drafts.adopt(draft),
            journal.drafts.adopt(draft),
        ] == [*(True, False, False)]
        assert not third.drafts.discard(draft)


def test_taking_over_never_costs_the_own_draft(path: Path, journal: Journal) -> None:
    with Journal(path) as gone:
        gone.drafts.keep(S, A, "left")
    journal.drafts.keep(S, A, "mine")
    (draft,) = journal.drafts.orphans(S)
    with pytest.raises(JournalError, match="save or discard that one first"):
        journal.drafts.adopt(draft)
    assert {each.text for each in journal.drafts.all(S)} == {"mine", "left"}
    journal.drafts.forget(S, A)
    assert journal.drafts.adopt(draft)


def test_a_draft_that_was_left_behind_can_be_discarded(path: Path, journal: Journal) -> None:
    with Journal(path) as gone:
        gone.drafts.keep(S, A, "left")
    (draft,) = journal.drafts.orphans(S)
    assert journal.drafts.discard(draft)
    assert journal.drafts.all(S) == ()
    assert not journal.drafts.adopt(draft)


def test_a_tool_that_is_off_stays_off() -> None:
    off = ObjectValue('{"type": "file_search"}', {"file_search.max_num_results": "9"}, chosen=False)
    draft = Draft(raw={"tools": (ObjectValue('{"type": "x"}'), off)})
    assert load_draft(dump_draft(draft)) == draft
