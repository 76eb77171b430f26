"""Whose history, trash and drafts are seen: those of the key that is used, wherever it is from."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.profiles import open_service
from tests.e2e.test_other_account import A, B, TwoAccounts
from tests.fakeserver.sockets import serving

TYPED = Draft().edited("name", "typed")


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    """The folders of the program."""
    return Folders(*(tmp_path / name for name in ("config", "data", "cache", "state")))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A file with the key of A."""
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_text(A)
    return path


@pytest.fixture
def url() -> Iterator[str]:
    """A server with two accounts."""
    with serving(TwoAccounts()) as address:
        yield f"{address}/v1"


@pytest.fixture(params=["command", "file"])
def profile(request: pytest.FixtureRequest, url: str, key: Path) -> Profile:
    """A profile whose key is what stands in the file."""
    if request.param == "file":
        return Profile("p", base_url=url, api_key_file=str(key))
    return Profile("p", base_url=url, api_key_command=f"cat {key}")


@asynccontextmanager
async def opened(profile: Profile, places: Folders) -> AsyncIterator[AssistantService]:
    """The service of the profile, as one start of the program opens it."""
    service = await open_service(Settings(profile), profile, places, None)
    try:
        yield service
    finally:
        await service.close()


async def kept(service: AssistantService) -> tuple[int, ...]:
    """How many undoings, deletions and drafts are offered."""
    journal = service.journal
    found = (await journal.trash(), await journal.drafts.orphans())
    return (await journal.last() is not None, *map(len, found))


async def test_nothing_of_one_account_is_offered_in_another(
    profile: Profile, places: Folders, key: Path
) -> None:
    async with opened(profile, places) as service:
        await service.delete("asst_1")
        await service.journal.drafts.keep("new", TYPED)
    key.write_text(B)
    async with opened(profile, places) as service:
        assert await kept(service) == (0, 0, 0)
    key.write_text(A)
    async with opened(profile, places) as service:
        assert await kept(service) == (1, 1, 1)


async def test_a_key_that_changes_meanwhile_changes_nothing_before_it_is_used(
    profile: Profile, places: Folders, key: Path
) -> None:
    async with opened(profile, places) as service:
        await service.fetch("asst_1")
        key.write_text(B)
        await service.delete("asst_1")
        assert await kept(service) == (1, 1, 0)
    async with opened(profile, places) as service:
        assert await kept(service) == (0, 0, 0)


@pytest.mark.parametrize("profile", ["command"], indirect=True)
async def test_what_is_typed_before_the_key_is_there_is_kept(
    profile: Profile, places: Folders, key: Path
) -> None:
    async with opened(profile, places) as service:
        service.journal.drafts.keep_now("new", TYPED)
    async with opened(profile, places) as service:
        assert await kept(service) == (0, 0, 1)
    key.write_text(B)
    async with opened(profile, places) as service:
        assert await kept(service) == (0, 0, 0), "it was taken over once"


@pytest.mark.parametrize("profile", ["command"], indirect=True)
async def test_what_was_kept_before_and_after_is_one_draft(
    profile: Profile, places: Folders
) -> None:
    for _ in range(2):
        async with opened(profile, places) as service:
            assert not service.journal.trouble
            service.journal.drafts.keep_now("new", TYPED)
            await service.fetch("asst_1")
            await service.journal.drafts.keep("new", TYPED)
            await service.journal.drafts.forget("new")
    async with opened(profile, places) as service:
        assert await kept(service) == (0, 0, 0)


@pytest.mark.parametrize("profile", ["command"], indirect=True)
async def test_without_a_key_nothing_is_offered_and_it_is_said_why(
    profile: Profile, places: Folders, key: Path
) -> None:
    async with opened(profile, places) as service:
        await service.delete("asst_1")
    key.unlink()
    async with opened(profile, places) as service:
        assert await kept(service) == (0, 0, 0)
        assert service.journal.trouble == (
            "it is not known whose account this is: api_key_command gave no key (exit code 1)"
        )
