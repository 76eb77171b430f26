"""Marks: set by keys, kept through paging and reloading, told in the header and the footer."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[Driver]:
    """The program on 120 samples, of which two pages are loaded."""
    server = InProcessServer(create_app(SampleStore(120), models=("m",)))
    async with running(server, tmp_path) as program:
        yield program


def marked(program: Driver) -> set[str]:
    return {row.id for row in program.main.list_model.marked_rows}


def ids(*numbers: int) -> set[str]:
    return {sample(number)["id"] for number in numbers}


async def test_space_marks_and_goes_on_and_unmarks_again(many: Driver) -> None:
    await many.press("space", "space", "down", "space")
    assert marked(many) == ids(0, 1, 3)
    assert [line[:2] for line in many.lines[2:7]] == [" ●", " ●", "  ", " ●", "> "]
    assert "3 marked" in many.header
    await many.press("up", "up", "up", "space")
    assert marked(many) == ids(0, 3)
    assert many.lines[3].startswith("  ") and "2 marked" in many.header


async def test_marks_stay_through_paging_and_reloading(many: Driver) -> None:
    await many.press("space", "right_square_bracket", "space")
    await many.press("right_square_bracket", "space", "r", "home")
    assert marked(many) == ids(0, 50, 100)
    assert [row.id for row in many.main.list_model.marked_rows] == [
        sample(each)["id"] for each in (0, 50, 100)
    ]
    assert many.lines[2].startswith(">●")


async def test_all_inverted_and_none(many: Driver) -> None:
    await many.press("space", "asterisk")
    assert not many.asked and "(all)" in many.header
    assert marked(many) == ids(*range(1, 120))
    await many.press("plus")
    assert marked(many) == ids(*range(120))
    await many.press("minus")
    assert marked(many) == set() and "marked" not in many.header


@pytest.fixture
def held() -> InProcessServer:
    """A server whose lists can be held back or refused."""
    return InProcessServer(create_app(SampleStore(300), models=("m",)))


@pytest.fixture
async def slow(held: InProcessServer, tmp_path: Path) -> AsyncIterator[Driver]:
    """The program with one page of it loaded, while the rest does not come."""
    profile = Profile("slow", Source.LOCAL, page_size=50)
    async with running(held, tmp_path, profile=profile) as program:
        held.hold = lambda method, path: "/assistants" in path
        yield program


def let_go(server: InProcessServer) -> None:
    server.hold = lambda method, path: False
    server.opened.set()


def matching(word: str) -> set[str]:
    return {body["id"] for body in map(sample, range(300)) if word in json.dumps(body).lower()}


async def test_all_that_match_are_waited_for_and_marked_when_they_are_there(
    slow: Driver, held: InProcessServer
) -> None:
    await slow.pilot.press("slash", *"tutor", "enter", "plus")
    await slow.until(lambda: slow.asked)
    some = len(slow.main.list_model.display.view)
    assert f"{some} found among the 50 loaded so far, the list is still loading" in slow.text
    assert marked(slow) == set()
    let_go(held)
    await slow.settle()
    assert not slow.asked and marked(slow) == matching("tutor")
    assert len(matching("tutor")) > some


async def test_marking_all_right_behind_the_filter_marks_no_part(
    slow: Driver, held: InProcessServer
) -> None:
    let_go(held)
    await slow.burst("slash", *"model:gpt", "enter", "plus")
    gpt = {body["id"] for body in map(sample, range(300)) if "gpt" in body["model"]}
    assert marked(slow) == gpt


async def test_only_what_was_found_so_far_is_marked_if_a_person_says_so(slow: Driver) -> None:
    await slow.pilot.press("slash", *"tutor", "enter", "plus")
    await slow.until(lambda: slow.asked)
    some = {row.id for row in slow.main.list_model.display.view.rows}
    assert f"Only these {len(some)}" in slow.text
    await slow.pilot.press("right", "enter")
    await slow.until(lambda: not slow.asked)
    assert marked(slow) == some


async def test_esc_marks_nothing_and_ends_the_loading_that_only_the_marks_wanted(
    slow: Driver, held: InProcessServer
) -> None:
    await slow.pilot.press("plus")
    await slow.until(lambda: slow.asked)
    assert "50 found among the 50 loaded so far" in slow.text
    await slow.pilot.press("escape")
    await slow.settle()
    assert marked(slow) == set() and slow.status == ""
    let_go(held)
    await slow.press("j")
    assert "50+" in slow.header


async def test_a_rest_that_fails_is_told_and_can_be_tried_again(
    slow: Driver, held: InProcessServer
) -> None:
    held.refuse = lambda method, path: (403, b"{}")
    let_go(held)
    await slow.press("slash", *"tutor", "enter", "plus")
    assert "✗ " in slow.text and "Try again" in slow.text
    assert "still loading" not in slow.text and marked(slow) == set()
    held.refuse = lambda method, path: None
    await slow.press("right", "enter")
    assert not slow.asked and marked(slow) == matching("tutor")


async def test_what_a_server_keeps_back_is_told_where_all_are_marked(tmp_path: Path) -> None:
    bodies = [sample(index) for index in range(20)][::-1]
    page = json.dumps({"object": "list", "data": bodies, "has_more": True}).encode()
    server = InProcessServer(create_app(SampleStore(0), models=()))
    server.refuse = lambda method, path: (200, page)
    profile = Profile("bent", Source.LOCAL, page_size=20)
    async with running(server, tmp_path, profile=profile) as program:
        await program.press("plus")
        assert len(marked(program)) == 20
        assert "there may be more" in program.status


async def test_the_footer_offers_what_can_be_done_with_marks(many: Driver) -> None:
    await many.press("space")
    assert "b Bulk" in many.lines[-1] and "= Compare" not in many.lines[-1]
    assert "t Talk" not in many.lines[-1]
    await many.press("space")
    assert "= Compare" in many.lines[-1] and "t Talk to both" in many.lines[-1]
    await many.press("minus")
    assert "n New" in many.lines[-1] and "b Bulk" not in many.lines[-1]


async def test_two_are_compared_side_by_side(many: Driver) -> None:
    await many.press("equals_sign")
    assert "Two have to be marked" in many.status
    await many.press("space", "space", "equals_sign")
    assert sample(0)["name"] in many.lines[0] and sample(1)["name"] in many.lines[0]
    line = next(line for line in many.lines if sample(0)["model"] in line)
    assert sample(1)["model"] in line and " ≠ " in line
    await many.press("escape")
    assert not many.asked


async def test_a_key_without_marks_says_what_is_missing(many: Driver) -> None:
    await many.press("b")
    assert "Nothing is marked" in many.status and not many.asked
