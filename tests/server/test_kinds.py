"""Stores of any kind of object: kinds and parents apart, several changes at once."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from assistant_tui.server.assistants import ASSISTANT
from assistant_tui.server.errors import UnknownCursor
from assistant_tui.server.sample_store import SampleStore
from assistant_tui.server.store.interface import (
    Collection,
    Event,
    Lease,
    ObjectKind,
    ObjectWriter,
    Store,
    StoredEvent,
)
from assistant_tui.server.store.paging import PageQuery, StoredPage
from assistant_tui.server.store.sqlite_store import SQLiteStore
from tests.server.kinds import FIELDS, MESSAGE, ids
from tests.server.support import Json

THREAD = ObjectKind("thread", "thread")


@pytest.fixture(params=["sqlite", "samples"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with nothing in it, of each implementation."""
    if request.param == "samples":
        yield SampleStore(0)
        return
    with SQLiteStore(tmp_path / "store.db") as opened:
        yield opened


def test_each_kind_and_each_parent_has_a_list_of_its_own(store: Store) -> None:
    threads = Collection(store, THREAD)
    one, two = (threads.create({})["id"] for _ in range(2))
    of_one, of_two = Collection(store, MESSAGE, one), Collection(store, MESSAGE, two)
    made = [each.create({"n": n})["id"] for n in range(3) for each in (of_one, of_two)]
    assistant = Collection(store, ASSISTANT).create(FIELDS)
    assert ids(threads) == [one, two]
    assert ids(of_one) == made[::2] and ids(of_two) == made[1::2]
    assert ids(Collection(store, MESSAGE)) == []
    assert ids(Collection(store, ASSISTANT)) == [assistant["id"]]
    assert made[0].startswith("msg_") and (of_one.get(made[0]) or {})["object"] == "thread.message"


def test_an_object_is_found_under_its_own_parent_alone(store: Store) -> None:
    message = Collection(store, MESSAGE, "thread_a").create({"text": "x"})
    other = Collection(store, MESSAGE, "thread_b")
    assert other.get(message["id"]) is None
    assert other.modify(message["id"], lambda old: {**old, "text": "y"}) is None
    assert not other.delete(message["id"])
    with pytest.raises(UnknownCursor) as caught:
        other.page(PageQuery(after=message["id"]))
    assert caught.value.noun == "message"
    assert Collection(store, THREAD).get(message["id"]) is None
    own = Collection(store, MESSAGE, "thread_a")
    assert own.get(message["id"]) == message
    assert own.delete(message["id"]) and own.get(message["id"]) is None


def test_a_deleted_object_keeps_its_place_as_a_cursor_of_its_list(store: Store) -> None:
    messages = Collection(store, MESSAGE, "thread_a")
    made = [messages.create({})["id"] for _ in range(5)]
    Collection(store, MESSAGE, "thread_b").create({})
    messages.delete(made[2])
    assert ids(messages, PageQuery(after=made[2], ascending=True)) == made[3:]
    assert ids(messages, PageQuery(after=made[2])) == made[1::-1]
    assert ids(messages, PageQuery(before=made[2], ascending=True)) == made[:2]
    page = messages.page(PageQuery(before=made[4], limit=2))
    assert [each["id"] for each in page.data] == [] and not page.has_more


def test_several_changes_are_made_together(store: Store) -> None:
    def begin(objects: ObjectWriter) -> list[Json]:
        thread = objects.create(THREAD, {"title": "new"})
        message = objects.create(MESSAGE, {"text": "x"}, parent=thread["id"])
        objects.replace(THREAD, {**thread, "title": message["id"]})
        return [thread, message]

    thread, message = store.write(begin)
    assert (Collection(store, THREAD).get(thread["id"]) or {})["title"] == message["id"]
    assert ids(Collection(store, MESSAGE, thread["id"])) == [message["id"]]


def test_of_changes_that_fail_on_the_way_none_is_made(store: Store) -> None:
    threads = Collection(store, THREAD)
    kept, other = threads.create({"title": "old"}), threads.create({"title": "other"})
    made: list[str] = []

    def fail(objects: ObjectWriter) -> None:
        objects.replace(THREAD, {**kept, "title": "new"})
        objects.replace(THREAD, {**kept, "title": "newer"})
        objects.delete(THREAD, other["id"])
        made.append(objects.create(THREAD, {})["id"])
        made.append(objects.create(MESSAGE, {}, parent=kept["id"])["id"])
        objects.delete(MESSAGE, made[1], parent=kept["id"])
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        store.write(fail)
    assert threads.page(PageQuery(ascending=True)).data == [kept, other]
    assert threads.get(made[0]) is None
    assert ids(Collection(store, MESSAGE, kept["id"])) == []
    with pytest.raises(UnknownCursor):
        threads.page(PageQuery(after=made[0]))


def test_a_log_gives_what_follows_a_number_and_forgets_what_is_old(store: Store) -> None:
    told = [Event("first", "{}"), Event("second", '{"text": "\\u0000"}'), Event("third", "[DONE]")]
    one = store.write(lambda objects: objects.append("one", told[:2]))
    store.write(lambda objects: objects.append("two", told[:1]))
    one += store.write(lambda objects: objects.append("one", told[2:]))
    assert [each[1:] for each in one] == told
    assert [each.number for each in one] == [1, 2, 3]

    def events(after: int, limit: int = 9) -> list[StoredEvent]:
        return store.read(lambda objects: objects.events("one", after, limit))

    assert events(0) == one and events(1, limit=1) == one[1:2]
    assert events(3) == []
    store.write(lambda objects: objects.forget_events(before=1.0))
    assert events(0) == one
    store.write(lambda objects: objects.forget_events(before=1e12))
    assert events(0) == []


