"""Whatever others create and delete meanwhile, on servers with deviations: all of it, once each."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant_tui.core.listing import Listing
from assistant_tui.services import full_listing as walking
from tests.services.changing_server import ChangingServer, ListDeviations, identity_of, numbers_of
from tests.services.test_full_listing import NOTHING, walked

Change = Callable[[ChangingServer], None]
LARGEST = 40


def create(server: ChangingServer) -> None:
    """Somebody creates one."""
    server.create_another()


def delete_cursor(server: ChangingServer) -> None:
    """Somebody deletes just what the last page was asked for behind."""
    after = server.pages[-1].get("after") if server.pages else None
    if after is not None:
        server.delete(int(after.rpartition("_")[2]))


def delete_last(server: ChangingServer) -> None:
    """Somebody deletes what the next page will be asked for behind."""
    if server.answered:
        server.delete(server.answered[-1])


def deletion(number: int) -> Change:
    """Somebody deletes this one."""
    return lambda server: server.delete(number)


changes = (
    st.sampled_from([create, delete_cursor, delete_last])
    | st.integers(1, LARGEST).map(deletion)
    | st.just(lambda server: None)
)
list_deviations = st.builds(
    ListDeviations,
    keeps_order=st.booleans(),
    more=st.sampled_from([lambda more: more, lambda more: True]),
    largest=st.sampled_from([100, 1, 2, 3]),
    lost_cursor=st.sampled_from(["place", "top", "refused"]),
    ties_both_ways=st.booleans(),
) | st.builds(
    ListDeviations,
    keeps_order=st.booleans(),
    more=st.sampled_from([lambda more: False, lambda more: None]),
    lost_cursor=st.sampled_from(["place", "top", "refused"]),
    ties_both_ways=st.booleans(),
)
servers = st.builds(
    lambda count, happening, waits, deviations, per_second: ChangingServer(
        count, happening, waits, deviations, per_second
    ),
    st.integers(0, LARGEST),
    st.lists(changes, max_size=25),
    st.lists(st.integers(0, 6), max_size=60),
    list_deviations,
    st.sampled_from([1, 2, 5, 100]),
)


def walk_of(
    server: ChangingServer, limit: int, checkpoints: Sequence[str] = (), known: Listing = NOTHING
) -> list[Listing]:
    """What loading all with pages of so many rows brings.

    Of a server that answers a deleted cursor with its top, in which all is new and of the second
    of what is known, nobody can tell that it is not what follows.
    """
    if server.list_deviations.lost_cursor == "top" and server.per_second > 1:
        server.most_new = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "LIMIT", limit)
        return asyncio.run(walked(server, known, checkpoints))


def check(server: ChangingServer, before: Sequence[int], listings: Sequence[Listing]) -> None:
    """Every assistant that was there throughout is in the last listing once, in its place."""
    for listing in listings:
        loaded = numbers_of(listing.loaded)
        assert len(loaded) == len(set(loaded))
        assert len(listing.rows) == len({row.id for row in listing.rows})
    last = listings[-1]
    found = numbers_of(last.rows)
    assert last.complete and not last.tail
    assert found == sorted(found, reverse=True)
    assert set(found) >= set(before) - server.deleted
    assert set(found) <= {*before, *server.numbers, *server.deleted}
    assert len(server.pages) <= 200 + 20 * len(before)


@settings(deadline=None)
@given(servers, st.integers(1, 6))
def test_from_both_ends(server: ChangingServer, limit: int) -> None:
    before = [*server.numbers]
    check(server, before, walk_of(server, limit))


@settings(deadline=None)
@given(servers, st.integers(1, 6), st.lists(changes, max_size=12), st.integers(1, 7))
def test_at_remembered_places(
    server: ChangingServer, limit: int, earlier: list[Change], apart: int
) -> None:
    checkpoints = [identity_of(number) for number in server.numbers[apart - 1 :: apart]]
    for change in earlier:
        change(server)
    before, gone = [*server.numbers], {*server.deleted}
    listings = walk_of(server, limit, checkpoints)
    check(server, before, listings)
    assert not gone & {*numbers_of(listings[-1].rows)}


@settings(deadline=None)
@given(servers, st.integers(1, 6), st.integers(0, 10))
def test_going_on_from_where_a_walk_was_given_up(
    server: ChangingServer, limit: int, steps: int
) -> None:
    before = [*server.numbers]
    listings = walk_of(server, limit)[: steps + 1]
    if not listings[-1].complete:
        listings = [*listings, *walk_of(server, limit, known=listings[-1])]
    check(server, before, listings)
