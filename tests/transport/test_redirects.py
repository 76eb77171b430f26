"""Redirects: followed on the same origin, and never with the key to another."""

import httpx
import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Unreadable
from assistant_tui.transport.messages import Response
from assistant_tui.transport.redirects import redirect_target
from tests.api.support import KEY, READS, WRITES, KeyRing, Reply, ScriptedServer, client

DONE = Reply(body='{"id": "asst_1", "data": []}')
AWAY = [
    "https://evil.test/v1/assistants",
    "//evil.test/v1",
    "http://server.test/v1/assistants",
    "https://server.test:444/v1/assistants",
    "https://server.test@evil.test/",
    "https://sub.server.test/",
]


def to(location: str, status: int = 302) -> Reply:
    return Reply(status, "", {"location": location})


@pytest.mark.parametrize("location", AWAY)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("action", [*READS, "delete", *WRITES])
async def test_no_request_goes_to_another_origin(location: str, status: int, action: str) -> None:
    script = ScriptedServer(to(location, status), DONE)
    async with client(script, key=KeyRing(KEY)) as opened:
        with pytest.raises(Unreadable, match="base_url in the profile") as raised:
            await act(opened, action)
    assert len(script.requests) == 1
    assert "points to http" in raised.value.message
    assert raised.value.status == status
    never_done = action in READS or status in (307, 308)
    assert raised.value.may_have_arrived is not never_done


async def act(opened: AssistantsClient, action: str) -> None:
    if action == "delete":
        await opened.delete("asst_1")
    else:
        await {**READS, **WRITES}[action](opened)


async def test_the_message_names_the_place() -> None:
    async with client(ScriptedServer(to("https://new.test:8443/v2/assistants"))) as opened:
        with pytest.raises(Unreadable, match=r"https://new\.test:8443"):
            await opened.list()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "/v2/assistants",
        "https://server.test/v2/assistants",
        "https://server.test:443/v2/assistants",
    ],
)
async def test_a_read_follows_on_the_same_origin(status: int, location: str) -> None:
    script = ScriptedServer(to(location, status), DONE)
    async with client(script, key=KeyRing(KEY)) as opened:
        await opened.list()
    assert script.last.url.path == "/v2/assistants"
    assert script.last.headers["authorization"] == f"Bearer {KEY}"


SAME_OBJECT = {"create": "/v2/assistants/", "modify": "/v2/asst%5f1/", "delete": "/v2/asst_1"}


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("action", SAME_OBJECT)
async def test_a_write_follows_with_its_body_where_the_method_is_kept(
    status: int, action: str
) -> None:
    script = ScriptedServer(to(SAME_OBJECT[action], status), DONE)
    async with client(script) as opened:
        await act(opened, action)
    first, second = script.requests
    assert (second.method, second.content) == (first.method, first.content)
    assert second.url.raw_path == SAME_OBJECT[action].encode()


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("action", SAME_OBJECT)
@pytest.mark.parametrize("place", ["asst_2", "asst_1/x", "", "assistants", "../assistants/asst_2"])
async def test_a_write_is_never_led_to_another_object(status: int, action: str, place: str) -> None:
    """Where the list is, a modify would create; where another assistant is, it would be changed."""
    if action == "create" and place in ("", "assistants"):
        place = "asst_2"
    script = ScriptedServer(to(f"/v1/assistants/{place}", status), DONE)
    async with client(script) as opened:
        with pytest.raises(Unreadable, match="points to the path") as raised:
            await act(opened, action)
    assert len(script.requests) == 1
    assert not raised.value.may_have_arrived


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("action", [*WRITES, "delete"])
async def test_a_write_is_never_turned_into_a_read(status: int, action: str) -> None:
    script = ScriptedServer(to("/v2/assistants", status), DONE)
    async with client(script) as opened:
        with pytest.raises(Unreadable, match="points to the path /v2/assistants"):
            await act(opened, action)
    assert len(script.requests) == 1


async def test_a_name_and_password_in_the_address_are_not_taken_over() -> None:
    script = ScriptedServer(to("https://me:word@server.test/v2"), DONE)
    async with client(script) as opened:
        await opened.list()
    assert "authorization" not in script.last.headers


async def test_three_redirects_are_followed_and_no_fourth() -> None:
    hops = [to(f"/{number}") for number in range(4)]
    script = ScriptedServer(*hops[:3], DONE)
    async with client(script) as opened:
        await opened.list()
    assert len(script.requests) == 4
    script = ScriptedServer(*hops, DONE)
    async with client(script) as opened:
        with pytest.raises(Unreadable, match="in a circle"):
            await opened.list()
    assert len(script.requests) == 4
    assert script.waits == []


@pytest.mark.parametrize("location", ["", "http://h:port", "https://server.test/v1/assistants#x"])
def test_a_redirect_to_nowhere(location: str) -> None:
    url = httpx.URL("https://server.test/v1/assistants")
    with pytest.raises(Unreadable, match="without a usable address"):
        redirect_target(url, Response(302, {"location": location}, ""), "GET")


async def test_not_modified_is_no_answer_to_us() -> None:
    async with client(ScriptedServer(Reply(304, ""))) as opened:
        with pytest.raises(Unreadable):
            await opened.list()
