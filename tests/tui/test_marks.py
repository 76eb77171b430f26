"""Marks: set by keys, kept through paging and reloading, told in the header and the footer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant_tui.core.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.server.sample_store import SampleStore
from tests.tui.driver import Driver, Gate, running


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[Driver]:
    """The program on 120 samples, of which two pages are loaded."""
    gate = Gate(create_app(SampleStore(120), models=("m",)))
    async with running(gate, tmp_path) as program:
        yield program


def marked(program: Driver) -> set[str]:
    return {row.id for row in program.main.desk.marked}


def ids(*numbers: int) -> set[str]:
    return {sample(number)["id"] for number in numbers}


async def test_space_marks_and_goes_on_and_unmarks_again(many: Driver) -> None:
    await many.press("space", "space", "down", "space")
    assert marked(many) == ids(0, 1, 3)
    assert [line[:2] for line in many.lines[2:7]] == [" *", " *", "  ", " *", "> "]
    assert "3 marked" in many.header
    await many.press("up", "up", "up", "space")
    assert marked(many) == ids(0, 3)
    assert many.lines[3].startswith("  ") and "2 marked" in many.header


async def test_marks_stay_through_paging_and_reloading(many: Driver) -> None:
    await many.press("space", "right_square_bracket", "space")
    await many.press("right_square_bracket", "space", "r", "home")
    assert marked(many) == ids(0, 50, 100)
    assert [row.id for row in many.main.desk.marked] == [
        sample(each)["id"] for each in (0, 50, 100)
    ]
    assert many.lines[2].startswith(">*")


async def test_all_inverted_and_none(many: Driver) -> None:
    await many.press("space", "asterisk")
    loaded = len(many.main.desk.listing)
    assert loaded >= 50 and len(marked(many)) == loaded - 1 and not marked(many) & ids(0)
    await many.press("plus")
    assert len(marked(many)) == loaded
    await many.press("minus")
    assert marked(many) == set() and "marked" not in many.header


async def test_the_footer_offers_what_can_be_done_with_marks(many: Driver) -> None:
    await many.press("space")
    assert "b Bulk" in many.lines[-1] and "= Compare" not in many.lines[-1]
    await many.press("space")
    assert "= Compare" in many.lines[-1]
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