def test_a_lease_is_kept_renewed_and_dropped(store: Store) -> None:
    mine, other = Lease("thread_a", "run_a", "me", 1.5), Lease("thread_b", "run_b", "you", 2.5)
    store.write(lambda objects: objects.put_lease(mine))
    store.write(lambda objects: objects.put_lease(other))
    store.write(lambda objects: objects.renew_leases("me", 9.0))
    renewed = Lease("thread_a", "run_a", "me", 9.0)
    assert store.read(lambda objects: objects.leases()) == [renewed, other]
    cancelled = Lease("thread_b", "run_b", "you", 2.5, cancelled=True)
    store.write(lambda objects: objects.put_lease(cancelled))
    assert store.read(lambda objects: objects.lease("thread_b")) == cancelled
    store.write(lambda objects: objects.drop_lease("thread_a"))
    assert store.read(lambda objects: objects.lease("thread_a")) is None
    assert store.read(lambda objects: objects.leases()) == [cancelled]


def test_events_and_leases_of_a_change_that_fails_are_not_kept(store: Store) -> None:
    store.write(lambda objects: objects.append("log", [Event("kept", "{}")]))
    store.write(lambda objects: objects.put_lease(Lease("thread_a", "run_a")))

    def fail(objects: ObjectWriter) -> None:
        objects.append("log", [Event("lost", "{}")])
        objects.drop_lease("thread_a")
        objects.put_lease(Lease("thread_b", "run_b"))
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        store.write(fail)
    assert [each.name for each in store.read(lambda objects: objects.events("log", 0, 9))] == [
        "kept"
    ]
    assert store.read(lambda objects: objects.leases()) == [Lease("thread_a", "run_a")]


def test_all_of_a_parent_are_deleted_together(store: Store) -> None:
    messages = [Collection(store, MESSAGE, thread) for thread in ("thread_a", "thread_b")]
    made = [each.create({})["id"] for each in messages for _ in range(2)]
    gone = store.write(lambda objects: objects.delete_all(MESSAGE, "thread_a"))
    assert sorted(gone) == sorted(made[:2])
    assert [ids(each) for each in messages] == [[], made[2:]]


def test_a_page_can_be_of_the_wanted_ones_alone(store: Store) -> None:
    messages = Collection(store, MESSAGE, "thread_a")
    made = [messages.create({"n": n})["id"] for n in range(6)]

    def page(query: PageQuery) -> StoredPage:
        return store.read(
            lambda objects: objects.page(
                MESSAGE, query, "thread_a", lambda message: message["n"] % 2 == 0
            )
        )

    assert [each["id"] for each in page(PageQuery()).data] == made[4::-2]
    first = page(PageQuery(limit=2, ascending=True))
    assert [each["id"] for each in first.data] == made[:4:2] and first.has_more
    rest = page(PageQuery(limit=2, ascending=True, after=made[3]))
    assert [each["id"] for each in rest.data] == made[4::2] and not rest.has_more


def test_what_fails_leaves_a_sample_as_it_was() -> None:
    store = SampleStore(2)
    assistants = Collection(store, ASSISTANT)
    before = assistants.page(PageQuery()).data

    def fail(old: Json) -> Json:
        raise ValueError("on the way")

    def delete_and_fail(objects: ObjectWriter) -> None:
        objects.delete(ASSISTANT, before[0]["id"])
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        assistants.modify(before[0]["id"], fail)
    with pytest.raises(ValueError, match="on the way"):
        store.write(delete_and_fail)
    assert assistants.page(PageQuery()).data == before


ATTACHED = ObjectKind("store.file", "", ids_within_parent=True)


def test_an_id_within_a_parent_is_free_elsewhere_and_after_a_deletion(store: Store) -> None:
    one, two = Collection(store, ATTACHED, "a"), Collection(store, ATTACHED, "b")

    def attach(parent: str, file_id: str, n: int) -> Json:
        return store.write(
            lambda objects: objects.create(ATTACHED, {"n": n}, parent=parent, object_id=file_id)
        )

    made = [attach("a", "file-1", 0), attach("b", "file-1", 1), attach("a", "file-2", 2)]
    assert made[0]["id"] == made[1]["id"] == "file-1"
    assert one.get("file-1") == made[0] and two.get("file-1") == made[1]
    assert two.get("file-2") is None
    assert one.modify("file-1", lambda old: {**old, "n": 9}) == {**made[0], "n": 9}
    assert (two.get("file-1") or {})["n"] == 1
    assert one.delete("file-1") and two.get("file-1") == made[1]
    assert ids(one, PageQuery(after="file-1", ascending=True)) == ["file-2"]
    again = attach("a", "file-1", 3)
    assert one.get("file-1") == again
    assert ids(one) == ["file-2", "file-1"]


def test_an_id_that_was_given_again_is_free_again_after_a_failure(store: Store) -> None:
    one = Collection(store, ATTACHED, "a")
    for file_id in ("file-1", "file-2"):
        store.write(partial(_attach, file_id))
    one.delete("file-1")

    def fail(objects: ObjectWriter) -> None:
        _attach("file-1", objects)
        raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        store.write(fail)
    assert one.get("file-1") is None
    assert ids(one, PageQuery(after="file-1", ascending=True)) == ["file-2"]


def _attach(file_id: str, objects: ObjectWriter) -> Json:
    return objects.create(ATTACHED, {}, parent="a", object_id=file_id)
