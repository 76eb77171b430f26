"""What becomes of fields that were changed here and elsewhere, for any choice."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.conflict import LONG, DraftConflict, Side, excerpts
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.json_text import compose
from assistant_tui.core.raw_json import RawJson, same_json
from tests.core.assistants.test_draft import edited, edits, originals
from tests.core.json_texts import sample_texts

choices = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(Side) for name in (*FIELDS, "later")}
)


def conflict_of(
    original: RawJson, newer: RawJson, raws: Mapping[str, EditorValue], later: str | None
) -> DraftConflict:
    """An edit by the form, and of an unknown field as JSON, that meets a newer assistant."""
    draft = edited(original, raws)
    if later is not None and not same_json(later, original.members["later"]):
        draft = Draft(original, draft.raw, {"later": later})
    return DraftConflict(draft, newer, draft.conflicts(newer))


conflicts = st.builds(conflict_of, originals, originals, edits, st.none() | sample_texts)


@given(conflicts, choices)
def test_each_field_becomes_what_was_chosen(
    conflict: DraftConflict, chosen: Mapping[str, Side]
) -> None:
    settled = conflict.settled(chosen)
    result = conflict.newer.members | settled.patch()
    for name in conflict.fields:
        wanted = conflict.values(name)[chosen.get(name, Side.MINE)]
        assert same_json(result.get(name, "null"), wanted) or wanted in ("null", "[]", "{}")
        if chosen.get(name) is Side.THEIRS:
            assert name not in settled.touched


@given(conflicts, choices)
def test_what_was_no_conflict_is_sent_as_ever(
    conflict: DraftConflict, chosen: Mapping[str, Side]
) -> None:
    settled = conflict.settled(chosen)
    mine = conflict.draft.rebased(conflict.newer)
    others = set(mine.touched) - set(conflict.fields)
    assert set(settled.touched) - set(conflict.fields) == others
    assert all(settled.patch()[name] == mine.patch()[name] for name in others)
    assert settled.conflicts(conflict.newer) == ()
    assert settled.original is conflict.newer


@given(conflicts)
def test_mine_everywhere_is_the_whole_edit_over_the_newer(conflict: DraftConflict) -> None:
    mine = {name: Side.MINE for name in conflict.fields}
    assert conflict.settled(mine) == conflict.draft.rebased(conflict.newer)
    assert conflict.settled({}) == conflict.settled(mine)


@given(conflicts)
def test_theirs_everywhere_leaves_only_what_they_did_not_touch(conflict: DraftConflict) -> None:
    theirs = {name: Side.THEIRS for name in conflict.fields}
    settled = conflict.settled(theirs)
    assert set(settled.touched).isdisjoint(conflict.draft.changed_in(conflict.newer))
    assert set(conflict.kept(theirs)) == set(conflict.draft.changed_in(conflict.newer))


@given(conflicts, choices)
def test_the_edit_itself_is_not_changed_by_settling(
    conflict: DraftConflict, chosen: Mapping[str, Side]
) -> None:
    raw, exact = dict(conflict.draft.raw), dict(conflict.draft.exact)
    conflict.settled(chosen)
    assert (conflict.draft.raw, conflict.draft.exact) == (raw, exact)


ORIGINAL = RawJson('{"id": "a", "name": "old", "top_p": 1, "description": "d"}')
NEWER = RawJson('{"id": "a", "name": "theirs", "top_p": 0.5, "description": "e"}')


def test_the_original_is_sent_byte_for_byte() -> None:
    draft = edited(ORIGINAL, {"name": "mine", "top_p": "0.1"})
    conflict = DraftConflict(draft, NEWER, draft.conflicts(NEWER))
    assert conflict.fields == ("name", "top_p")
    settled = conflict.settled({"name": Side.THEIRS, "top_p": Side.ORIGINAL})
    assert settled.patch() == {"top_p": "1"}
    assert conflict.kept({"name": Side.THEIRS, "top_p": Side.ORIGINAL}) == ("name", "description")


def test_what_was_not_there_before_is_cleared() -> None:
    draft = Draft(RawJson('{"id": "a"}')).edited("name", "mine")
    conflict = DraftConflict(draft, NEWER, draft.conflicts(NEWER))
    assert conflict.values("name")[Side.ORIGINAL] == "null"
    assert conflict.settled({"name": Side.ORIGINAL}).patch() == {"name": "null"}


def test_a_second_conflict_still_knows_what_it_was_before_the_first() -> None:
    draft = edited(ORIGINAL, {"name": "mine"})
    first = DraftConflict(draft, NEWER, ("name",), ORIGINAL)
    newest = RawJson(compose(NEWER.members | {"name": '"again"'}))
    going_on = first.settled({"name": Side.MINE})
    second = DraftConflict(going_on, newest, going_on.conflicts(newest), ORIGINAL)
    assert second.values("name") == {
        Side.MINE: '"mine"',
        Side.THEIRS: '"again"',
        Side.ORIGINAL: '"old"',
    }
    assert second.settled({"name": Side.ORIGINAL}).patch() == {"name": '"old"'}


@pytest.mark.parametrize("length", [0, 5, 1000])
def test_long_values_are_shown_from_where_they_differ(length: int) -> None:
    same = "s" * length
    values = {side: same + side.value for side in Side}
    shown = excerpts(values)
    assert len(set(shown.values())) == 3
    for side, text in shown.items():
        assert text.endswith(side.value)
        assert len(text) <= LONG


def test_short_values_are_shown_whole() -> None:
    values = {side: f'"{"x" * 30}{side.value}"' for side in Side}
    assert excerpts(values) == values
