"""The list: a cursor that stays on its assistant, pages that are asked for in time and once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.filtered_listing import FilteredListing
from assistant_tui.tui.list_model import ListModel
from assistant_tui.tui.widgets.list_pane import ListPane
from tests.tui.rows import HOSTILE, listing, row


class Host(App[None]):
    """A list and nothing else; notes what its model says."""

    def __init__(self) -> None:
        super().__init__()
        self.model = ListModel(ASSISTANT_LIST, Listing(), 50)
        self.wanted: list[str] = []
        self.highlighted: list[str | None] = []
        self.selected = 0
        self.model.listen(self._note)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield ListPane(self.model)

    def _note(self) -> None:
        wanted, row = self.model.state.page_wanted, self.model.highlighted
        if wanted is not None and self.wanted[-1:] != [wanted]:
            self.wanted.append(wanted)
        highlighted = row.id if row else None
        if self.highlighted[-1:] != [highlighted]:
            self.highlighted.append(highlighted)

    @on(ListPane.Selected)
    def _selected(self) -> None:
        self.selected += 1


class Screen:
    """A list on a screen."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self.pane = app.query_one(ListPane)
        self.model = app.model

    async def put(self, rows: Listing) -> None:
        """Give it other rows."""
        self.model.show(FilteredListing(rows))
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What is drawn."""
        return [self.pane.render_line(y).text for y in range(self.pane.size.height)]

    @property
    def marked(self) -> list[str]:
        """The lines under the cursor."""
        return [line for line in self.lines if line.startswith("> ")]

    @property
    def name(self) -> str:
        """The name under the cursor."""
        return self.model.highlighted.name if self.model.highlighted else ""


@asynccontextmanager
async def showing(rows: Listing, size: tuple[int, int] = (60, 11)) -> AsyncIterator[Screen]:
    """Show rows; ten of them fit."""
    app = Host()
    async with app.run_test(size=size) as pilot:
        screen = Screen(app, pilot)
        screen.pane.focus()
        await screen.put(rows)
        yield screen


async def test_one_row_is_marked_and_the_mark_follows_the_keys() -> None:
    async with showing(listing(100)) as it:
        for key, name in (
            ("j", "Row 1"),
            ("down", "Row 2"),
            ("k", "Row 1"),
            ("up", "Row 0"),
            ("up", "Row 0"),
            ("pagedown", "Row 10"),
            ("pageup", "Row 0"),
            ("G", "Row 99"),
            ("j", "Row 99"),
            ("g", "Row 0"),
            ("end", "Row 99"),
            ("home", "Row 0"),
        ):
            await it.pilot.press(key)
            assert it.name == name
            assert len(it.marked) == 1 and name in it.marked[0]


async def test_every_line_fills_the_width() -> None:
    rows = Listing((row(name="日本語" * 30), row("b", HOSTILE), row("c", problem="x" * 90)))
    async with showing(rows, (40, 8)) as it:
        assert {cell_len(line) for line in it.lines} == {40}
        assert all(line.isprintable() for line in it.lines)


async def test_the_highlight_stays_on_its_assistant_when_rows_come_before_it() -> None:
    rows = listing(20)
    async with showing(rows) as it:
        it.model.highlight("asst_7")
        await it.put(rows.with_row(row("asst_new", "New")))
        assert it.name == "Row 7"
        assert "Row 7" in it.marked[0]


async def test_the_highlight_goes_to_the_neighbour_of_what_is_gone() -> None:
    rows = listing(20)
    async with showing(rows) as it:
        it.model.highlight("asst_7")
        await it.put(rows.without(["asst_7"]))
        assert it.name == "Row 8"
        it.model.highlight("asst_19")
        await it.put(rows.without(["asst_19"]))
        assert it.name == "Row 18"


async def test_it_tells_who_is_highlighted_and_that_nobody_is() -> None:
    async with showing(listing(3)) as it:
        await it.pilot.press("j")
        await it.put(Listing(complete=True))
        assert it.app.highlighted == ["asst_0", "asst_1", None]


async def test_an_unknown_id_moves_nothing() -> None:
    async with showing(listing(3)) as it:
        it.model.highlight("asst_elsewhere")
        assert it.name == "Row 0"


async def test_the_next_page_is_asked_for_before_the_cursor_arrives_there() -> None:
    async with showing(listing(50, complete=False)) as it:
        it.model.highlight("asst_24")
        await it.pilot.pause()
        assert it.app.wanted == []
        await it.pilot.press("j")
        assert it.app.wanted == ["asst_49"]


async def test_a_page_is_asked_for_once_however_often_the_cursor_moves() -> None:
    async with showing(listing(50, complete=False)) as it:
        await it.pilot.press("G", "k", "j", "k", "G")
        assert it.app.wanted == ["asst_49"]
        await it.put(listing(100, complete=False))
        await it.pilot.press("G")
        assert it.app.wanted == ["asst_49", "asst_99"]


async def test_nothing_is_asked_for_where_nothing_is_left() -> None:
    for rows in (listing(50), Listing(listing(50).rows, single_page=True, back_ended=True)):
        async with showing(rows) as it:
            await it.pilot.press("G")
            it.model.go_page(1)
            await it.pilot.pause()
            assert it.app.wanted == []


async def test_a_few_rows_ask_for_more_at_once() -> None:
    async with showing(listing(5, complete=False)) as it:
        assert it.app.wanted == ["asst_4"]


async def test_pages_are_jumped_by_their_first_rows() -> None:
    async with showing(listing(120)) as it:
        it.model.highlight("asst_7")
        for direction, name in ((1, "Row 50"), (1, "Row 100"), (1, "Row 119"), (-1, "Row 50")):
            it.model.go_page(direction)
            assert it.name == name


async def test_a_jump_to_a_page_that_is_not_there_ends_when_it_has_come() -> None:
    async with showing(listing(50, complete=False)) as it:
        it.model.go_page(1)
        await it.pilot.pause()
        assert it.name == "Row 49" and it.app.wanted == ["asst_49"]
        await it.put(listing(100, complete=False))
        assert it.name == "Row 50"


async def test_a_move_meanwhile_takes_the_jump_back() -> None:
    async with showing(listing(50, complete=False)) as it:
        it.model.go_page(1)
        await it.pilot.press("k")
        await it.put(listing(100, complete=False))
        assert it.name == "Row 48"


async def test_a_jump_ends_at_the_last_row_where_the_page_turns_out_empty() -> None:
    async with showing(listing(50, complete=False)) as it:
        it.model.go_page(1)
        await it.put(listing(50))
        assert it.name == "Row 49"


async def test_words_stand_where_no_rows_are() -> None:
    async with showing(Listing(), (20, 8)) as it:
        it.pane.notice = "Loading many assistants…"
        assert [line.strip() for line in it.lines[:4]] == ["", "Loading many", "assistants…", ""]
        await it.put(listing(1))
        assert "Loading" not in "".join(it.lines)


async def test_an_unreadable_row_is_marked_by_a_sign() -> None:
    async with showing(Listing((row(), row("asst_x", problem="no model")))) as it:
        assert it.lines[2].strip() == "! unreadable · asst_x · no model"


def changed(rows: Listing, position: int, new: ResourceRow) -> Listing:
    """The rows with another one in the place of one of them."""
    kept = [*rows.rows]
    kept[position] = new
    return rows.with_rows(kept)


async def test_what_no_column_shows_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with showing(listing(15)) as it:
        drawn: list[object] = []
        monkeypatch.setattr(it.pane, "refresh", lambda *regions, **_: drawn.append(regions))
        same = row("asst_3", "Row 3", metadata={"team": "ops"})
        await it.put(changed(listing(15), 3, same))
        assert drawn == []
        await it.put(changed(listing(15), 3, row("asst_3", "Row three")))
        assert drawn == [()]


async def test_a_row_that_was_out_of_sight_when_it_changed_is_drawn_as_it_is_now() -> None:
    async with showing(listing(40)) as it:
        await it.pilot.press("G")
        assert any("Row 39 " in line for line in it.lines)
        await it.pilot.press("g")
        await it.put(changed(listing(40), 38, row("asst_38", "Changed")))
        await it.pilot.press("G")
        assert any("Changed" in line for line in it.lines)


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (5, 3), (2, 2), (1, 1)])
async def test_no_screen_is_too_small(size: tuple[int, int]) -> None:
    async with showing(listing(100), size) as it:
        await it.pilot.press("j", "G")
        assert {cell_len(line) for line in it.lines} == {size[0]}
        assert it.name == "Row 99"


async def test_another_height_keeps_the_cursor_in_sight() -> None:
    async with showing(listing(100)) as it:
        it.model.highlight("asst_9")
        await it.pilot.resize_terminal(60, 5)
        await it.pilot.pause()
        assert len(it.marked) == 1 and "Row 9 " in it.marked[0]


async def test_a_click_highlights_and_a_second_one_chooses() -> None:
    async with showing(listing(100)) as it:
        await it.pilot.click(ListPane, offset=(5, 4))
        assert (it.name, it.app.selected) == ("Row 3", 0)
        await it.pilot.click(ListPane, offset=(5, 4), times=2)
        assert (it.name, it.app.selected) == ("Row 3", 1)


async def test_a_click_beside_the_rows_does_nothing() -> None:
    async with showing(listing(3)) as it:
        for y in (0, 8):
            await it.pilot.click(ListPane, offset=(5, y), times=2)
        assert (it.name, it.app.selected) == ("Row 0", 0)


async def test_the_wheel_moves_and_what_is_closed_off_stays() -> None:
    async with showing(listing(100)) as it:
        it.pane.on_mouse_scroll_down()
        assert it.name == "Row 3"
        it.pane.on_mouse_scroll_up()
        assert it.name == "Row 0"
        it.pane.can_focus = False
        it.pane.on_mouse_scroll_down()
        await it.pilot.click(ListPane, offset=(5, 4), times=2)
        assert (it.name, it.app.selected) == ("Row 0", 0)


async def test_other_colours_redraw_the_rows() -> None:
    async with showing(listing(5)) as it:
        before = it.pane.render_line(3)
        it.app.theme = "textual-light"
        await it.pilot.pause()
        assert [s.style for s in it.pane.render_line(3)] != [s.style for s in before]


@pytest.mark.parametrize(("width", "first"), [(60, "Row 1"), (40, "Row 4")])
async def test_beside_another_pane_it_scrolls_by_several_rows(width: int, first: str) -> None:
    async with showing(listing(100)) as it:
        it.pane.styles.width = width
        await it.pilot.pause()
        await it.pilot.press(*["down"] * 10)
        assert it.lines[1].split("  ")[1] == first and it.name == "Row 10"
