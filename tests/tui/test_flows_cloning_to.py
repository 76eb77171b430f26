"""Clones on another server: told first what cannot be copied, then made there and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.config.settings import LOCAL, Profile, Settings
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.server.store.paging import PageQuery
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

OTHER = replace(LOCAL, name="other")
CLOSED = replace(LOCAL, name="closed", read_only=True)
FILES = {"code_interpreter": {"file_ids": ["file-abc"]}}


def held(store: SampleStore) -> list[dict[str, Any]]:
    return [dict(each) for each in store.page(PageQuery(limit=100)).data]


@asynccontextmanager
async def two_servers(
    folder: Path, here: SampleStore, there: InProcessServer, *profiles: Profile
) -> AsyncIterator[Driver]:
    """The program on one server, with profiles of others, all of which are `there`."""
    settings = Settings(LOCAL, profiles={each.name: each for each in (LOCAL, *profiles)})
    server = InProcessServer(create_app(here, models=("m",)))
    others = {profile.name: there for profile in profiles}
    async with running(server, folder, settings=settings, others=others) as program:
        yield program


@pytest.fixture
def here() -> SampleStore:
    return SampleStore(3)


@pytest.fixture
def there() -> SampleStore:
    return SampleStore(0)


async def clone_to(program: Driver, *keys: str) -> None:
    await program.main.action_run("clone_to")
    await program.settle()
    await program.press(*keys)


async def test_the_marked_ones_are_made_there_in_their_order(
    tmp_path: Path, here: SampleStore, there: SampleStore
) -> None:
    server = InProcessServer(create_app(there, models=(sample(0)["model"],)))
    before = held(here)
    async with two_servers(tmp_path, here, server, OTHER, CLOSED) as program:
        await program.press("space", "space")
        await clone_to(program, "enter")
        assert "Clone 2 to other?" in program.text
        assert f"model {sample(1)['model']} is not among the models" in program.text
        await program.press("tab", "enter")
        assert "Cloned 2 to other" in program.status and "marked" not in program.header
    assert [each["name"] for each in held(there)] == [sample(0)["name"], sample(1)["name"]]
    assert held(here) == before


async def test_files_that_may_not_be_there_are_told_and_escape_sends_nothing(
    tmp_path: Path, here: SampleStore, there: SampleStore
) -> None:
    here.modify(sample(0)["id"], lambda old: {**old, "tool_resources": FILES})
    server = InProcessServer(create_app(there, models=("m",)))
    server.refuse = lambda method, path: (404, b"{}") if path.startswith("/files") else None
    async with two_servers(tmp_path, here, server, OTHER) as program:
        await clone_to(program, "enter")
        assert "file-abc" in program.text and "the server does not" in program.text
        await program.press("escape")
    assert held(there) == [] and server.write_paths() == []


async def test_a_server_that_cannot_be_asked_is_told(
    tmp_path: Path, here: SampleStore, there: SampleStore
) -> None:
    server = InProcessServer(create_app(there, models=("m",)))
    server.refuse = lambda method, path: (
        (401, b'{"error": {"message": "who are you?"}}') if method == "POST" else None
    )
    async with two_servers(tmp_path, here, server, OTHER) as program:
        await clone_to(program, "enter")
        await program.press("tab", "enter")
        assert "who are you?" in program.text
        await program.press("escape")
        assert "Cloned 0 to other" in program.status
    assert held(there) == []


async def test_without_another_profile_that_may_be_written_to_it_says_so(
    tmp_path: Path, here: SampleStore, there: SampleStore
) -> None:
    server = InProcessServer(create_app(there, models=("m",)))
    async with two_servers(tmp_path, here, server, CLOSED) as program:
        await clone_to(program)
        assert "There is no other profile" in program.status
