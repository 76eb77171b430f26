"""The ways in which known servers deviate from the API, as the client meets them."""

import json

import pytest

from assistant_tui.core.assistants.summary import summary_of
from assistant_tui.core.errors import (
    Invalid,
    NotFound,
    NotServed,
    ServerFault,
    Unreadable,
)
from assistant_tui.core.listing import Listing
from assistant_tui.core.resource import MODELS, Capabilities, Capability
from tests.api.support import Reply, ScriptedServer, client


async def test_litellm_lists_but_retrieves_nothing() -> None:
    async with client(ScriptedServer(Reply(405, '{"detail": "Method Not Allowed"}'))) as opened:
        with pytest.raises(NotServed, match="Method Not Allowed"):
            await opened.retrieve("a")


@pytest.mark.parametrize("status", [400, 404, 413, 422])
async def test_a_refused_cursor_teaches_nothing_since_its_row_may_be_gone(status: int) -> None:
    script = ScriptedServer(Reply(status, '{"message": "after is not supported"}'))
    async with client(script) as opened:
        with pytest.raises(Invalid, match="after is not supported"):
            await opened.list(after="a")
        assert opened.capabilities.can(Capability.CURSOR)


async def test_astra_objects() -> None:
    body = (
        '{"object": "assistants", "data": [{"id": "a", "object": "assistants",'
        ' "created_at": 1700000000123, "tools": [], "model": "m"}],'
        ' "first_id": "a", "last_id": "a", "has_more": false}'
    )
    async with client(ScriptedServer(Reply(body=body))) as opened:
        (row,) = (await opened.list()).rows
    assert (row.created_at, row.problem) == (1_700_000_000, "")


async def test_openopenai_sends_objects_of_version_one() -> None:
    body = '{"id": "a", "tools": [{"type": "retrieval"}], "file_ids": [], "model": "m"}'
    async with client(ScriptedServer(Reply(body=body))) as opened:
        row = await opened.retrieve("a")
    assert (summary_of(row).tools, row.problem, row.text) == (("retrieval",), "", body)


async def test_open_assistant_api_has_nested_metadata_and_fields_of_its_own() -> None:
    body = '{"id": "6f1", "metadata": {"a": {"b": 1}}, "extra_body": {}, "updated_at": null}'
    async with client(ScriptedServer(Reply(body=body))) as opened:
        row = await opened.retrieve("6f1")
    assert (row.problem, row.text) == ("", body)


async def test_myla_sends_null_tools() -> None:
    async with client(
        ScriptedServer(Reply(body='{"id": "a", "tools": null, "metadata": null}'))
    ) as opened:
        assert (await opened.retrieve("a")).problem == ""


async def test_leapfrog_answers_null_for_a_missing_id() -> None:
    async with client(ScriptedServer(Reply(body="null"))) as opened:
        with pytest.raises(NotFound, match="a-1"):
            await opened.retrieve("a-1")


async def test_leapfrog_says_that_a_deletion_failed() -> None:
    script = ScriptedServer(
        Reply(body='{"id": "a", "deleted": false}', headers={"x-request-id": "r"})
    )
    async with client(script) as opened:
        with pytest.raises(ServerFault, match="did not delete") as raised:
            await opened.delete("a")
    assert (raised.value.request_id, raised.value.may_have_arrived) == ("r", False)
    assert len(script.requests) == 1


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize("body", ["", "OK", "null", "{}", '{"deleted": true}', '{"deleted": "x"}'])
async def test_a_deletion_may_be_answered_with_anything(status: int, body: str) -> None:
    async with client(ScriptedServer(Reply(status, body))) as opened:
        await opened.delete("a")


async def test_a_login_page_is_no_deletion() -> None:
    async with client(ScriptedServer(Reply(200, "<html>Log in</html>"))) as opened:
        with pytest.raises(Unreadable, match="HTML page") as raised:
            await opened.delete("a")
    assert raised.value.may_have_arrived


async def test_bella_answers_every_deletion_with_500() -> None:
    script = ScriptedServer(Reply(500, '{"code": 500, "message": "oops"}'))
    async with client(script) as opened:
        with pytest.raises(ServerFault, match="oops") as raised:
            await opened.delete("a")
    assert raised.value.may_have_arrived


async def test_localai_sends_a_bare_array_whatever_the_cursor() -> None:
    rows = [{"id": f"a{number}", "created": 1_700_000_000} for number in range(3)]
    async with client(ScriptedServer(Reply(body=json.dumps(rows)))) as opened:
        first = await opened.list(limit=3)
        second = await opened.list(limit=3, after="a2")
    assert (first.has_more, first.after, second.after) == (None, None, "a2")
    assert first.rows[0].created_at == 1_700_000_000
    assert Listing().extended(first).extended(second).single_page


async def test_hosted_look_alikes_use_numbers_as_ids() -> None:
    body = '{"id": 17, "created_at": "1700000000", "model": "m"}'
    script = ScriptedServer(Reply(body=body))
    async with client(script) as opened:
        row = await opened.retrieve("17")
        await opened.modify(row.id, {})
    assert (row.id, row.created_at) == ("17", 1_700_000_000)
    assert script.last.url.path == "/v1/assistants/17"


@pytest.mark.parametrize("status", [404, 405, 410, 501])
async def test_a_server_without_models_is_asked_once(status: int) -> None:
    script = ScriptedServer(Reply(status, "no"))
    async with client(script) as opened:
        assert await opened.models() == ()
        assert await opened.models() == ()
        assert not opened.server.of(MODELS).can(Capability.LIST)
    assert len(script.requests) == 1


async def test_models() -> None:
    async with client(ScriptedServer(Reply(body='{"data": [{"id": "m"}, {"id": "n"}]}'))) as opened:
        assert await opened.models() == ("m", "n")


def test_capabilities_know_nothing_against_a_server_at_first() -> None:
    capabilities = Capabilities()
    assert all(capabilities.can(capability) for capability in Capability)
    capabilities.learn_missing(Capability.MODIFY)
    assert [c for c in Capability if not capabilities.can(c)] == [Capability.MODIFY]
