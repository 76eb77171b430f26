"""What goes over the wire: addresses, headers and bodies."""

from contextlib import suppress

import httpx
import pytest

from assistant_tui import __version__
from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Invalid, NotFound, Unreadable
from assistant_tui.core.json_text import write_json
from assistant_tui.transport.endpoint import Endpoint
from tests.api.support import KEY, READS, WRITES, KeyRing, Reply, ScriptedServer, client

LIST = Reply(body="[]")


@pytest.mark.parametrize(
    ("base_url", "sent"),
    [
        ("https://h.test", "/assistants"),
        ("https://h.test/", "/assistants"),
        ("https://h.test/v1", "/v1/assistants"),
        ("https://h.test/v1/", "/v1/assistants"),
        ("https://h.test/a%2Fb/v1", "/a%2Fb/v1/assistants"),
    ],
)
async def test_the_base_address_is_used_as_it_stands(base_url: str, sent: str) -> None:
    script = ScriptedServer(LIST)
    async with client(script, base_url) as opened:
        await opened.list()
    assert script.last.url.raw_path.decode().partition("?")[0] == sent


async def test_a_list_says_limit_order_and_cursors_and_nothing_else() -> None:
    script = ScriptedServer(LIST)
    async with client(script) as opened:
        await opened.list()
        await opened.list(limit=7, order="asc", after="a b/é", before="z&y")
    first, second = (request.url for request in script.requests)
    assert dict(first.params) == {"limit": "50", "order": "desc"}
    assert dict(second.params) == {"limit": "7", "order": "asc", "after": "a b/é", "before": "z&y"}


async def test_the_query_of_the_profile_goes_with_every_request() -> None:
    script = ScriptedServer(Reply())
    async with client(script, "https://h.test/p?tenant=1", query={"api-version": "v1"}) as opened:
        await opened.retrieve("asst_1")
        await opened.create({"model": '"m"'})
    for request in script.requests:
        assert dict(request.url.params) == {"tenant": "1", "api-version": "v1"}


@pytest.mark.parametrize(
    ("assistant_id", "sent"),
    [
        ("asst_1", b"asst_1"),
        ("a/b", b"a%2Fb"),
        ("a?b#c", b"a%3Fb%23c"),
        ("..", b"%2E%2E"),
        (".", b"%2E"),
        ("../models", b"%2E%2E%2Fmodels"),
        ("a%2Fb", b"a%252Fb"),
        ("é\n", b"%C3%A9%0A"),
        ("\ud800", b"%ED%A0%80"),
    ],
)
async def test_an_id_stays_one_part_of_the_path(assistant_id: str, sent: bytes) -> None:
    script = ScriptedServer(Reply(body=write_json({"id": assistant_id})))
    async with client(script) as opened:
        with suppress(Unreadable):  # a lone surrogate, which is sent but read by nobody
            await opened.retrieve(assistant_id)
        with suppress(Unreadable):
            await opened.modify(assistant_id, {})
        await opened.delete(assistant_id)
    assert [r.url.raw_path for r in script.requests] == [b"/v1/assistants/" + sent] * 3


async def test_a_cursor_may_hold_a_lone_surrogate() -> None:
    script = ScriptedServer(LIST)
    async with client(script) as opened:
        await opened.list(after="\ud800")
    assert b"after=%ED%A0%80" in script.last.url.raw_path


async def test_an_empty_id_never_becomes_the_path_of_the_list() -> None:
    script = ScriptedServer(Reply())
    async with client(script) as opened:
        with pytest.raises(NotFound):
            await opened.delete("")
    assert script.requests == []


async def test_an_id_longer_than_an_address_is_refused_here() -> None:
    script = ScriptedServer(Reply())
    async with client(script) as opened:
        with pytest.raises(Invalid, match="too long"):
            await opened.retrieve("a" * 70_000)


async def test_standing_headers() -> None:
    script = ScriptedServer(LIST)
    async with client(
        script,
        key=KeyRing(KEY),
        headers={"X-Team": "blue", "openai-beta": "assistants=v1"},
        organization="org_1",
        project="proj_1",
    ) as opened:
        await opened.list()
    headers = script.last.headers
    assert headers["openai-beta"] == "assistants=v2"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"] == f"assistant-tui/{__version__}"
    assert headers["x-team"] == "blue"
    assert headers["openai-organization"] == "org_1"
    assert headers["openai-project"] == "proj_1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert "content-type" not in headers


async def test_what_is_not_set_is_not_sent() -> None:
    script = ScriptedServer(LIST)
    async with client(script, key=KeyRing(None)) as opened:
        await opened.list()
    unwanted = {"authorization", "openai-organization", "openai-project"}
    assert not unwanted & set(script.last.headers)


async def test_a_header_of_its_own_carries_the_bare_key() -> None:
    script = ScriptedServer(LIST)
    async with client(script, key=KeyRing(KEY), key_header="api-key") as opened:
        await opened.list()
    assert script.last.headers["api-key"] == KEY
    assert "authorization" not in script.last.headers


async def test_bodies_go_out_exactly_as_they_were_given() -> None:
    script = ScriptedServer(Reply())
    patch = {"top_p": "1.0", "x": "12345678901234567890", "name": '"é\\u00e9"', "odd": '"\ud800"'}
    async with client(script) as opened:
        await opened.modify("asst_1", patch)
    sent = '{"top_p": 1.0, "x": 12345678901234567890, "name": "é\\u00e9", "odd": "\\ud800"}'
    assert script.last.content == sent.encode()
    assert script.last.headers["content-type"] == "application/json"


async def test_the_methods_of_all_requests() -> None:
    script = ScriptedServer(Reply(body='{"id": "asst_1", "data": []}'))
    async with client(script) as opened:
        for action in (*READS.values(), *WRITES.values()):
            await action(opened)
        await opened.delete("asst_1")
    assert script.methods == ["GET"] * len(READS) + ["POST", "POST", "DELETE"]


async def test_a_client_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        await AssistantsClient(Endpoint("https://h.test")).list()


async def test_leaving_closes_the_connections() -> None:
    class Watched(httpx.MockTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    transport = Watched(ScriptedServer(LIST).respond)
    async with AssistantsClient(Endpoint("https://h.test", transport=transport)) as opened:
        await opened.list()
    assert transport.closed
    with pytest.raises(RuntimeError):
        await opened.list()
