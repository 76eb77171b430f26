"""Which commands can be given in which situation, are greyed out, or hidden."""

from dataclasses import replace

import pytest

from assistant_tui.core.resource import (
    ASSISTANTS,
    FILES,
    MODELS,
    RUNS,
    THREADS,
    VECTOR_STORES,
    Capability,
)
from assistant_tui.tui.commands import BY_NAME, Needs
from assistant_tui.tui.main import command_state
from assistant_tui.tui.main.command_state import LACKS, Situation

EVERYTHING = frozenset(Needs) - {Needs.MARKS, Needs.EMPTY_SERVER, Needs.FORM, Needs.FORM_TEXT}
READY = Situation(has=EVERYTHING, busy=False, read_only=False, can=lambda capability: True)
EMPTY = replace(READY, has=frozenset({Needs.EMPTY_SERVER}))
EDITING = replace(READY, has=EVERYTHING | {Needs.FORM})


def availability(name: str, now: Situation) -> bool | None:
    """Whether a command can be given, by its name."""
    return command_state.availability(BY_NAME[name], now)


WRITES = ("create", "clone", "delete", "edit_json")


@pytest.mark.parametrize("action", ["open", "create", "delete", "edit_json", "refresh", "quit"])
def test_with_a_row_and_a_server_everything_is_available(action: str) -> None:
    assert availability(action, READY) is True


@pytest.mark.parametrize("action", ["open", "clone", "delete", "edit_json"])
def test_what_needs_a_row_is_hidden_without_one(action: str) -> None:
    assert availability(action, replace(READY, has=frozenset())) is False


def test_creating_needs_no_row() -> None:
    assert availability("create", replace(READY, has=frozenset())) is True


@pytest.mark.parametrize("action", [*WRITES, "samples"])
@pytest.mark.parametrize("now", [replace(READY, busy=True)])
def test_writes_are_greyed_out_until_the_server_is_free(action: str, now: Situation) -> None:
    assert availability(action, replace(now, has=frozenset(Needs))) is None


@pytest.mark.parametrize("action", [*WRITES, "samples"])
def test_writes_are_hidden_where_nothing_may_be_changed(action: str) -> None:
    now = replace(READY, read_only=True, has=frozenset(Needs))
    assert availability(action, now) is False
    assert availability(action, replace(now, busy=True)) is False


def test_an_assistant_can_be_opened_where_nothing_may_be_changed() -> None:
    assert availability("open", replace(READY, read_only=True)) is True


@pytest.mark.parametrize(
    ("action", "lacking"),
    [
        ("create", Capability.CREATE),
        ("clone", Capability.CREATE),
        ("samples", Capability.CREATE),
        ("delete", Capability.DELETE),
        ("edit_json", Capability.MODIFY),
    ],
)
def test_what_the_server_does_not_do_is_greyed_out(action: str, lacking: Capability) -> None:
    now = replace(READY, has=frozenset(Needs), can=lambda capability: capability is not lacking)
    assert availability(action, now) is None
    others = replace(READY, has=frozenset(Needs), can=lambda capability: capability is lacking)
    assert availability(action, others) is True


def test_samples_are_offered_to_an_empty_store_alone() -> None:
    assert availability("samples", READY) is False
    assert availability("samples", EMPTY) is True


@pytest.mark.parametrize("action", ["save", "leave"])
def test_the_form_can_be_saved_and_left_once_it_is_open_and_no_write_is_under_way(
    action: str,
) -> None:
    editing = EDITING
    assert availability(action, READY) is False
    assert availability(action, editing) is True
    assert availability(action, replace(editing, busy=True)) is None


def test_the_editor_takes_the_text_that_has_the_focus() -> None:
    assert availability("edit_field", EDITING) is False
    assert availability("edit_field", replace(READY, has=EDITING.has | {Needs.FORM_TEXT})) is True


def test_every_lack_has_its_sentence() -> None:
    of_assistants = {lacking for kind, lacking in LACKS if kind == ASSISTANTS}
    assert of_assistants == set(Capability) - {
        Capability.LIST,
        Capability.CANCEL,
        Capability.SUBMIT,
    }
    of_runs = {lacking for kind, lacking in LACKS if kind == RUNS}
    assert of_runs == {Capability.CANCEL, Capability.SUBMIT}
    lists = {kind for kind, lacking in LACKS if lacking is Capability.LIST}
    assert lists == {MODELS, FILES, VECTOR_STORES, THREADS}
    assert all(sentence.endswith(".") for sentence in LACKS.values())
