"""The window over a long list: the cursor stays on a row, and the row on the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.tui.widgets.list_pane import Viewport


@pytest.mark.parametrize(
    ("position", "cursor", "top"),
    [(0, 0, 0), (9, 9, 0), (10, 10, 1), (99, 99, 90), (1000, 99, 90), (-5, 0, 0)],
)
def test_it_scrolls_just_enough(position: int, cursor: int, top: int) -> None:
    viewport = Viewport(count=100, height=10).move_to(position)
    assert (viewport.cursor, viewport.top) == (cursor, top)


def test_it_scrolls_back_only_at_the_upper_edge() -> None:
    viewport = Viewport(count=100, height=10).move_to(50)
    assert viewport.move_to(45).top == viewport.top == 41
    assert viewport.move_to(40).top == 40


@pytest.mark.parametrize(
    ("cursor", "top", "position", "scrolled"),
    [
        (9, 0, 10, 4),
        (9, 0, 11, 2),
        (9, 0, 8, 0),
        (98, 89, 99, 90),
        (40, 40, 39, 36),
        (40, 40, 38, 38),
        (2, 2, 1, 0),
    ],
)
def test_a_step_over_the_edge_scrolls_by_a_stride(
    cursor: int, top: int, position: int, scrolled: int
) -> None:
    """But a leap only as far as it must, and neither beyond the first row nor the last."""
    viewport = Viewport(count=100, height=10, cursor=cursor, top=top, stride=4)
    assert viewport.move_to(position).top == scrolled


def test_no_rows_leave_the_cursor_at_the_start() -> None:
    viewport = Viewport(count=5, height=3).move_to(4).with_rows(0, 4)
    assert (viewport.cursor, viewport.top) == (0, 0)


def test_a_lower_screen_keeps_the_cursor_in_sight() -> None:
    viewport = Viewport(count=100, height=20).move_to(19).resized(5)
    assert (viewport.height, viewport.cursor, viewport.top) == (5, 19, 15)


@pytest.mark.parametrize("height", [0, -4])
def test_there_is_always_room_for_one_row(height: int) -> None:
    assert Viewport(count=3, height=5).resized(height).height == 1


def test_fewer_rows_take_the_cursor_along() -> None:
    viewport = Viewport(count=100, height=10).move_to(99).with_rows(20, 99)
    assert (viewport.count, viewport.cursor) == (20, 19)


@given(
    st.integers(1, 200),
    st.lists(st.one_of(st.integers(-10, 220), st.sampled_from(["up", "down"])), max_size=20),
    st.integers(1, 40),
    st.integers(1, 9),
)
def test_the_cursor_is_always_in_sight(
    count: int, moves: list[int | str], height: int, stride: int
) -> None:
    viewport = Viewport(count=count).resized(height, stride)
    for move in moves:
        step = {"up": viewport.cursor - 1, "down": viewport.cursor + 1}
        viewport = viewport.move_to(move if isinstance(move, int) else step[move])
        assert viewport.top == 0 or viewport.top + height <= count
        assert 0 <= viewport.cursor < count
        assert viewport.top <= viewport.cursor < viewport.top + height
