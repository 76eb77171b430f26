"""Snapshots that share what they hold: growth costs what is added, and no snapshot changes."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.append_only_list import AppendOnlyList, ConcatenatedView, ReversedView


class Thing(NamedTuple):
    """Something with an id."""

    id: str
    word: str = ""


class Uncopied(AppendOnlyList[Thing]):
    """Says no to whoever would read all of it."""

    def __iter__(self) -> Iterator[Thing]:
        raise AssertionError("it was read from end to end")


def things(*numbers: int) -> tuple[Thing, ...]:
    return tuple(Thing(f"a{n}") for n in numbers)


def test_growth_reads_nothing_of_what_is_there() -> None:
    grown = Uncopied(things(1, 2))
    for number in range(3, 50):
        grown = grown.plus(things(number))
    assert (len(grown), grown[-1], grown.place("a49")) == (49, Thing("a49"), 48)


def test_a_snapshot_stays_as_it_was_whatever_grows_out_of_it() -> None:
    first = AppendOnlyList(things(1, 2))
    one, other = first.plus(things(3)), first.plus(things(4, 5))
    assert first == things(1, 2)
    assert one == things(1, 2, 3)
    assert other == things(1, 2, 4, 5)
    assert (first.place("a3"), one.place("a4"), other.place("a3")) == (None, None, None)
    assert (one.place("a3"), other.place("a4")) == (2, 2)


def test_a_shorter_snapshot_grows_apart_from_the_longer_one() -> None:
    long = AppendOnlyList(things(1, 2, 3))
    short = long.first(1)
    assert short == things(1)
    assert (short.get("a2"), short.place("a2"), short.place("a1")) == (None, None, 0)
    assert short.plus(things(4)) == things(1, 4)
    assert long == things(1, 2, 3)


def test_another_item_in_the_place_of_one() -> None:
    before = AppendOnlyList(things(1, 2, 3)).first(2)
    after = before.put(1, Thing("a2", "changed"))
    assert (before.get("a2"), after.get("a2")) == (Thing("a2"), Thing("a2", "changed"))
    assert (len(after), after.get("a3")) == (2, None)


@given(st.lists(st.integers(), unique=True), st.integers(0, 9), st.slices(12))
def test_every_view_reads_like_the_tuple_that_it_stands_for(
    numbers: list[int], at: int, part: slice
) -> None:
    plain = things(*numbers)
    growing = AppendOnlyList(plain)
    views = [
        (growing, plain),
        (AppendOnlyList(things(*numbers, 10**30)).first(len(plain)), plain),
        (ReversedView(growing), plain[::-1]),
        (
            ConcatenatedView(
                growing.first(min(at, len(plain))), ReversedView(AppendOnlyList(plain[at:][::-1]))
            ),
            plain,
        ),
    ]
    for view, same in views:
        assert (len(view), view[part], tuple(view)) == (len(same), same[part], same)
        assert tuple(reversed(view)) == same[::-1]
        assert view == same and view != (*same, Thing("more"))
        for place in range(-len(same), len(same)):
            assert view[place] == same[place]
        with pytest.raises(IndexError):
            view[len(same)]
