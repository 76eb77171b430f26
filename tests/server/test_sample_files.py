"""A demo has the files and vector stores that its samples name, and its model searches them."""

from pathlib import Path

import pytest

from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import Profile, Settings, demo
from assistant_tui.core.assistants.sample_files import SAMPLE_FILES, SAMPLE_VECTOR_STORES
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.runs.canned import CannedModels
from assistant_tui.server.sample_files import add_sample_files
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.services.profiles import open_service
from tests.server.runs.support import application, text_of

MANY = [sample(index) for index in range(300)]


def test_whatever_a_sample_names_is_there() -> None:
    files, stores = {each.id for each in SAMPLE_FILES}, {each.id for each in SAMPLE_VECTOR_STORES}
    resources = [each["tool_resources"] for each in MANY]
    named = [each["file_search"]["vector_store_ids"] for each in resources if "file_search" in each]
    assert {one for each in named for one in each} == stores
    used = [each["code_interpreter"]["file_ids"] for each in resources if len(each) == 2]
    assert {one for each in used for one in each} == files
    assert all(len({*each}) == len(each) for each in used)
    assert {one for store in SAMPLE_VECTOR_STORES for one in store.file_ids} == files


async def test_a_demo_lists_them_with_names_and_sizes(places: Folders) -> None:
    settings = Settings(Profile("local"))
    service = await open_service(settings, demo(20), places, None)
    try:
        files, stores = await service.inventory.files(), await service.inventory.vector_stores()
    finally:
        await service.close()
    assert files and stores
    sizes = {each.id: len(each.text.encode()) for each in SAMPLE_FILES}
    assert {(each.id, each.name, each.size) for each in files.found} == {
        (each.id, each.name, sizes[each.id]) for each in SAMPLE_FILES
    }
    assert {(each.id, each.name, each.size) for each in stores.found} == {
        (each.id, each.name, sum(map(sizes.__getitem__, each.file_ids)))
        for each in SAMPLE_VECTOR_STORES
    }


async def test_the_canned_model_finds_what_is_in_them() -> None:
    store = SampleStore(300)
    add_sample_files(store)
    researcher = next(each for each in MANY if "Library" in library_of(each))
    async with application(store, CannedModels(pause=0.0)) as api:
        before = await api.get(f"/vector_stores/{SAMPLE_VECTOR_STORES[-1].id}")
        thread = await api.thread("Who wrote Notes on the Analytical Engine?")
        run = await api.wait(
            await api.run(thread, researcher["id"], tools=[{"type": "file_search"}]),
            *("completed", "failed"),
        )
        assert run["status"] == "completed", run["last_error"]
        _, answer = await api.messages(thread)
        after = await api.get(f"/vector_stores/{SAMPLE_VECTOR_STORES[-1].id}")
    assert "the first program" in text_of(answer)
    cited = [
        each["file_citation"]["file_id"] for each in answer["content"][0]["text"]["annotations"]
    ]
    assert SAMPLE_FILES[-1].id in cited
    for name in ("status", "file_counts", "usage_bytes"):
        assert before[name] == after[name]
    assert (before["status"], before["file_counts"]["completed"]) == ("completed", 2)


def library_of(assistant: dict[str, object]) -> list[str]:
    """The names of the vector stores of a sample."""
    return [each.name for each in SAMPLE_VECTOR_STORES if each.id in str(assistant)]


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    """Folders that a demo leaves alone."""
    return Folders(*(tmp_path / name for name in ("config", "data", "cache", "state")))
