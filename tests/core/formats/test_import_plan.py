"""The plan of an import: what each assistant of the files would do to a server."""

import json
import time

import pytest

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.formats.import_plan import (
    Action,
    FileEntry,
    ImportStep,
    entries,
    mismatch,
    plan,
    reader_of,
)
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import SaveResult

HELD_TEXT = '{"id":"asst_1","created_at":5,"model":"m","name":"One","temperature":1.0,"x":{"a":1}}'
HELD = {"asst_1": ResourceRow("asst_1", 5, HELD_TEXT, summary=AssistantSummary("One", "m"))}


def step(text: str) -> ImportStep:
    """What is planned for one assistant."""
    [planned] = plan([FileEntry("a.json", text)], HELD)
    return planned


def test_an_id_that_is_there_is_changed_where_it_differs() -> None:
    planned = step('{"id":"asst_1","created_at":9,"name":"Two","temperature":1,"model":"m"}')
    assert (planned.action, planned.id, planned.name) == (Action.CHANGE, "asst_1", "Two")
    assert planned.draft is not None and planned.draft.patch() == {"name": '"Two"'}


@pytest.mark.parametrize(
    "text", [HELD_TEXT, '{"id":"asst_1"}', '{"id":"asst_1","instructions":null}']
)
def test_what_is_so_already_is_unchanged(text: str) -> None:
    planned = step(text)
    assert (planned.action, planned.id, planned.name) == (Action.UNCHANGED, "asst_1", "One")


@pytest.mark.parametrize("known", ['"id":"asst_9",', '"id":null,', '"id":"",', ""])
def test_what_is_not_there_is_created_with_all_that_the_file_says(known: str) -> None:
    planned = step(f'{{{known}"object":"assistant","created_at":5,"model":"m","x":1.0}}')
    assert (planned.action, planned.id) == (Action.CREATE, "")
    assert planned.draft is not None and planned.draft.patch() == {"model": '"m"', "x": "1.0"}


def test_what_cannot_be_created_is_told() -> None:
    planned = step('{"name": "No model"}')
    assert (planned.action, planned.why) == (Action.UNREADABLE, "Model is needed")


def test_an_id_that_is_a_number_is_an_id() -> None:
    held = {"17": ResourceRow("17", 5, '{"id":17,"model":"m"}', summary=AssistantSummary("N", "m"))}
    [planned] = plan([FileEntry("a", '{"id":17,"model":"n"}')], held)
    assert planned.action is Action.CHANGE


def test_an_id_that_stands_twice_is_changed_once() -> None:
    given = [FileEntry("a.json", HELD_TEXT), FileEntry("b.json", '{"id":"asst_1","name":"Two"}')]
    new = [FileEntry("c.json", '{"model":"m"}'), FileEntry("d.json", '{"model":"m"}')]
    planned = plan([*given, *new], HELD)
    assert [each.action for each in planned] == [
        Action.UNCHANGED, Action.UNREADABLE, Action.CREATE, Action.CREATE
    ]  # fmt: skip
    assert planned[1].why == "asst_1 stands in a.json, too"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"model": "m"},\n{"model": "n"}]'),
        ("a.JSONL", '{"model": "m"}\n{"model": "n"}\n'),
        ("a.yaml", "model: m\n---\nmodel: n\n"),
        ("a.yml", "model: m\n--- {model: n}\n"),
    ],
)
def test_each_assistant_of_a_file_is_one_entry(name: str, text: str) -> None:
    first, second = entries(name, text)
    assert [json.loads(each.text) for each in (first, second)] == [{"model": "m"}, {"model": "n"}]
    assert first.origin == f"{name}:1" and second.origin.startswith(f"{name}:")


def test_a_file_with_a_fault_is_one_entry_that_says_where() -> None:
    [fault] = entries("a.yaml", "a: b\n- c")
    assert fault.problem.startswith("line 2, column 1: ")
    assert [*entries("a.json", " \n")] == [
        FileEntry("a.json", problem="there is no assistant in it")
    ]
    [planned] = plan([*entries("a.md", "# Read me")], {})
    assert planned == ImportStep(
        Action.UNREADABLE, "a.md", why="line 1: the fields are expected between two lines of ---"
    )


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("a.json", True),
        ("A.MD", True),
        ("a.responses.json", False),
        ("a.py", False),
        ("json", False),
    ],
)
def test_files_are_known_by_their_names(name: str, known: bool) -> None:
    assert (reader_of(name) is not None) == known


