"""Pages that are asked for early: many short ones at once, of long ones a few."""

import asyncio

import pytest

from assistant_tui.core.listing import Page
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.full_listing import MAX_BYTES, MAX_REQUESTS, Prefetcher


class Pages:
    """Pages of one row; counts those that are under way."""

    def __init__(self, size: int) -> None:
        self._text = "x" * size
        self._under_way = 0
        self.most: list[int] = []
        """How many were under way when each was asked for."""

    async def __call__(self, after: str | None) -> Page:
        self._under_way += 1
        self.most.append(self._under_way)
        for _ in range(3):
            await asyncio.sleep(0)
        self._under_way -= 1
        return Page((ResourceRow(f"a{int((after or 'a-1')[1:]) + 1}", None, self._text),), True)


@pytest.mark.parametrize(
    ("size", "most"), [(10, MAX_REQUESTS), (MAX_BYTES // 3, 3), (MAX_BYTES * 2, 1)]
)
async def test_what_is_under_way_has_a_bound_in_bytes_as_well(size: int, most: int) -> None:
    pages = Pages(size)
    ahead = Prefetcher(pages, pages, [f"a{number}" for number in range(40)])
    after: str | None = None
    for number in range(40):
        page = await ahead.page(after)
        after = page.rows[-1].id
        assert after == f"a{number}"
    await ahead.close()
    assert max(pages.most[:MAX_REQUESTS]) == MAX_REQUESTS
    assert max(pages.most[2 * MAX_REQUESTS :]) == most
