"""Clones, and what is created anew: all is copied that a create takes; the rest is named."""

from collections.abc import Mapping

import pytest
from hypothesis import given

from assistant_tui.core.assistants.cloning import (
    clone,
    creation_draft,
    recreated,
    uncreatable_fields,
    with_edits,
)
from assistant_tui.core.assistants.draft import Draft, editor_draft
from assistant_tui.core.assistants.editor_values import EditorValue
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.json_text import compose, write_json
from assistant_tui.core.raw_json import RawJson, same_json
from assistant_tui.core.resource import READ_ONLY
from tests.core.assistants import test_draft as drafts
from tests.core.assistants.test_draft import edits, originals

EMPTY = ("null", "[]", "{}")


@given(originals, edits)
def test_what_is_created_anew_is_the_original_with_the_edits(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = drafts.edited(original, raws)
    wanted = original.members | draft.patch()
    body = recreated(draft).patch()
    for name in FIELDS:
        text = wanted.get(name, "null")
        assert body.get(name) == (None if text in EMPTY else text)


@given(originals, edits)
def test_each_field_comes_along_or_is_named_or_was_empty(
    original: RawJson, raws: Mapping[str, EditorValue]
) -> None:
    draft = drafts.edited(original, raws)
    document = with_edits(draft)
    body, lost = recreated(draft).patch(), uncreatable_fields(document)
    assert not set(body) & {*lost, *READ_ONLY}
    for name, text in document.members.items():
        assert name in body or name in lost or name in READ_ONLY or text in EMPTY


@given(originals)
def test_a_clone_is_new_and_nothing_of_it_counts_as_typed(original: RawJson) -> None:
    draft = clone(original)
    assert draft.original is None and not draft.dirty
    names = set(draft.patch()) - {"name"}
    assert all(same_json(draft.patch()[n], original.members[n]) for n in names)
    assert set(original.members) <= {
        *names,
        *uncreatable_fields(original),
        *READ_ONLY,
        "name",
        *(n for n, text in original.members.items() if text in EMPTY),
    }


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ('"Bot"', "Bot (copy)"),
        (write_json("x" * 256), "x" * 249 + " (copy)"),
        (write_json("é" * 249), "é" * 249 + " (copy)"),
        ('"Bot (copy)"', "Bot (copy) (copy)"),
    ],
)
def test_the_name_of_a_clone_says_so_and_fits(name: str, copy: str) -> None:
    draft = clone(RawJson(compose({"id": '"a"', "model": '"m"', "name": name})))
    assert draft.patch() == {"name": write_json(copy), "model": '"m"'}
    assert draft.errors == {}


@pytest.mark.parametrize("name", ['""', "null", "17", "[]"])
def test_a_clone_of_what_has_no_name_has_none(name: str) -> None:
    document = RawJson(compose({"id": '"a"', "model": '"m"', "name": name}))
    assert clone(document).patch() == {"model": '"m"'}


def test_an_unknown_field_that_was_edited_as_json_is_named_too() -> None:
    original = RawJson('{"id": "a", "model": "m", "x_vendor": 1, "x_null": null, "updated_at": 5}')
    draft = editor_draft(
        original, '{"id": "a", "model": "n", "x_vendor": 2, "x_null": null, "updated_at": 5}'
    )
    assert recreated(draft).patch() == {"model": '"n"'}
    assert uncreatable_fields(with_edits(draft)) == ("x_vendor",)
    assert recreated(Draft(original)).patch() == {"model": '"m"'}


def test_a_file_makes_a_new_assistant_with_all_that_it_says() -> None:
    text = '{"id": "a", "object": "x", "created_at": 5, "created": 5, "model": "m", "x": 1.0}'
    assert creation_draft(RawJson(text)).patch() == {"model": '"m"', "x": "1.0"}
    empty = '{"model": "m", "name": null, "tools": [], "metadata": {}, "instructions": ""}'
    assert creation_draft(RawJson(empty)).patch() == {"model": '"m"', "instructions": '""'}
    assert creation_draft(RawJson('{"model": null}')).errors == {"model": "Model is needed"}
