"""What is shown before a server has answered."""

from pathlib import Path
from typing import Any

import pytest

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import LOCAL, Profile, Settings, demo
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.listing import Listing
from assistant_tui.startup.profile_opening import ProfileOpener

REMOTE = Profile("r", base_url="https://server.test")


def folders_in(path: Path) -> Folders:
    """All folders below one."""
    return Folders(path / "config", path / "data", path / "cache", path / "state")


def opener(path: Path, **settings: Any) -> ProfileOpener:
    """An opener whose folders are below a path."""
    return ProfileOpener(Settings(LOCAL, **settings), folders_in(path))


@pytest.mark.parametrize("samples", [0, 1, 49, 50, 51, 250])
async def test_a_demo_shows_at_once_what_its_server_then_answers(
    tmp_path: Path, samples: int
) -> None:
    profile = demo(samples)
    look = opener(tmp_path).cached_rows(profile)
    service = await opener(tmp_path).connect(profile)
    try:
        assert look == await service.reload(0)
    finally:
        await service.close()
    assert [*tmp_path.iterdir()] == []


async def test_the_local_store_is_remembered_from_one_run_to_the_next(tmp_path: Path) -> None:
    assert opener(tmp_path).cached_rows(LOCAL) == Listing()
    service = await opener(tmp_path).connect(LOCAL)
    try:
        await service.create(Draft().edited("model", "m").edited("name", "Kept"))
        listing = await service.reload(0)
        service.remember(listing)
    finally:
        await service.close()
    look = opener(tmp_path).cached_rows(LOCAL)
    assert (look.rows, look.remembered, look.complete) == (listing.rows, True, True)


async def test_nothing_is_remembered_where_the_settings_forbid_it(tmp_path: Path) -> None:
    service = await opener(tmp_path, remember=False).connect(LOCAL)
    try:
        service.remember(await service.reload(0))
    finally:
        await service.close()
    assert not (tmp_path / "cache").exists()


async def test_what_is_there_is_not_read_where_the_settings_forbid_it(tmp_path: Path) -> None:
    service = await opener(tmp_path).connect(LOCAL)
    try:
        await service.create(Draft().edited("model", "m"))
        service.remember(await service.reload(0))
    finally:
        await service.close()
    assert len(opener(tmp_path).cached_rows(LOCAL)) == 1
    assert opener(tmp_path, remember=False).cached_rows(LOCAL) == Listing()


def test_a_server_that_was_never_seen_shows_nothing(tmp_path: Path) -> None:
    assert opener(tmp_path).cached_rows(REMOTE) == Listing()
