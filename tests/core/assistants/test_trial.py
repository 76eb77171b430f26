"""What of an unsaved edit a run can be given, and when only a temporary assistant does."""

import json
from typing import Any

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.trial import (
    OVERRIDES,
    TOKEN,
    carries_token,
    ignored_overrides,
    plan_trial,
    temporary_draft,
)
from assistant_tui.core.raw_json import RawJson
from assistant_tui.server.validation.runs import CREATE_RUN

SAVED = RawJson(
    json.dumps(
        {
            "id": "asst_1",
            "object": "assistant",
            "created_at": 1,
            "name": "Guide",
            "model": "m1",
            "instructions": "old",
            "temperature": 0.7,
            "response_format": {"type": "json_object"},
            "tools": [{"type": "file_search"}],
            "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
            "metadata": {"team": "red"},
            "shown_elsewhere": True,
        }
    )
)


def edited(**exact: Any) -> Draft:
    return Draft(SAVED, exact={name: json.dumps(value) for name, value in exact.items()})


@pytest.mark.parametrize("name", OVERRIDES)
def test_our_server_takes_every_override_in_a_run(name: str) -> None:
    values: dict[str, Any] = {
        "tools": [],
        "temperature": 0,
        "top_p": 0.5,
        "response_format": "auto",
        "reasoning_effort": "low",
    }
    CREATE_RUN("", {"assistant_id": "a", name: values.get(name, "text")})


def test_what_a_run_takes_is_overridden_exactly_as_it_was_typed() -> None:
    plan = plan_trial(Draft(SAVED, exact={"temperature": "0.0", "instructions": '"new"'}))
    assert plan.overrides == {"temperature": "0.0", "instructions": '"new"'}
    assert not plan.needs_assistant


def test_what_no_model_sees_needs_nothing_and_is_told() -> None:
    plan = plan_trial(edited(name="Other", metadata={"team": "blue"}, model="m2"))
    assert plan.overrides == {"model": '"m2"'}
    assert plan.unseen == ("name", "metadata")
    assert not plan.needs_assistant


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (edited(tool_resources={}, model="m2"), "tool_resources cannot be given to a run"),
        (edited(shown_elsewhere=False), "shown_elsewhere cannot be given to a run"),
        (
            edited(instructions=None),
            "instructions is cleared, and a run cannot leave out what the assistant has",
        ),
        (edited(tools=[{"type": "file_search"}] * 21), "a run takes at most 20 tools"),
        (Draft(preset={"model": '"m1"'}), "it is not created yet"),
    ],
)
def test_what_no_run_takes_needs_a_temporary_assistant_with_all_of_the_edit(
    draft: Draft, reason: str
) -> None:
    plan = plan_trial(draft)
    assert plan.reasons == (reason,)
    assert plan.needs_assistant
    assert plan.overrides == {}


@pytest.mark.parametrize(("name", "sent"), [("response_format", '"auto"'), ("tools", "[]")])
def test_a_cleared_field_whose_default_has_a_name_is_overridden_by_that(
    name: str, sent: str
) -> None:
    assert plan_trial(edited(**{name: None})).overrides == {name: sent}


def ignored(run: dict[str, Any], **overrides: Any) -> tuple[str, ...]:
    texts = {name: json.dumps(value) for name, value in overrides.items()}
    return ignored_overrides(texts, SAVED, RawJson(json.dumps(run)))


def test_a_run_that_has_what_is_saved_has_ignored_the_override() -> None:
    run = {"model": "m1", "instructions": "new", "temperature": 0.7}
    assert ignored(run, model="m2", instructions="new", temperature=0.1) == ("model", "temperature")


def test_a_run_that_says_it_otherwise_or_not_at_all_has_taken_it() -> None:
    run = {"model": "m2-2026-01-01", "instructions": None}
    assert ignored(run, model="m2", instructions="new", top_p=0.5) == ()


def test_a_temporary_assistant_has_the_edit_and_is_marked_for_everybody() -> None:
    body = temporary_draft(edited(instructions="new", metadata={"a": "b"}), "t0ken").patch()
    members = {name: json.loads(text) for name, text in body.items()}
    assert members["instructions"] == "new"
    assert members["tool_resources"] == {"file_search": {"vector_store_ids": ["vs_1"]}}
    assert members["name"] == "(trial) Guide"
    assert members["metadata"] == {TOKEN: "t0ken"}
    assert not {"id", "object", "created_at", "shown_elsewhere"} & members.keys()


def test_a_name_at_its_limit_leaves_room_for_the_mark() -> None:
    body = temporary_draft(edited(name="n" * 256), "t").patch()
    assert len(json.loads(body["name"])) == 256


@pytest.mark.parametrize(
    ("text", "carries"),
    [
        ({"id": "asst_9", "metadata": {TOKEN: "t"}}, True),
        ({"id": "asst_8", "metadata": {TOKEN: "t"}}, False),
        ({"id": "asst_9", "metadata": {TOKEN: "other"}}, False),
        ({"id": "asst_9", "metadata": {}}, False),
        ({"id": "asst_9", "metadata": [TOKEN]}, False),
        ({"id": "asst_9"}, False),
    ],
)
def test_only_what_has_both_id_and_token_is_a_temporary_assistant(
    text: dict[str, Any], carries: bool
) -> None:
    assert carries_token(RawJson(json.dumps(text)), "asst_9", "t") is carries


def test_what_is_no_json_carries_no_token() -> None:
    assert not carries_token(RawJson('{"id": "asst_9", "metadata": {'), "asst_9", "t")
