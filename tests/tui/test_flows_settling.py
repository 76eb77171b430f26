"""Changed or deleted elsewhere: what is chosen is saved, and nothing typed is lost on any road."""

import json
from pathlib import Path
from typing import Any

from textual.widgets import Button, Input

from assistant_tui.core.assistants.samples import sample
from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from assistant_tui.tui.dialogs.comparison import SideChoice
from assistant_tui.tui.terminal.external_editor import EditorFile
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import WRITES, Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]


def held(store: SampleStore, assistant_id: str = ID) -> dict[str, Any]:
    """What the server has."""
    assistant = store.get(assistant_id)
    assert assistant is not None
    return dict(assistant)


def all_of(store: SampleStore) -> list[dict[str, Any]]:
    """What the server has, newest first."""
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


def theirs(store: SampleStore, **fields: Any) -> None:
    """Somebody else changes the first assistant."""
    store.modify(ID, lambda old: {**old, **fields})


async def both_change_the_name(program: Driver, store: SampleStore) -> None:
    """Edit the name while somebody else does, and save."""
    await program.press("enter")
    theirs(store, name="theirs")
    await program.press("x", "ctrl+s")


async def test_each_value_is_shown_and_keeping_on_sends_nothing(
    program: Driver, server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    await both_change_the_name(program, store)
    for words in (f'mine      "{NAME}x"', 'theirs    "theirs"', f'original  "{NAME}"'):
        assert words in program.text
    assert "> (x) mine" in program.text, "mine is preselected"
    with Journal(tmp_path / "journal.db") as journal:
        await program.until(lambda: len(journal.drafts.all("local")) == 1)
        assert load_draft(journal.drafts.all("local")[0].text).raw == {"name": f"{NAME}x"}
    await program.press("escape")
    assert server.write_paths() == []
    assert program.main.query_one(Input).value == f"{NAME}x"
    assert "*Name" in program.text
    assert "the edit is kept here" in program.status


async def test_keep_editing_is_the_first_button(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await both_change_the_name(program, store)
    await program.press("tab", "enter")
    assert not program.asked
    assert server.write_paths() == []
    assert "*Name" in program.text


async def test_mine_is_saved_over_theirs(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await both_change_the_name(program, store)
    await program.press("tab", "tab", "enter")
    assert json.loads(server.bodies[0]) == {"name": f"{NAME}x"}
    assert held(store)["name"] == f"{NAME}x"
    assert not program.main.query("AssistantForm")


async def test_enter_in_a_field_saves_nothing(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    """An Enter that was on its way when the dialog opened does no harm."""
    await both_change_the_name(program, store)
    await program.press("enter", "enter")
    assert program.asked
    assert server.write_paths() == []


async def test_theirs_drops_the_edit_and_closes_the_form_since_nothing_is_left(
    program: Driver, server: InProcessServer, store: SampleStore, tmp_path: Path
) -> None:
    await both_change_the_name(program, store)
    await program.press("down", "space", "tab", "tab", "enter")
    assert server.write_paths() == []
    assert held(store)["name"] == "theirs"
    assert program.highlighted == "theirs"
    assert not program.main.query("AssistantForm")
    assert "Nothing was left to save" in program.status
    with Journal(tmp_path / "journal.db") as journal:
        assert journal.drafts.all("local") == ()


async def test_the_original_is_sent_as_it_was(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await both_change_the_name(program, store)
    await program.press("down", "down", "enter", "tab", "tab", "enter")
    assert json.loads(server.bodies[0]) == {"name": NAME}
    assert held(store)["name"] == NAME


async def test_each_field_is_chosen_by_itself_and_what_was_merged_is_named(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("enter")
    theirs(store, name="theirs", description="theirs", metadata={"by": "them"})
    await program.press("x", "tab", "tab", "y", "ctrl+s")
    assert len(program.app.screen.query(SideChoice)) == 2
    await program.press("down", "space", "tab", "tab", "tab", "enter")
    body = json.loads(server.bodies[0])
    assert list(body) == ["description"] and body["description"] != "theirs"
    now = held(store)
    assert (now["name"], now["metadata"]) == ("theirs", {"by": "them"})
    assert now["description"] == body["description"]
    assert "changed elsewhere and kept: name, metadata" in program.status


async def test_a_further_change_elsewhere_is_asked_about_anew(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await both_change_the_name(program, store)
    theirs(store, name="theirs again", description="too")
    await program.press("tab", "tab", "enter")
    assert program.asked
    assert 'theirs    "theirs again"' in program.text
    assert f'original  "{NAME}"' in program.text, "what it was before all of this"
    assert server.write_paths() == []
    await program.press("tab", "tab", "enter")
    assert json.loads(server.bodies[0]) == {"name": f"{NAME}x"}
    assert held(store)["description"] == "too"
    assert "changed elsewhere and kept: description" in program.status


async def test_a_save_as_chosen_that_fails_leaves_the_whole_edit_in_the_form(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("enter")
    theirs(store, name="theirs")
    await program.press("x", "tab", "tab", "y", "ctrl+s")
    server.refuse = lambda method, path: (500, b"{}") if method in WRITES else None
    await program.press("down", "space", "tab", "tab", "enter")
    assert not program.asked
    assert "the edit is kept here" in program.status
    assert program.main.query_one(Input).value == f"{NAME}x"
    assert "*Name" in program.text and "*Description" in program.text
    assert held(store)["name"] == "theirs"


async def test_a_field_in_full_is_shown_as_differences(program: Driver, store: SampleStore) -> None:
    await both_change_the_name(program, store)
    await program.press("f3")
    for words in ("Name in full", "original → theirs", "original → mine", f"- {NAME}", "+ theirs"):
        assert words in program.text
    await program.press("f3")
    assert "Changed here and elsewhere" in program.text
    await program.press("tab", "f3")
    assert "Keep editing" in program.text, "a button has nothing to show"


async def test_arrows_go_from_field_to_field_and_to_the_buttons(
    program: Driver, store: SampleStore
) -> None:
    await program.press("enter")
    theirs(store, name="theirs", description="theirs")
    await program.press("x", "tab", "tab", "y", "ctrl+s", "down", "down", "down")
    focused = program.app.screen.focused
    assert isinstance(focused, SideChoice) and (focused.field, focused.cursor) == ("description", 0)
    await program.press("up")
    focused = program.app.screen.focused
    assert isinstance(focused, SideChoice) and (focused.field, focused.cursor) == ("name", 2)
    await program.press("down", "down", "down", "down")
    assert isinstance(program.app.screen.focused, Button)
    assert program.app.screen.focused.name == "cancel"
    await program.press("up")
    assert isinstance(program.app.screen.focused, SideChoice)


async def test_a_clicked_line_is_chosen(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await both_change_the_name(program, store)
    await program.pilot.click(SideChoice, offset=(5, 2))
    await program.press("tab", "tab", "enter")
    assert server.write_paths() == []
    assert held(store)["name"] == "theirs"


HOSTILE = "[/][@click=app.quit]x[/]\x1b]52;c;aGk=\x07\u202e"


async def test_what_others_wrote_is_text(program: Driver, store: SampleStore) -> None:
    await program.press("enter")
    theirs(store, name=HOSTILE, description=HOSTILE)
    await program.press("x", "tab", "tab", "y", "ctrl+s")
    assert "[/][@click=app.quit]x[/]" in program.text
    assert not set("\x1b\x07\u202e") & set(program.text)
    await program.press("f3")
    assert "[/][@click=app.quit]x[/]" in program.text


EIGHT = {
    "name": "theirs",
    "model": "their-model",
    "description": "theirs",
    "instructions": "theirs\n" * 300,
    "temperature": 0.15,
    "top_p": 0.15,
    "tools": [{"type": "function", "function": {"name": "theirs"}}],
    "metadata": {"by": "them"},
}
MINE = {
    "name": "mine",
    "model": "my-model",
    "description": "mine",
    "instructions": "mine",
    "temperature": 0.95,
    "top_p": 0.95,
    "tools": [{"type": "function", "function": {"name": "mine"}}],
    "metadata": {"by": "me"},
}


async def eight_fields(program: Driver, store: SampleStore, monkeypatch: Any) -> None:
    """Edit all fields as JSON while somebody else does."""

    def edit(file: EditorFile, app: object) -> None:
        theirs(store, **EIGHT)
        file.path.write_text(json.dumps({**json.loads(file.path.read_text()), **MINE}))

    monkeypatch.setattr(EditorFile, "run", edit)
    await program.press("e")


async def test_eight_fields_scroll_and_the_buttons_stay_in_sight(
    program: Driver, server: InProcessServer, store: SampleStore, monkeypatch: Any
) -> None:
    await eight_fields(program, store, monkeypatch)
    assert len(program.app.screen.query(SideChoice)) == 8
    assert "Keep editing" in program.text and "Save as chosen" in program.text
    assert "Metadata" not in program.text
    for _ in range(7):
        await program.press("tab")
    assert "Metadata" in program.text and "Save as chosen" in program.text
    await program.press("down", "space", "tab", "tab", "enter")
    now = held(store)
    assert {name: now[name] for name in EIGHT} == {**MINE, "metadata": {"by": "them"}}


async def test_a_tiny_terminal_shows_what_it_can(tmp_path: Path, monkeypatch: Any) -> None:
    store = SampleStore(3)
    server = InProcessServer(create_app(store, models=("m",)))
    async with running(server, tmp_path, size=(40, 10)) as program:
        await eight_fields(program, store, monkeypatch)
        assert "(x) mine" in program.text and "Save as chosen" in program.text
        await program.pilot.resize_terminal(20, 4)
        await program.press("tab", "down", "f3", "escape")
        await program.pilot.resize_terminal(80, 24)
        await program.settle()
        assert "Save as chosen" in program.text
        await program.press("escape")
        assert "The edit was not saved" in program.text
        await program.press("tab", "enter")
    assert server.write_paths() == []


async def test_a_form_that_goes_on_shows_what_was_chosen(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    """Something is typed while the rest is saved: the form must not show what nobody has."""
    await program.press("enter")
    theirs(store, name="theirs")
    await program.press("x", "tab", "tab", "y", "ctrl+s")
    server.hold = lambda method, path: method in WRITES
    await program.pilot.press("down", "space", "tab", "tab", "enter")
    await server.arrived.wait()
    await program.pilot.press("z")
    server.opened.set()
    await program.settle()
    assert program.main.query_one(Input).value == "theirs"
    assert "*Description" in program.text and "*Name" not in program.text
    await program.press("!", "ctrl+s")
    assert list(json.loads(server.bodies[1])) == ["description"]
    assert held(store)["description"].count("yz") == 1
    assert "!" in held(store)["description"]