def saved(known: str) -> SaveResult:
    """What a server has under this id."""
    return SaveResult(ResourceRow(known, None, "{}", summary=AssistantSummary("", "m")))


def test_what_was_done_is_held_against_the_plan() -> None:
    create, change = step('{"model":"m"}'), step('{"id":"asst_1","name":"Two"}')
    assert mismatch([(create, saved("a")), (create, saved("b")), (change, saved("asst_1"))]) == ""
    twice = [(create, saved("a")), (create, saved("a"))]
    assert mismatch(twice) == "2 were to be created, but 1 different ones were"
    assert mismatch([(change, saved("b"))]) == "b was changed, but asst_1 was to be"


def cost_of(count: int) -> float:
    """The least seconds of the processor that reading and planning so many takes."""
    text = json.dumps([{"model": "m", "name": f"A{number}"} for number in range(count)])
    seconds = []
    for _ in range(2):
        start = time.process_time()
        assert len(plan([*entries("a.json", text)], {})) == count
        seconds.append(time.process_time() - start)
    return min(seconds)


def test_a_file_costs_by_its_length_and_not_by_the_square_of_it() -> None:
    assert cost_of(8_000) < 24 * cost_of(1_000), "eight times as many"


@pytest.mark.parametrize("kind", ["file", "vector_store", "thread"])
def test_an_object_of_another_kind_is_called_by_its_kind(kind: str) -> None:
    planned = step(f'{{"id":"x","object":"{kind}","model":"m","tools":{{"a":1}}}}')
    assert (planned.action, planned.why) == (
        Action.UNREADABLE,
        f'it is no assistant: its object is "{kind}"',
    )


def test_an_answer_to_a_list_request_is_its_assistants() -> None:
    text = """{"object": "list",
 "data": [
  {"id": "asst_7", "model": "m", "x": 1.0},
  {"model": "n"}
 ], "has_more": false}"""
    found = [*entries("l.json", text)]
    assert [(each.origin, each.text) for each in found] == [
        ("l.json:3", '{"id": "asst_7", "model": "m", "x": 1.0}'),
        ("l.json:4", '{"model": "n"}'),
    ]
    [nothing] = entries("l.json", '{"object": "list", "data": []}')
    assert nothing.problem == "there is no assistant in it"
    [wrong] = entries("l.json", '{"object": "list", "data": [5]}')
    assert "an object is allowed" in wrong.problem


@pytest.mark.parametrize(
    ("fields", "old"),
    [
        ('"file_ids": ["file-1"], "tools": [{"type": "retrieval"}]', "file_ids and the tool retr"),
        ('"file_ids": ["file-1"], "tools": []', "file_ids of API v1"),
        ('"tools": ["x", {"type": "retrieval"}, 5]', "the tool retrieval of API v1"),
        ('"file_ids": [], "tools": [{"type": "file_search"}]', ""),
        ('"tools": 5', ""),
        ('"tools": {"type": "retrieval"}', ""),
    ],
)
def test_what_is_of_the_first_version_of_the_api_is_told_in_the_plan(fields: str, old: str) -> None:
    planned = step(f'{{"model": "m", "name": "N", {fields}}}')
    assert planned.action is Action.CREATE, "servers of version 1 take it"
    assert planned.why.startswith(old) and bool(planned.why) == bool(old)
    assert ("which servers of v2 do not take" in planned.line) == bool(old)


def test_the_model_of_an_agent_file_is_its_id() -> None:
    [entry] = entries("agent.yaml", "name: Helper\nmodel:\n  id: gpt-4o\n  options: {x: 1}\n")
    [planned] = plan([entry], HELD)
    assert planned.action is Action.CREATE and planned.draft is not None
    assert planned.draft.patch() == {"name": '"Helper"', "model": '"gpt-4o"'}
    odd = step('{"name": "N", "model": {"id": 5}}')
    assert odd.draft is not None and odd.draft.patch()["model"] == '{"id": 5}'
