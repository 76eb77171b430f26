"""A person finds one assistant among many: by words and qualifiers, while one types."""

import json
from pathlib import Path

import pytest

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.server.app import create_app
from assistant_tui.tui.assistants import filter_controller
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

SMALL_PAGES = Profile("small", Source.LOCAL, page_size=10)
COUNT = 250


def names(program: Driver) -> list[str]:
    """The names in the list, from the top down."""
    return [row.name for row in program.main.browser.list_pane.view.rows]


def having(word: str, count: int = COUNT) -> list[str]:
    """The names of those samples whose JSON has a word, newest first."""
    bodies = (sample(index) for index in range(count))
    return [body["name"] or "" for body in bodies if word in json.dumps(body).lower()]


@pytest.fixture
def store() -> SampleStore:
    """Some pages of samples."""
    return SampleStore(COUNT)


async def test_rows_are_found_as_one_types_in_all_pages(program: Driver) -> None:
    assert "of 50+" in program.header
    await program.press("slash")
    await program.type("runbook")
    assert names(program) == having("runbook")
    assert f"/runbook · {len(names(program))} of 250 (all)" in program.header
    assert program.lines[-1].strip() == "Enter To the list  Esc Clear"


async def test_keys_that_arrive_together_are_typed_and_act_in_their_order(program: Driver) -> None:
    await program.burst("slash", *"runbook", "enter", "j")
    found = having("runbook")
    assert (names(program), program.highlighted) == (found, found[1])
    await program.burst("slash", *" zzz", "escape", "g", "j")
    assert "1–50 of 250 (all)" in program.header
    assert program.highlighted == sample(1)["name"]


@pytest.mark.parametrize("key", ["enter", "down"])
async def test_the_filter_stays_in_the_list_and_can_be_changed(program: Driver, key: str) -> None:
    await program.press("slash")
    await program.type("tutor")
    await program.press(key)
    assert program.main.browser.list_pane.has_focus and "/tutor" in program.header
    await program.press("slash")
    await program.type(" !berlin")
    assert "/tutor !berlin" in program.header
    assert not [name for name in names(program) if "Berlin" in name]
    assert names(program)


async def test_esc_in_the_input_clears_and_closes(program: Driver) -> None:
    await program.press("j", "slash")
    await program.type("tutor")
    await program.press("escape")
    assert "1–50 of 250 (all) · newest first" in program.header
    assert program.main.browser.list_pane.has_focus
    assert program.highlighted == sample(1)["name"]


async def test_esc_in_the_list_clears_the_filter_and_then_the_order(program: Driver) -> None:
    await program.press("slash")
    await program.type("tutor")
    await program.press("enter", "s")
    here = program.highlighted
    await program.press("escape")
    assert "of 250 (all) · by name" in program.header
    await program.press("escape")
    assert "newest first" in program.header
    assert program.highlighted == here


async def test_the_highlight_stays_while_its_row_is_found_and_comes_back(program: Driver) -> None:
    wanted = having("invoice")[2]
    place = [sample(index)["name"] for index in range(50)].index(wanted)
    await program.press(*["j"] * place, "slash")
    await program.type("invoice")
    assert program.highlighted == wanted
    await program.type("zzz")
    await program.press(*["backspace"] * 3)
    assert program.highlighted == wanted


async def test_where_nothing_is_found_it_says_so_and_how_to_go_on(program: Driver) -> None:
    await program.press("slash")
    await program.type("modle:gpt")
    assert "Nothing matches /modle:gpt" in program.text
    assert "modle: is no qualifier, so it is a word" in program.text
    assert "Esc clears it" in program.text
    assert program.highlighted == ""


async def test_what_is_unfinished_leaves_the_rest_of_the_filter_and_its_line(
    program: Driver,
) -> None:
    await program.press("slash")
    await program.type("tutor ")
    found = names(program)
    await program.type("model:")
    assert "✗ model: takes what is looked for, such as model:gpt-4o" in program.text
    await program.press("enter")
    assert program.main.context.filter.typing
    assert names(program) == found and "/tutor ·" in program.header
    await program.type("o1")
    assert "✗" not in program.text
    assert {summary_of(row).model for row in program.main.list_model.display.view.rows} == {"o1"}


async def test_what_was_found_is_underlined_in_the_names(program: Driver) -> None:
    await program.press("slash")
    await program.type("tutor")
    pane = program.main.browser.list_pane
    for y in range(1, 4):
        underlined = [s.text for s in pane.render_line(y) if s.style and s.style.underline]
        assert underlined == ["tutor"]
    await program.press("escape")
    assert not [s for s in pane.render_line(1) if s.style and s.style.underline]


async def test_results_come_while_pages_do_and_keys_are_answered(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(COUNT), models=()))
    async with running(server, tmp_path, profile=SMALL_PAGES) as program:
        server.hold = lambda method, path: True
        await program.pilot.press("slash", *"o", "down")
        await server.arrived.wait()
        await program.until(lambda: "(loading…)" in program.header)
        some = names(program)
        assert some and some == [name for name in having("o", COUNT) if name in some][: len(some)]
        await program.pilot.press("j")
        assert program.highlighted == some[1]
        server.opened.set()
        await program.settle()
        assert f"{len(having('o'))} of 250 (all)" in program.header
        assert program.highlighted == some[1]


