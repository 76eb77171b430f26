"""Files and vector stores: every page of them, as far as a server lets itself be walked."""

import json
from collections.abc import Sequence

import httpx
import pytest

from assistant_tui.api.tool_resources import MOST
from assistant_tui.core.assistants.tool_resources import ToolResource, ToolResourceList
from assistant_tui.core.errors import ServerFault, Unreadable
from assistant_tui.core.resource import FILES, VECTOR_STORES, Capability
from tests.api.support import READS, Reply, ScriptedServer, client

ROUTES = ("files", "vector_stores")


def some(first: int, count: int) -> list[dict[str, object]]:
    """So many entries, from one number on."""
    return [{"id": f"file-{number}"} for number in range(first, first + count)]


def reply(entries: Sequence[object], has_more: bool | None = None) -> Reply:
    """A page; `has_more` is left out where it is None."""
    more = {} if has_more is None else {"has_more": has_more}
    return Reply(body=json.dumps({"object": "list", "data": entries, **more}))


async def files(*replies: Reply | Exception) -> tuple[list[str], bool, list[str | None]]:
    """The ids that were found, whether they are all, and the cursors that were asked with."""
    script = ScriptedServer(*replies)
    async with client(script) as opened:
        found = await opened.files()
    assert found is not None
    cursors = [request.url.params.get("after") for request in script.requests]
    return [each.id for each in found.found], found.complete, cursors


async def test_files_as_the_api_sends_them() -> None:
    entry = {"id": "file-1", "object": "file", "bytes": 120, "filename": "a.pdf", "purpose": "x"}
    script = ScriptedServer(reply([entry], has_more=False))
    async with client(script) as opened:
        assert await opened.files() == ToolResourceList(
            (ToolResource("file-1", "a.pdf", 120),), True
        )
    assert script.last.url.path == "/v1/files"
    assert dict(script.last.url.params) == {"purpose": "assistants", "limit": "100"}


async def test_vector_stores_as_the_api_sends_them() -> None:
    entry = {"id": "vs_1", "object": "vector_store", "usage_bytes": 9, "name": "N", "metadata": {}}
    script = ScriptedServer(reply([entry], has_more=False))
    async with client(script) as opened:
        assert await opened.vector_stores() == ToolResourceList(
            (ToolResource("vs_1", "N", 9),), True
        )
    assert script.last.url.path == "/v1/vector_stores"
    assert dict(script.last.url.params) == {"limit": "100"}


@pytest.mark.parametrize("has_more", [True, False, None])
async def test_a_full_page_is_followed_by_the_next_whatever_it_says(has_more: bool | None) -> None:
    ids, complete, cursors = await files(reply(some(0, 100), has_more), reply(some(100, 1), False))
    assert ids == [f"file-{number}" for number in range(101)]
    assert (complete, cursors) == (True, [None, "file-99"])


async def test_the_query_of_the_first_page_goes_with_every_page() -> None:
    script = ScriptedServer(reply(some(0, 1), True), reply([]))
    async with client(script) as opened:
        await opened.files()
    sent = {"purpose": "assistants", "limit": "100", "after": "file-0"}
    assert dict(script.last.url.params) == sent


@pytest.mark.parametrize("body", ["[]", "null", '{"data": []}', '{"data": null}'])
async def test_an_empty_list_is_complete(body: str) -> None:
    assert await files(Reply(body=body)) == ([], True, [None])


async def test_a_bare_array_is_a_list() -> None:
    assert await files(Reply(body='[{"id": "a"}]'), reply([])) == (
        ["a"],
        True,
        [None, "a"],
    )


async def test_a_server_that_ignores_the_cursor_is_asked_no_third_time() -> None:
    ids, complete, cursors = await files(reply(some(0, 100), True))
    assert (len(ids), complete) == (100, False)
    assert cursors == [None, "file-99"]


async def test_a_server_that_ignores_limit_and_cursor_has_listed_all() -> None:
    ids, complete, cursors = await files(reply(some(0, 150)))
    assert (len(ids), complete, len(cursors)) == (150, True, 2)


@pytest.mark.parametrize(
    "failure",
    [
        Reply(400, "after is not supported"),
        Reply(404, "no such cursor"),
        Reply(405, "no"),
        Reply(500, "oops"),
        Reply(200, "<html>log in</html>"),
        httpx.ConnectError("x"),
    ],
    ids=["400", "404", "405", "500", "page", "offline"],
)
async def test_what_came_before_a_failure_is_kept(failure: Reply | Exception) -> None:
    ids, complete, _ = await files(reply(some(0, 100)), reply(some(100, 100)), failure)
    assert (len(ids), complete) == (200, False)


async def test_a_failure_in_the_middle_teaches_nothing_about_the_route() -> None:
    async with client(ScriptedServer(reply(some(0, 100)), Reply(405, "no"))) as opened:
        await opened.files()
        assert opened.server.of(FILES).can(Capability.LIST)


async def test_the_walk_ends_at_the_most_entries() -> None:
    pages = [reply(some(start, 100), True) for start in range(0, 2 * MOST, 100)]
    ids, complete, cursors = await files(*pages)
    assert ids == [f"file-{number}" for number in range(MOST)]
    assert (complete, len(cursors)) == (False, MOST // 100)


async def test_a_page_beyond_the_most_entries_is_cut() -> None:
    ids, complete, cursors = await files(reply(some(0, MOST + 1), False))
    assert (len(ids), complete, len(cursors)) == (MOST, False, 1)


async def test_entries_that_cannot_be_named_are_left_out_and_repeated_ones_stand_once() -> None:
    odd = [{}, {"id": ""}, {"id": None}, {"id": []}, 7, "x", None, {"id": "a"}, {"id": "a"}]
    assert await files(reply(odd, has_more=False)) == (["a"], True, [None])


async def test_a_full_page_of_entries_without_ids_ends() -> None:
    ids, complete, cursors = await files(reply([{"n": n} for n in range(100)], True))
    assert (ids, complete, cursors) == ([], False, [None, None])


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("status", [404, 405, 410, 501])
async def test_a_server_without_the_route_is_asked_once(route: str, status: int) -> None:
    script = ScriptedServer(Reply(status, "no"))
    async with client(script) as opened:
        assert await READS[route](opened) is None
        assert await READS[route](opened) is None
        kinds = (FILES, VECTOR_STORES)
        lacking = [each.name for each in kinds if not opened.server.of(each).can(Capability.LIST)]
        assert lacking == [route]
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("first", "kind"), [(Reply(500, "oops"), ServerFault), (Reply(body="{}"), Unreadable)]
)
async def test_without_a_first_page_there_is_an_error(first: Reply, kind: type[Exception]) -> None:
    async with client(ScriptedServer(first)) as opened:
        with pytest.raises(kind):
            await opened.files()
        assert opened.server.of(FILES).can(Capability.LIST)


async def test_a_file_is_no_assistant_whatever_else_it_has() -> None:
    odd = {"id": "file-1", "filename": "a", "tools": {"a": 1}, "model": 5, "metadata": "x"}
    async with client(ScriptedServer(reply([odd], has_more=False))) as opened:
        found = await opened.files()
    assert found is not None
    assert [(each.id, each.name) for each in found.found] == [("file-1", "a")]
