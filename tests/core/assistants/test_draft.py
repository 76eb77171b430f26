"""Edits: what is sent is what was changed, nothing else, and nothing is lost on the way."""

from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant_tui.core.assistants.draft import Draft, editor_draft
from assistant_tui.core.assistants.editor_values import (
    EditorValue,
    MetadataPair,
    ObjectValue,
    from_json,
)
from assistant_tui.core.assistants.fields import (
    FIELDS,
    FORMAT,
    FUNCTION,
    RESOURCES,
    Field,
    FieldKind,
)
from assistant_tui.core.assistants.serialization import to_json
from assistant_tui.core.json_text import compose, indent
from assistant_tui.core.raw_json import RawJson, same_json
from tests.core.json_texts import is_strict, sample_texts

TOOL_TEXTS = ('{"type": "code_interpreter"}', '{"type":  "bing", "x": 1.0}')
_lines = st.text(max_size=8)
_entries = st.lists(
    st.builds(MetadataPair, st.text(min_size=1, max_size=3), _lines),
    max_size=3,
    unique_by=lambda e: e.key,
)


def _composites(
    parts: Mapping[str, Field], *starts: str, needed: str | None = None
) -> st.SearchStrategy[ObjectValue]:
    """Objects with some of their parts edited, always the one that is needed."""
    raws = {name: _RAWS[part.kind] for name, part in parts.items() if part.kind in _RAWS}
    if needed is None:
        edited = st.fixed_dictionaries({}, optional=raws)
    else:
        name = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
        edited = st.fixed_dictionaries({needed: name}, optional=_without(raws, needed))
    return st.builds(ObjectValue, st.sampled_from(starts), edited)


def _without(
    raws: Mapping[str, st.SearchStrategy[EditorValue]], name: str
) -> dict[str, st.SearchStrategy[EditorValue]]:
    return {key: raw for key, raw in raws.items() if key != name}


_RAWS: dict[FieldKind, st.SearchStrategy[EditorValue]] = {
    FieldKind.CHOICE: st.sampled_from(["", "auto", "low", "text"]),
    FieldKind.FLAG: st.sampled_from(["", "true", "false"]),
    FieldKind.SCHEMA: st.sampled_from(["", "{}", '{"type": "object"}', ' {"maximum": 1.0} ']),
    FieldKind.IDS: st.lists(st.sampled_from(["a", "b", "c"]), max_size=1, unique=True).map(tuple),
    FieldKind.LINE: _lines,
    FieldKind.TEXT: _lines,
    FieldKind.MODEL: st.sampled_from(["m", "gpt-4o"]),
    FieldKind.NUMBER: st.sampled_from(["", "0", "1", "1.0", "0.5", "1e-1"]),
    FieldKind.METADATA: _entries.map(tuple),
}
_functions = _composites(FUNCTION, '{"type": "function", "function": {}}', needed="function.name")
_RAWS |= {
    FieldKind.TOOLS: st.lists(
        st.sampled_from(TOOL_TEXTS).map(ObjectValue) | _functions, max_size=3
    ).map(tuple),
    FieldKind.RESOURCES: _composites(RESOURCES, "{}", '{"x": 1.0}'),
    FieldKind.FORMAT: _composites(FORMAT, "null", '"auto"', needed="json_schema.name"),
}
"""What a person may type into each kind of editor, within the limits."""

edits = st.fixed_dictionaries(
    {}, optional={name: _RAWS[field.kind] for name, field in FIELDS.items()}
)
originals = (
    st.fixed_dictionaries(
        {"id": st.just('"asst_1"'), "later": sample_texts},
        optional={name: sample_texts for name in FIELDS} | {"top_p": st.just("1.0")},
    )
    .map(compose)
    .map(RawJson)
)
"""Assistants with any value in any field, fitting or not."""

ORIGINAL = RawJson(
    '{"id": "a", "name": "N", "model": "m", "description": null, "top_p": 1.0, "tools": [],'
    ' "metadata": {"k": "v"}, "later": [1.0, 12345678901234567890]}'
)


def edited(original: RawJson | None, raws: Mapping[str, EditorValue]) -> Draft:
    draft = Draft(original)
    for name, raw in raws.items():
        draft = draft.edited(name, raw)
    return draft


def held(document: RawJson, name: str) -> EditorValue | None:
    """What the editor of a field holds at first; None if it cannot be edited as it is."""
    try:
        return from_json(FIELDS[name], document.members.get(name))
    except ValueError:
        return None