async def test_esc_ends_the_loading(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(5_000), models=()))
    async with running(server, tmp_path, profile=SMALL_PAGES) as program:
        server.hold = lambda method, path: True
        await program.pilot.press("slash", "x")
        await server.arrived.wait()
        await program.pilot.press("escape")
        server.opened.set()
        await program.settle()
        asked = len(server.requests)
        assert "+ · newest first" in program.header and "loading" not in program.header
        await program.press("j")
        assert len(server.requests) == asked


async def test_a_page_that_fails_keeps_what_is_there_and_r_goes_on(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(COUNT), models=()))
    async with running(server, tmp_path, profile=SMALL_PAGES) as program:
        server.refuse = lambda method, path: (403, b"{}") if len(server.requests) > 3 else None
        await program.press("slash")
        await program.type("the")
        await program.press("enter")
        assert program.status.endswith("r tries again") and program.status.startswith("✗")
        assert "/the · " in program.header and "+ ·" in program.header
        assert names(program)
        server.refuse = lambda method, path: None
        await program.press("r")
        assert "/the · 241 of 250 (all)" in program.header


async def test_a_server_with_one_page_is_searched_as_far_as_it_goes(tmp_path: Path) -> None:
    bodies = [sample(index) for index in range(20)][::-1]
    page = json.dumps({"object": "list", "data": bodies, "has_more": True}).encode()
    server = InProcessServer(create_app(SampleStore(0), models=()))
    server.refuse = lambda method, path: (200, page)
    profile = Profile("bent", Source.LOCAL, page_size=20)
    async with running(server, tmp_path, profile=profile) as program:
        await program.press("slash")
        await program.type("gpt")
        shown = [body["name"] or "" for body in bodies if "gpt" in json.dumps(body)]
        assert names(program) == shown
        assert f"{len(shown)} of 20+" in program.header
        await program.press("enter", "s", "s", "s", "s", "S")
        assert names(program) == shown and "oldest first" in program.header


async def test_what_is_deleted_leaves_the_result_and_the_next_is_highlighted(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("slash")
    await program.type("translator")
    await program.press("enter", "j", "d", "tab", "enter")
    found = having("translator")
    assert (program.highlighted, names(program)) == (found[2], [found[0], *found[2:]])
    assert len(server.write_paths()) == 1


@pytest.mark.parametrize("size", [(40, 10), (20, 5)])
async def test_nothing_breaks_on_a_small_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    server = InProcessServer(create_app(SampleStore(COUNT), models=()))
    async with running(server, tmp_path, size=size) as program:
        await program.press("slash")
        await program.type("created:")
        await program.press(*["backspace"] * 8)
        await program.type("tutor")
        await program.press("enter", "s", "S")
        assert names(program)
        assert all(len(line) <= size[0] for line in program.lines)


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at one row at a time, and draws whatever is worth it at once."""
    for name, value in (("FIRST", 1), ("SLICE", 0), ("PATIENCE", 0)):
        monkeypatch.setattr(filter_controller, name, value)


async def shown_while(program: Driver, *keys: str) -> list[int]:
    """How many rows were in each view that was shown while keys took effect."""
    model = program.main.list_model
    views = [model.display.view]

    def note() -> None:
        if model.display.view is not views[-1]:
            views.append(model.display.view)

    model.listen(note)
    await program.press(*keys)
    return [len(view) for view in views[1:]]


async def test_what_is_found_is_shown_bit_by_bit(program: Driver, small_slices: None) -> None:
    await program.press("s")
    await program.press("slash")
    counts = await shown_while(program, "e")
    assert counts == sorted(counts) and counts[-1] > 100 > counts[1] > counts[0]


async def test_another_order_is_shown_when_it_is_whole(program: Driver, small_slices: None) -> None:
    await program.press("s")
    assert set(await shown_while(program, "s", "S")) == {COUNT}


async def test_a_change_shows_no_half_of_what_was_there(
    program: Driver, server: InProcessServer, small_slices: None
) -> None:
    await program.press("s", "d", "tab")
    assert set(await shown_while(program, "enter")) <= {COUNT, COUNT - 1}
    assert len(server.write_paths()) == 1


async def test_what_is_typed_at_once_is_looked_for_in_all_pages(tmp_path: Path) -> None:
    """On its way to be a qualifier a word is none: what it has loaded is not wanted any more."""
    server = InProcessServer(create_app(SampleStore(1_000), models=()))
    async with running(server, tmp_path) as program:
        await program.burst("slash", *"model:gpt")
        found = [body for body in map(sample, range(1_000)) if "gpt" in body["model"]]
        assert f"/model:gpt · {len(found)} of 1,000 (all)" in program.header
        assert program.status == ""


async def test_loading_that_is_given_up_says_nothing_more(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(1_000), models=()))
    async with running(server, tmp_path, profile=SMALL_PAGES) as program:
        server.hold = lambda method, path: True
        await program.pilot.press("slash", "m")
        await program.until(lambda: "Loading all" in program.status)
        await program.pilot.press("escape")
        await program.settle()
        assert (program.status, "loading" in program.header) == ("", False)
