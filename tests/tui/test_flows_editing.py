"""Opening, editing, saving, creating and deleting, by keys; success is what the server holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.tui.terminal.external_editor import EditorFile
from tests.fakeserver.deviations import empty_list
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.standalone import StandaloneServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

ID = sample(0)["id"]


def held(store: SampleStore, assistant_id: str = ID) -> dict[str, Any]:
    """What the server has."""
    assistant = store.get(assistant_id)
    assert assistant is not None
    return dict(assistant)


def names(store: SampleStore) -> list[str]:
    """The names that the server has, newest first."""
    from assistant_tui.server.store.paging import PageQuery

    return [each["name"] for each in store.page(PageQuery(limit=100)).data]


async def test_a_changed_name_is_saved_and_nothing_else_is_sent(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    before = held(store)
    await program.press("enter")
    await program.type("!")
    assert "*Name" in program.text
    await program.press("ctrl+s")
    assert server.write_paths() == [f"POST /assistants/{ID}"]
    assert json.loads(server.bodies[0]) == {"name": before["name"] + "!"}
    assert held(store) == {**before, "name": before["name"] + "!"}
    assert program.highlighted == before["name"] + "!"
    assert "Saved" in program.status


async def test_an_edit_that_is_taken_back_sends_nothing(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("enter", "x", "backspace", "ctrl+s")
    assert server.write_paths() == []
    assert "Nothing was changed" in program.status


async def test_text_that_a_text_area_would_rewrite_survives_the_edit_of_another_field(
    tmp_path: Path,
) -> None:
    store = SampleStore(0)
    odd = "one\u2028two\x0bthree\r\nfour\rfive\ttab"
    made = store.create({"name": "n", "model": "m", "instructions": odd, "description": odd})
    server = InProcessServer(create_app(store, models=()))
    async with running(server, tmp_path) as program:
        await program.press("enter", "2", "ctrl+s")
        assert json.loads(server.bodies[0]) == {"name": "n2"}
        assert held(store, made["id"])["instructions"] == odd


async def test_a_text_that_typing_would_change_elsewhere_is_locked_and_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SampleStore(0)
    odd = "one\u2028two\nthree"
    made = store.create({"name": "n", "model": "m", "description": odd})
    async with running(InProcessServer(create_app(store, models=())), tmp_path) as program:

        def edit(file: EditorFile, app: object) -> None:
            file.path.write_text(f"{file.path.read_text(encoding='utf-8')}!\n", encoding="utf-8")

        monkeypatch.setattr(EditorFile, "run", edit)
        await program.press("enter", "tab", "tab", "x")
        assert "typing would change: F4 edits it" in program.text
        await program.press("ctrl+s")
        assert held(store, made["id"])["description"] == odd
        await program.press("f4", "ctrl+s")
        assert held(store, made["id"])["description"] == odd + "!"


async def test_unknown_fields_and_tools_survive_when_a_tool_is_switched_off(tmp_path: Path) -> None:
    """The other tools go back byte for byte as they came."""
    strange = '{"type": "azure_ai_search", "n": 1.0, "big": 123456789012345678901234567890}'
    text = (
        '{"id": "asst_1", "name": "n", "model": "m", "created_at": 1, "x_vendor": {"a": [1.0]},'
        f' "tools": [{{"type":"code_interpreter"}}, {strange}]}}'
    )
    server = StandaloneServer(text, models=empty_list)
    async with running(server, tmp_path) as program:
        await program.press("enter", *["tab"] * 8)
        assert program.main.focused is not None
        await program.press("space", "ctrl+s")
    assert server.bodies == ['{"tools": [' + strange + "]}"]


async def test_every_field_of_the_form_reaches_the_server(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("n")
    await program.type("Name")
    await program.press("tab", *["backspace"] * 10)
    await program.type("my-model")
    await program.press("tab")
    await program.type("what it is")
    await program.press("tab")
    await program.type("Be")
    await program.press("enter")
    await program.type("kind")
    await program.press("tab")
    await program.type("0.5")
    await program.press("tab")
    await program.type("1")
    await program.press("tab", "right", "tab", "right", "right", "tab")
    await program.press("space", "tab", "tab", "space")
    await program.type("look_up")
    await program.press(*["tab"] * 5)
    await program.type("file-1")
    await program.press("tab", "tab")
    await program.type("vs_1")
    await program.press("tab")
    await program.type("team")
    await program.press("tab")
    await program.type("search")
    await program.press("ctrl+s")
    assert json.loads(server.bodies[0]) == {
        "name": "Name",
        "model": "my-model",
        "description": "what it is",
        "instructions": "Be\nkind",
        "temperature": 0.5,
        "top_p": 1,
        "reasoning_effort": "none",
        "response_format": {"type": "text"},
        "tools": [
            {"type": "code_interpreter"},
            {"type": "function", "function": {"name": "look_up"}},
        ],
        "tool_resources": {
            "code_interpreter": {"file_ids": ["file-1"]},
            "file_search": {"vector_store_ids": ["vs_1"]},
        },
        "metadata": {"team": "search"},
    }
    assert names(store)[0] == "Name"
    assert program.highlighted == "Name"


async def test_a_name_and_save_suffice_since_the_model_is_preset(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("n")
    await program.type("quick")
    await program.press("ctrl+s")
    assert json.loads(server.bodies[0]) == {"model": "gpt-4o", "name": "quick"}
    assert "Created quick" in program.status


async def test_the_profiles_model_comes_before_the_servers_first(
    server: InProcessServer, tmp_path: Path
) -> None:
    profile = Profile("p", Source.LOCAL, model="gpt-4o-mini")
    async with running(server, tmp_path, profile=profile) as program:
        await program.press("n", "x", "ctrl+s")
    assert json.loads(server.bodies[0]) == {"model": "gpt-4o-mini", "name": "x"}


async def test_a_model_is_chosen_from_the_list_while_typing(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("enter", "tab", *["backspace"] * 20)
    await program.type("mini")
    assert "gpt-4o-mini" in program.text
    await program.press("down", "enter", "ctrl+s")
    assert json.loads(server.bodies[0]) == {"model": "gpt-4o-mini"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["tab"] * 4 + ["backspace"] * 5 + list("2.5"), "a number from 0 to 2"),
        (["tab"] * 5 + ["backspace"] * 5 + list("x"), "a number from 0 to 1"),
        (["tab"] + ["backspace"] * 20, "Model is needed"),
    ],
)
async def test_a_value_over_a_limit_is_told_beside_its_field_and_nothing_is_sent(
    program: Driver, server: InProcessServer, keys: list[str], words: str
) -> None:
    await program.press("enter", *keys)
    assert words in program.text
    await program.press("ctrl+s")
    assert server.write_paths() == []
    assert "Not saved" in program.status
    assert program.main.query("AssistantForm")


async def test_a_name_over_its_limit_is_told_as_one_types(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("n")
    await program.press(*"x" * 10)
    program.main.query_one(Input).insert_text_at_cursor("x" * 247)
    await program.settle()
    assert "at most 256 characters, this has 257" in program.text
    await program.press("backspace")
    assert "at most" not in program.text
    assert "256/256" in program.text


async def test_the_servers_refusal_stands_beside_the_field_that_it_names(
    program: Driver, server: InProcessServer
) -> None:
    answer = {"error": {"message": "no such model", "param": "model", "code": "model_not_found"}}
    server.refuse = lambda method, path: (
        (400, json.dumps(answer).encode()) if method == "POST" else None
    )
    await program.press("enter", "x", "ctrl+s")
    below = next(n for n, line in enumerate(program.lines) if "✗ no such model" in line)
    assert "Model" in program.lines[below - 1]
    assert "no such model" in program.status
    assert "the edit is kept" in program.status


async def test_delete_asks_and_cancel_has_the_focus(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("d")
    for words in (ID, held(store)["name"], held(store)["model"], "Cancel", "Delete"):
        assert words in program.text
    await program.press("enter")
    assert server.write_paths() == []
    assert not program.asked


async def test_one_tab_reaches_delete_and_the_next_row_is_highlighted(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("d", "tab", "enter")
    assert server.write_paths() == [f"DELETE /assistants/{ID}"]
    assert store.get(ID) is None
    assert program.highlighted == sample(1)["name"]
    assert ID in program.status
    assert "of 2 (all)" in program.header


async def test_the_last_row_of_the_last_page_can_be_deleted(
    program: Driver, store: SampleStore
) -> None:
    for left in (2, 1, 0):
        await program.press("G", "d", "tab", "enter")
        assert len(names(store)) == left
    assert "No assistants yet" in program.text
    assert program.highlighted == ""


async def test_escape_asks_only_if_something_was_changed(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("enter", "escape")
    assert not program.asked
    assert not program.main.query("AssistantForm")
    await program.press("enter", "x", "escape")
    assert "unsaved changes" in program.text
    await program.press("enter")
    assert "*Name" in program.text
    await program.press("escape", "tab", "enter")
    assert not program.main.query("AssistantForm")
    assert server.write_paths() == []


async def test_a_preset_model_alone_is_no_change(program: Driver) -> None:
    await program.press("n", "escape")
    assert not program.asked
