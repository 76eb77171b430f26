"""Clones: what the server gets is what the other has, and nothing goes before Ctrl+S."""

import json
from pathlib import Path
from typing import Any

from textual.widgets import Input, Static

from assistant_tui.config.settings import Profile
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from tests.fakeserver.deviations import empty_list
from tests.fakeserver.in_process import InProcessServer
from tests.fakeserver.standalone import StandaloneServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

ID, NAME = sample(0)["id"], sample(0)["name"]
FIXED = ("id", "created_at", "name")


def all_of(store: SampleStore) -> list[dict[str, Any]]:
    """What the server has, newest first."""
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


def title(program: Driver) -> str:
    """What stands above the form."""
    return str(program.main.query("AssistantForm .title").first(Static).render())


async def test_save_alone_creates_a_clone(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    before = all_of(store)
    await program.press("C")
    assert title(program) == f"Clone of {NAME}"
    assert program.main.query_one(Input).value == f"{NAME} (copy)"
    assert server.write_paths() == []
    await program.press("ctrl+s")
    assert server.write_paths() == ["POST /assistants"]
    made, *others = all_of(store)
    assert others == before
    assert made["name"] == f"{NAME} (copy)" and made["id"] != ID
    assert {k: v for k, v in made.items() if k not in FIXED} == {
        k: v for k, v in before[0].items() if k not in FIXED
    }
    assert program.highlighted == f"{NAME} (copy)"


async def test_a_clone_that_is_left_untouched_asks_nothing(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    before = all_of(store)
    await program.press("C", "escape")
    assert not program.asked
    assert not program.main.query("AssistantForm")
    assert (server.write_paths(), all_of(store)) == ([], before)


async def test_a_clone_is_edited_like_any_new_one(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    await program.press("C", "!", "escape")
    assert "unsaved changes" in program.text
    await program.press("enter", "ctrl+s")
    assert all_of(store)[0]["name"] == f"{NAME} (copy)!"


async def test_keys_that_come_behind_it_are_typed_into_the_clone(
    program: Driver, store: SampleStore
) -> None:
    await program.burst("C", "d", "n", "ctrl+s")
    assert all_of(store)[0]["name"] == f"{NAME} (copy)dn"
    assert len(all_of(store)) == 4


async def test_what_cannot_come_along_is_named_and_not_sent(tmp_path: Path) -> None:
    text = json.dumps(
        {"id": "a", "created_at": 1, "name": "", "model": "m", "x_vendor": {"a": 1}, "x_null": None}
    )
    server = StandaloneServer(text, models=empty_list)
    async with running(server, tmp_path) as program:
        await program.press("C")
        assert "Cannot be copied: x_vendor · Ctrl+S creates it" in program.status
        assert title(program) == "Clone of a, without x_vendor"
        assert program.main.query_one(Input).value == ""
        await program.press("ctrl+s")
    assert server.bodies == ['{"model": "m"}']


async def test_tools_and_settings_come_along_byte_for_byte(tmp_path: Path) -> None:
    tools = '[{"type": "azure", "n": 1.0, "big": 123456789012345678901234567890}]'
    resources = '{"file_search": {"vector_store_ids": ["vs_1"]}}'
    server = StandaloneServer(
        f'{{"id": "a", "name": "n", "model": "m", "top_p": 1.0, "tools": {tools},'
        f' "tool_resources": {resources}, "temperature": null}}',
        models=empty_list,
    )
    async with running(server, tmp_path) as program:
        await program.press("C", "ctrl+s")
    (body,) = server.bodies
    assert f'"tools": {tools}' in body and f'"tool_resources": {resources}' in body
    assert '"top_p": 1.0' in body and "temperature" not in body


async def test_what_does_not_fit_the_api_is_not_cloned(tmp_path: Path) -> None:
    server = StandaloneServer('{"id": "a", "name": "n", "model": ["m"]}')
    async with running(server, tmp_path) as program:
        await program.press("C")
        assert "cannot be cloned" in program.status
        assert not program.main.query("AssistantForm")


async def test_a_hostile_name_is_text_in_the_title_too(tmp_path: Path) -> None:
    text = json.dumps({"id": "a", "name": "[/][@click=app.quit]x\x1b]0;y\x07", "model": "m"})
    async with running(StandaloneServer(text, models=empty_list), tmp_path) as program:
        await program.press("C")
        assert "Clone of [/][@click=app.quit]x" in program.text
        assert "\x1b" not in program.text


async def test_a_read_only_profile_offers_no_clone(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(3), models=("m",)))
    profile = Profile("p", base_url="https://server.test", read_only=True)
    async with running(server, tmp_path, profile=profile) as program:
        await program.press("C")
        assert not program.main.query("AssistantForm")


async def test_a_clone_that_was_refused_stays_in_the_form(
    program: Driver, server: InProcessServer, store: SampleStore
) -> None:
    server.refuse = lambda method, path: (403, b"{}") if method == "POST" else None
    await program.press("C", "!", "ctrl+s")
    assert program.main.query_one(Input).value == f"{NAME} (copy)!"
    server.refuse = lambda method, path: None
    await program.press("ctrl+s")
    assert all_of(store)[0]["name"] == f"{NAME} (copy)!"