@given(originals, edits)
def test_the_patch_over_the_original_is_what_was_typed(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = edited(original, raws)
    assert draft.errors == {}
    applied = RawJson(compose(original.members | draft.patch()))
    for name, raw in raws.items():
        if name in draft.patch() or held(original, name) is not None:
            again = held(applied, name)
            sent = to_json(FIELDS[name], raw)
            assert again == raw or same_json(applied.members.get(name, "null"), sent)


@given(originals, edits)
def test_what_was_not_touched_is_never_sent_and_stays_to_the_byte(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = edited(original, raws)
    assert set(draft.patch()) <= set(raws)
    assert set(draft.touched) == set(draft.patch()) | set(draft.unsent_input)
    applied = original.members | draft.patch()
    untouched = set(original.members) - set(raws)
    assert all(applied[name] is original.members[name] for name in untouched)


@given(originals, edits)
def test_what_is_sent_differs_from_what_there_was(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = edited(original, raws)
    assert draft.dirty == bool(draft.patch() or draft.unsent_input)
    for name, text in draft.patch().items():
        assert not same_json(text, original.members.get(name))


@given(originals, edits)
def test_editing_back_leaves_nothing_to_save(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    before = {name: held(original, name) for name in raws}
    back = {name: raw for name, raw in before.items() if raw is not None}
    draft = edited(original, {name: raws[name] for name in back})
    for name, raw in back.items():
        draft = draft.edited(name, raw)
    assert not draft.dirty
    assert draft.patch() == {}


@given(originals, edits)
def test_the_order_of_edits_does_not_matter(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    backwards = dict(reversed(list(raws.items())))
    assert edited(original, raws).patch() == edited(original, backwards).patch()


@given(originals, originals, edits)
def test_rebasing_keeps_the_edits_that_are_still_edits(
    original: RawJson, newer: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = edited(original, raws)
    rebased = draft.rebased(newer)
    assert rebased.original is newer
    # What is typed but not part of a save is not sent over another one either.
    counts = {**draft.patch(), **draft.errors}
    sent = {name: raw for name, raw in draft.raw.items() if name in counts}
    assert rebased.patch() == edited(newer, sent).patch()
    assert draft.rebased(original) == edited(original, sent)


@given(originals, edits)
def test_a_draft_over_its_own_outcome_is_done(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = edited(original, raws)
    saved = RawJson(compose(original.members | draft.patch()))
    assert not draft.rebased(saved).dirty
    assert draft.conflicts(saved) == ()


@given(originals)
def test_an_editor_that_changes_nothing_changes_nothing(original: RawJson) -> None:
    assert not editor_draft(original, original.pretty).dirty
    assert not editor_draft(original, indent(original.text) + "\n").dirty


@given(originals, st.sampled_from([*FIELDS, "later", "new"]), sample_texts.filter(is_strict))
def test_an_external_editor_sends_the_changed_field_alone(
    original: RawJson, name: str, text: str
) -> None:
    draft = editor_draft(original, compose(original.members | {name: text}))
    assume(not same_json(text, original.members.get(name)))
    assert draft.patch() == {name: text}


def test_a_new_assistant_needs_a_model() -> None:
    draft = Draft()
    assert (draft.assistant_id, draft.dirty, draft.errors) == (
        None,
        False,
        {"model": "Model is needed"},
    )
    draft = edited(None, {"model": "m", "name": "N"})
    assert (draft.patch(), draft.errors) == ({"model": '"m"', "name": '"N"'}, {})


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "model"])
def test_an_empty_field_of_a_new_assistant_is_no_edit(name: str) -> None:
    assert not Draft().edited(name, from_json(FIELDS[name], None)).dirty


def test_errors_stand_beside_their_fields_and_are_not_sent() -> None:
    draft = edited(ORIGINAL, {"name": "x" * 257, "top_p": "2", "description": "D"})
    assert set(draft.errors) == {"name", "top_p"}
    assert draft.patch() == {"description": '"D"'}
    assert draft.dirty
    assert draft.edited("name", "N").edited("top_p", "1.0").errors == {}


def test_an_original_beyond_our_limits_can_be_edited_back() -> None:
    long = RawJson(compose({"id": '"a"', "name": '"' + "x" * 300 + '"'}))
    draft = Draft(long).edited("name", "x" * 301)
    assert draft.errors
    assert not draft.edited("name", "x" * 300).dirty


def test_an_original_that_is_an_empty_text_is_not_turned_into_null() -> None:
    original = RawJson('{"id": "a", "name": ""}')
    assert Draft(original).edited("name", "x").edited("name", "").patch() == {}


def test_numbers_are_compared_by_value_and_sent_as_typed() -> None:
    assert not Draft(ORIGINAL).edited("top_p", "1").dirty
    assert Draft(ORIGINAL).edited("top_p", "0.50").patch() == {"top_p": "0.50"}


def test_the_whole_object_is_all_but_what_servers_set_with_the_patch() -> None:
    received = RawJson(compose({**ORIGINAL.members, "created_at": "1", "updated_at": "2"}))
    whole = Draft(received).edited("name", "M").full_body()
    assert whole == {
        "name": '"M"',
        "model": '"m"',
        "description": "null",
        "top_p": "1.0",
        "tools": "[]",
        "metadata": '{"k": "v"}',
        "later": "[1.0, 12345678901234567890]",
    }
    assert Draft().edited("model", "m").full_body() == {"model": '"m"'}


def test_the_id_may_be_a_number() -> None:
    assert Draft(RawJson('{"id": 17}')).assistant_id == "17"
