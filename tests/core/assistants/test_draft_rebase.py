"""A draft over what somebody else has changed meanwhile, and edits as JSON."""

import pytest

from assistant_tui.core.assistants.draft import Draft, editor_draft, reverting_draft
from assistant_tui.core.assistants.editor_values import (
    NEW_TOOLS,
    ObjectValue,
)
from assistant_tui.core.json_text import compose
from assistant_tui.core.raw_json import RawJson
from tests.core.assistants.test_draft import ORIGINAL, edited


def changed(**members: str) -> RawJson:
    return RawJson(compose(ORIGINAL.members | members))


def test_what_a_server_sets_is_not_taken_back_with_the_rest() -> None:
    now = changed(name='"M"', later="[]", updated_at="2")
    draft = reverting_draft(now, changed(updated_at="1"))
    assert draft.patch() == {"name": '"N"', "later": "[1.0, 12345678901234567890]"}


def test_changes_elsewhere() -> None:
    draft = edited(ORIGINAL, {"name": "mine"})
    newer = changed(name='"theirs"', top_p="1", later="[]", created_at="5")
    assert draft.changed_in(newer) == ("name", "later")
    assert draft.conflicts(newer) == ("name",)
    assert Draft().changed_in(newer) == ()


def test_what_went_missing_elsewhere_is_a_change() -> None:
    newer = RawJson('{"id": "a", "name": "N"}')
    assert "metadata" in edited(ORIGINAL, {}).changed_in(newer)


def test_the_same_change_elsewhere_is_no_conflict() -> None:
    draft = edited(ORIGINAL, {"name": "same"})
    newer = changed(name='"same"')
    assert draft.conflicts(newer) == ()
    assert not draft.rebased(newer).dirty


def test_changes_in_other_fields_are_no_conflict_and_are_kept() -> None:
    draft = edited(ORIGINAL, {"name": "mine"})
    newer = changed(description='"theirs"')
    assert draft.conflicts(newer) == ()
    assert draft.rebased(newer).patch() == {"name": '"mine"'}


def test_an_unfinished_edit_conflicts_with_a_change_elsewhere() -> None:
    draft = edited(ORIGINAL, {"name": "x" * 300})
    assert draft.conflicts(changed(name='"theirs"')) == ("name",)


def test_a_name_that_is_taken_out_in_the_editor_is_cleared() -> None:
    draft = editor_draft(ORIGINAL, '{"id": "a", "name": "N", "model": "m", "top_p": 1}')
    assert draft.patch() == {"tools": "null", "metadata": "null", "later": "null"}


def test_edits_as_json_are_rebased_and_conflict_like_others() -> None:
    draft = editor_draft(ORIGINAL, compose(ORIGINAL.members | {"later": "[2]"}))
    assert draft.touched == ("later",)
    assert draft.conflicts(changed(later="[3]")) == ("later",)
    assert draft.rebased(changed(later="[3]")).patch() == {"later": "[2]"}
    assert not draft.rebased(changed(later="[2.0]")).dirty


def test_an_editor_of_the_form_takes_over_what_was_changed_as_json() -> None:
    draft = editor_draft(ORIGINAL, compose(ORIGINAL.members | {"name": '"J"'}))
    assert draft.edited("name", "F").patch() == {"name": '"F"'}
    assert not draft.edited("name", "N").dirty


@pytest.mark.parametrize("name", ["id", "object", "created_at", "created"])
def test_what_a_server_sets_cannot_be_changed(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} cannot be changed"):
        editor_draft(ORIGINAL, compose(ORIGINAL.members | {name: '"x"'}))


def test_an_id_cannot_be_taken_out() -> None:
    with pytest.raises(ValueError, match="id cannot be changed"):
        editor_draft(ORIGINAL, '{"name": "N"}')


@pytest.mark.parametrize("text", ["", "[]", '{"id": "a"', '{"id": "a", "name": N}', "hello"])
def test_what_is_no_object_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        editor_draft(ORIGINAL, text)


def test_another_order_of_names_is_an_edit_but_no_change_of_somebody_elses() -> None:
    """Models answer in the order of a schema."""
    before, after = '{"a": {}, "b": {}}', '{"b": {}, "a": {}}'
    original = RawJson(f'{{"id": "x", "response_format": {before}}}')
    reordered = f'{{"id": "x", "response_format": {after}}}'
    assert editor_draft(original, reordered).patch() == {"response_format": after}
    assert Draft(original).changed_in(RawJson(reordered)) == ()
    tool = '{{"type": "function", "function": {{"name": "f", "parameters": {}}}}}'
    tools = RawJson(f'{{"id": "x", "tools": [{tool.format(before)}]}}')
    raw = (ObjectValue(tool.format(before), {"function.parameters": after}),)
    assert Draft(tools).edited("tools", raw).dirty


def test_a_field_typed_into_while_another_was_saved_meets_what_somebody_else_made_of_it() -> None:
    original = RawJson('{"id": "x", "name": "n", "instructions": "I"}')
    sent = Draft(original).edited("name", "n2")
    now = RawJson('{"id": "x", "name": "n2", "instructions": "THEIRS"}')
    further = Draft(sent.original_after_save(now, ["name", "instructions"])).edited(
        "instructions", "IX"
    )
    assert further.conflicts(now) == ("instructions",)
    assert (
        Draft(sent.original_after_save(now, [])).edited("instructions", "IX").conflicts(now) == ()
    )


def test_what_is_aside_never_comes_to_be_sent_over_what_somebody_else_saved() -> None:
    original = RawJson('{"id": "a", "name": "N", "tools": [{"type": "code_interpreter"}]}')
    newer = RawJson('{"id": "a", "name": "N", "tools": [], "response_format": "auto"}')
    off = ObjectValue(NEW_TOOLS["function"], {"function.name": "f"}, chosen=False)
    draft = Draft(original)
    draft = draft.edited("tools", (ObjectValue('{"type": "code_interpreter"}'), off))
    draft = draft.edited("response_format", ObjectValue("null", {"json_schema.name": "a"}))
    draft = draft.edited("name", "M")
    assert set(draft.unsent_input) == {"tools", "response_format"}
    assert draft.conflicts(newer) == ()
    assert draft.rebased(newer).patch() == {"name": '"M"'}
