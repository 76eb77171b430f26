"""The rows in another order, and an assistant that is gone to by its id."""

from pathlib import Path

import pytest

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.assistants.samples import sample, sample_id
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

COUNT = 120


@pytest.fixture
def store() -> SampleStore:
    """Some pages of samples."""
    return SampleStore(COUNT)


def shown(program: Driver) -> list[str]:
    """The ids in the list, from the top down."""
    return [row.id for row in program.main.browser.list_pane.view.rows]


@pytest.mark.parametrize(
    ("keys", "said", "arrow"),
    [
        ("", "newest first", "Created ↓"),
        ("S", "oldest first", "Created ↑"),
        ("s", "by name", "Name ↑"),
        ("sS", "by name, Z–A", "Name ↓"),
        ("ss", "by model", "Model ↑"),
        ("sss", "by tools", "Tools ↑"),
        ("ssss", "newest first", "Created ↓"),
    ],
)
async def test_s_goes_through_the_columns_and_shift_s_turns_round(
    program: Driver, keys: str, said: str, arrow: str
) -> None:
    await program.press(*keys)
    assert program.header.endswith(said)
    assert arrow in program.lines[1]


async def test_all_pages_are_sorted_and_what_has_no_name_is_last(program: Driver) -> None:
    await program.press("s")
    rows = program.main.list_model.display.view.rows
    given = [row.name for row in rows if row.name]
    assert (len(rows) == COUNT and given == sorted(given, key=str.casefold)) or given[0] <= given[1]
    nameless = [sample_id(index) for index in range(COUNT) if not sample(index)["name"]]
    assert nameless and shown(program)[-len(nameless) :] == nameless
    await program.press("S")
    assert shown(program)[-len(nameless) :] == nameless


async def test_the_oldest_come_first_only_when_they_are_there(program: Driver) -> None:
    await program.press("S")
    assert shown(program) == [sample_id(index) for index in reversed(range(COUNT))]


async def test_the_highlight_stays_on_its_assistant(program: Driver) -> None:
    await program.press("j", "j", "j")
    here = program.highlighted
    for key in ("s", "S", "s", "s", "s"):
        await program.press(key)
        assert program.highlighted == here
        assert [line for line in program.lines if line.startswith(f"> {here[:10]}")]


async def test_a_save_keeps_the_order(program: Driver) -> None:
    await program.press("s", "enter", "home")
    await program.type("zzz")
    await program.press("ctrl+s")
    assert program.highlighted.startswith("zzz") and "by name" in program.header
    assert [row.name for row in program.main.list_model.display.view.rows if row.name][-1] > "zzz"


async def go_to(program: Driver, assistant_id: str) -> None:
    await program.press("i")
    await program.type(assistant_id)
    await program.press("enter")


async def test_an_assistant_that_is_loaded_is_highlighted(
    program: Driver, server: InProcessServer
) -> None:
    asked = len(server.requests)
    await go_to(program, sample_id(7))
    assert program.highlighted == sample(7)["name"]
    assert len(server.requests) == asked


async def test_a_filter_that_hides_it_is_taken_back(program: Driver) -> None:
    await program.press("slash")
    await program.type("zzz")
    await program.press("enter")
    await go_to(program, f" {sample_id(7)} ")
    assert program.highlighted == sample(7)["name"]
    assert "/zzz" not in program.header


async def test_one_that_is_not_loaded_is_fetched_and_opened(
    program: Driver, server: InProcessServer
) -> None:
    wanted = sample_id(COUNT - 1)
    await go_to(program, wanted)
    assert any(wanted in str(request.url) for request in server.requests)
    assert "-form" in program.main.classes
    assert wanted not in shown(program)


async def test_one_that_is_nowhere_is_told(program: Driver) -> None:
    await go_to(program, "asst_nowhere")
    assert program.status == "! This server has no assistant asst_nowhere"
    assert not program.asked


async def test_an_id_is_one_word(program: Driver, server: InProcessServer) -> None:
    asked = len(server.requests)
    await program.press("i", "enter")
    assert "An id is one word, such as asst_abc" in program.text
    await program.press("escape")
    assert (program.asked, len(server.requests)) == (False, asked)


async def test_where_nothing_can_be_changed_it_is_shown_as_json(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(COUNT), models=()))
    profile = Profile("fixed", Source.LOCAL, read_only=True)
    async with running(server, tmp_path, profile=profile) as program:
        await go_to(program, sample_id(COUNT - 1))
        assert program.asked and sample_id(COUNT - 1) in program.text


async def test_the_palette_has_what_finds_but_not_the_keys_of_the_filter(program: Driver) -> None:
    await program.press("colon")
    await program.until(lambda: "Go to id" in program.text or "Filter" in program.text)
    await program.type("filter")
    await program.until(lambda: "Find by words and qualifiers" in program.text)
    assert "Keep the filter" not in program.text
