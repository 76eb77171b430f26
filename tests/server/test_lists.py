"""Lists: order, cursors, both directions, and walks while others write."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant_tui.server.assistants import created
from assistant_tui.server.errors import UnknownCursor
from assistant_tui.server.store.paging import PageQuery
from tests.server.support import Json, client, error_of
from tests.stores import AssistantStore, SampleStore, SQLiteStore

FIELDS = created({"model": "m"})


def _still() -> float:
    """A clock that stands, so that every created_at is the same."""
    return 2_000_000_000.0


@contextmanager
def _store(kind: str, count: int) -> Iterator[tuple[AssistantStore, list[str]]]:
    """A store with so many assistants, all of the same second, and their ids, oldest first."""
    if kind == "samples":
        # Half of them samples, half created on top.
        store = SampleStore(count // 2, clock=_still)
        ids = _walk(store, PageQuery(ascending=True, limit=100))
        yield store, ids + [store.create(FIELDS)["id"] for _ in range(count - len(ids))]
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        SQLiteStore(Path(folder) / "assistants.db", clock=_still) as kept,
    ):
        yield kept, [kept.create(FIELDS)["id"] for _ in range(count)]


def _ids(store: AssistantStore, query: PageQuery) -> list[str]:
    return [assistant["id"] for assistant in store.page(query).data]


def _walk(store: AssistantStore, query: PageQuery) -> list[str]:
    """All ids, page by page forwards, as the SDK does."""
    walked: list[str] = []
    while True:
        after = walked[-1] if walked else None
        page = store.page(PageQuery(query.limit, query.ascending, after))
        walked += [assistant["id"] for assistant in page.data]
        if not page.has_more:
            return walked


KINDS = pytest.mark.parametrize("kind", ["sqlite", "samples"])


@KINDS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_page_is_the_slice_it_should_be(kind: str, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 12))
    with _store(kind, count) as (store, ids):
        gone = data.draw(st.sets(st.sampled_from(ids), max_size=4) if ids else st.just(set()))
        for each in gone:
            assert store.delete(each)
        cursors = st.none() | (st.sampled_from(ids) if ids else st.none())
        query = PageQuery(
            limit=data.draw(st.integers(1, 6)),
            ascending=data.draw(st.booleans()),
            after=data.draw(cursors),
            before=data.draw(cursors),
        )
        ordered = ids if query.ascending else ids[::-1]
        first = 0 if query.after is None else ordered.index(query.after) + 1
        last = count if query.before is None else ordered.index(query.before)
        between = [each for each in ordered[first:last] if each not in gone]
        backwards = query.before is not None and query.after is None
        expected = between[-query.limit :] if backwards else between[: query.limit]
        page = store.page(query)
        assert [assistant["id"] for assistant in page.data] == expected
        assert page.has_more == (len(between) > query.limit)


@KINDS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_walk_sees_what_stays_exactly_once(kind: str, data: st.DataObject) -> None:
    ascending, backwards = data.draw(st.booleans()), data.draw(st.booleans())
    limit = data.draw(st.integers(1, 5))
    with _store(kind, data.draw(st.integers(1, 12))) as (store, ids):
        ordered = ids if ascending else ids[::-1]
        # A backwards walk starts before the last one, which so counts as seen.
        alive, new, walked = set(ids), set[str](), list[str]()
        cursor = ordered[-1] if backwards else None
        if backwards:
            walked.append(ordered[-1])
        more = True
        while more:
            query = PageQuery(limit, ascending, **{"before" if backwards else "after": cursor})
            page = store.page(query)
            found = [assistant["id"] for assistant in page.data]
            walked += found[::-1] if backwards else found
            more, cursor = page.has_more and bool(found), walked[-1] if walked else None
            for _ in range(data.draw(st.integers(0, 2)) if len(new) < 12 else 0):
                new.add(store.create(FIELDS)["id"])
            for each in data.draw(st.sets(st.sampled_from(ids), max_size=2)):
                alive.discard(each)
                store.delete(each)
        assert len(walked) == len(set(walked))
        assert alive <= set(walked)
        if ascending == backwards:  # towards the oldest
            assert not new & set(walked)
        expected = [each for each in (ordered[::-1] if backwards else ordered) if each in walked]
        assert [each for each in walked if each in ids] == expected


@KINDS
def test_a_cursor_deleted_meanwhile_keeps_its_place(kind: str) -> None:
    with _store(kind, 6) as (store, ids):
        store.delete(ids[3])
        assert _ids(store, PageQuery(2, after=ids[3])) == [ids[2], ids[1]]
        assert _ids(store, PageQuery(2, before=ids[3])) == [ids[5], ids[4]]


@KINDS
def test_an_unknown_cursor_is_named(kind: str) -> None:
    with _store(kind, 2) as (store, ids):
        for query in (PageQuery(after="asst_x"), PageQuery(after=ids[0], before="asst_x")):
            with pytest.raises(UnknownCursor) as caught:
                store.page(query)
            assert caught.value.param == ("before" if query.before else "after")


async def test_the_answer_to_a_list(http: httpx.AsyncClient) -> None:
    empty: Json = {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }
    assert (await http.get("/assistants")).json() == empty
    made = [(await http.post("/assistants", json={"model": "m"})).json() for _ in range(21)]
    page = (await http.get("/assistants")).json()
    assert page["data"] == made[:0:-1]
    assert (page["first_id"], page["last_id"]) == (made[20]["id"], made[1]["id"])
    assert page["has_more"] is True
    page = (await http.get("/assistants", params={"after": page["last_id"]})).json()
    assert (page["data"], page["has_more"]) == ([made[0]], False)
    page = (await http.get("/assistants", params={"order": "asc", "limit": 21})).json()
    assert (page["data"], page["has_more"]) == (made, False)
    between = {"order": "asc", "after": made[3]["id"], "before": made[6]["id"]}
    page = (await http.get("/assistants", params=between)).json()
    assert page["data"] == made[4:6]
    assert all(a["created_at"] <= b["created_at"] for a, b in pairwise(made))


async def test_a_hundred_thousand_samples_end_where_they_should() -> None:
    store = SampleStore(100_000)
    async with client(store) as http:
        first = (await http.get("/assistants", params={"limit": 100})).json()
        last = (await http.get("/assistants", params={"limit": 100, "order": "asc"})).json()
        assert first["has_more"] and last["has_more"]
        tail = {"after": last["data"][3]["id"], "limit": 100}
        page = (await http.get("/assistants", params=tail)).json()
        assert page["data"] == last["data"][2::-1]
        assert not page["has_more"]


async def test_samples_can_be_edited_and_deleted_like_any_other() -> None:
    async with client(SampleStore(3)) as http:
        newest, middle, oldest = (await http.get("/assistants")).json()["data"]
        changed = (await http.post(f"/assistants/{middle['id']}", json={"name": "New"})).json()
        assert changed == {**middle, "name": "New"}
        assert (await http.delete(f"/assistants/{newest['id']}")).status_code == 200
        assert (await http.delete(f"/assistants/{newest['id']}")).status_code == 404
        created = (await http.post("/assistants", json={"model": "m"})).json()
        assert created["created_at"] >= newest["created_at"]
        assert (await http.get("/assistants")).json()["data"] == [created, changed, oldest]


def test_samples_beyond_the_count_do_not_exist() -> None:
    beyond = SampleStore(4).page(PageQuery()).data[3]["id"]
    store = SampleStore(3)
    assert store.get(beyond) is None
    assert store.modify(beyond, dict) is None
    assert not store.delete(beyond)
    with pytest.raises(UnknownCursor):
        store.page(PageQuery(after=beyond))


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("limit=0", "integer_below_min_value", "limit"),
        ("limit=-1", "integer_below_min_value", "limit"),
        ("limit=101", "integer_above_max_value", "limit"),
        ("limit=" + "9" * 5000, "invalid_type", "limit"),
        ("limit=" + "9" * 3000, "integer_above_max_value", "limit"),
        ("limit=", "invalid_type", "limit"),
        ("limit=ten", "invalid_type", "limit"),
        ("limit=1.5", "invalid_type", "limit"),
        ("limit=%D9%A3", "invalid_type", "limit"),
        ("limit=1_0", "invalid_type", "limit"),
        ("limit=1%0A", "invalid_type", "limit"),
        ("order=down", "invalid_value", "order"),
        ("order=", "invalid_value", "order"),
        ("after=asst_unknown", "invalid_value", "after"),
        ("after=", "invalid_value", "after"),
        ("before=asst_unknown", "invalid_value", "before"),
        ("before=%00%ff", "invalid_value", "before"),
    ],
)
async def test_a_list_has_limits_too(
    http: httpx.AsyncClient, query: str, code: str, param: str
) -> None:
    response = await http.get(f"/assistants?{query}")
    assert response.status_code == 400
    assert (error_of(response)["code"], error_of(response)["param"]) == (code, param)


async def test_unknown_query_parameters_and_headers_are_ignored(http: httpx.AsyncClient) -> None:
    headers = {"OpenAI-Beta": "assistants=v1", "X-Stainless-Lang": "python", "X-Any": "1"}
    response = await http.get("/assistants?include[]=a&foo=1&limit=5", headers=headers)
    assert response.status_code == 200
