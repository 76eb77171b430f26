"""The key: renewed where it was refused, and never seen where it does not belong."""

import asyncio
import base64
import logging
import traceback
from urllib.parse import quote

import httpx
import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import NotFound, ServiceError, Unauthorized, WrongObject
from assistant_tui.transport.endpoint import Endpoint
from tests.api.support import (
    DELETIONS,
    KEY,
    READS,
    WRITES,
    Action,
    KeyRing,
    Reply,
    ScriptedServer,
    client,
)

NAMING = {"retrieve": READS["retrieve"], "modify": WRITES["modify"], **DELETIONS}
ACTIONS = {**READS, **DELETIONS, **WRITES}
REFUSED = Reply(401, '{"error": {"message": "expired"}}')
DONE = Reply(body='{"id": "asst_1", "data": []}')


def sent_keys(script: ScriptedServer) -> list[str]:
    return [request.headers["authorization"] for request in script.requests]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
async def test_a_refused_key_is_fetched_anew_and_the_request_repeated(action: Action) -> None:
    script, keys = ScriptedServer(REFUSED, DONE), KeyRing("old", "new")
    async with client(script, key=keys) as opened:
        await action(opened)
    assert sent_keys(script) == ["Bearer old", "Bearer new"]
    assert keys.asked_again == 1


async def test_it_is_renewed_once_only() -> None:
    script, keys = ScriptedServer(REFUSED), KeyRing("old", "new", "newest")
    async with client(script, key=keys) as opened:
        with pytest.raises(Unauthorized, match="expired"):
            await opened.list()
    assert sent_keys(script) == ["Bearer old", "Bearer new"]


async def test_the_same_key_is_not_tried_twice() -> None:
    script, keys = ScriptedServer(REFUSED), KeyRing("only")
    async with client(script, key=keys) as opened:
        with pytest.raises(Unauthorized):
            await opened.list()
    assert len(script.requests) == 1
    assert keys.asked_again == 1


async def test_without_a_source_there_is_nothing_to_renew() -> None:
    script = ScriptedServer(REFUSED)
    async with client(script) as opened:
        with pytest.raises(Unauthorized):
            await opened.list()
    assert len(script.requests) == 1


async def test_requests_that_were_refused_together_fetch_one_key() -> None:
    both_sent = asyncio.Barrier(2)

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] == "Bearer old":
            await both_sent.wait()
            return httpx.Response(401)
        return httpx.Response(200, text="[]")

    keys = KeyRing("old", "new", "newest")
    endpoint = Endpoint("https://h.test", key=keys, transport=httpx.MockTransport(answer))
    async with AssistantsClient(endpoint) as opened:
        await asyncio.gather(opened.list(), opened.list())
    assert keys.asked_again == 1


async def test_a_deletion_lost_before_the_key_expired_is_still_remembered() -> None:
    script = ScriptedServer(Reply(500, "x"), REFUSED, Reply(404, "gone"))
    async with client(script, key=KeyRing("old", "new")) as opened:
        await opened.delete("asst_1")
    assert len(script.requests) == 3


async def test_blanks_around_a_key_are_taken_off() -> None:
    script = ScriptedServer(DONE)
    async with client(script, key=KeyRing(" sk-1\n")) as opened:
        await opened.list()
    assert sent_keys(script) == ["Bearer sk-1"]


@pytest.mark.parametrize("key", [f"{KEY}é", f"{KEY}\r\nX: y", f"{KEY}\x00-"])
async def test_a_key_that_no_header_may_carry_is_told_without_showing_it(key: str) -> None:
    script = ScriptedServer(DONE)
    async with client(script, key=KeyRing(key)) as opened:
        with pytest.raises(Unauthorized, match="no HTTP header") as raised:
            await opened.list()
    assert script.requests == []
    assert KEY not in repr(raised.value)


FAULTS: dict[str, Reply | Exception] = {
    "quoted in the message": Reply(401, f'{{"error": {{"message": "wrong key: {KEY}"}}}}'),
    "quoted with escapes": Reply(400, '{"detail": "' + KEY.replace("-", "\\u002d") + '"}'),
    "quoted in text": Reply(403, f"no entry with {KEY}"),
    "quoted in param and code": Reply(
        422, f'{{"error": {{"message": "x", "param": "{KEY}", "code": "{KEY}"}}}}'
    ),
    "quoted in a header": Reply(500, "x", {"x-request-id": KEY}),
    "quoted by httpx": httpx.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'"),
    "lost": httpx.ReadError(f"Bearer {KEY}"),
    "unreadable": Reply(200, f"<html>{KEY}"),
    "elsewhere": Reply(302, "", {"location": f"https://evil.test/{KEY}"}),
    "as the name of a host": Reply(302, "", {"location": f"https://{KEY}.evil.test/"}),
    "in capitals": Reply(401, f'{{"error": "no {KEY.upper()}"}}'),
    "in base64": Reply(401, base64.b64encode(f"user:{KEY}".encode()).decode()),
    "percent-encoded": Reply(401, f"?key={quote(KEY, safe='')}"),
    "where a text is cut": Reply(400, "x" * 195 + KEY),
    "where a message is cut": Reply(400, f'{{"error": {{"message": "{"x" * 1995}{KEY}"}}}}'),
    "where a field is cut": Reply(400, f'{{"error": {{"param": "{"x" * 195}{KEY}"}}}}'),
}


def quotes_the_key(text: str) -> bool:
    """Whether a text holds the beginning of the key, in any form that a server may use."""
    start = KEY[:5]
    forms = [start, quote(start, safe=""), base64.b64encode(f"user:{KEY}".encode()).decode()[:12]]
    return any(form.lower() in text.lower() for form in forms)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("header", ["", "x-api-key"])
async def test_the_key_is_in_no_error_and_no_log(
    fault: Reply | Exception, header: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="assistant_tui.transport"):
        async with client(ScriptedServer(fault), key=KeyRing(KEY), key_header=header) as opened:
            with pytest.raises(ServiceError) as raised:
                await opened.list()
    error = raised.value
    said = [*traceback.format_exception(error), repr(error), str(vars(error)), str(opened.endpoint)]
    assert not quotes_the_key("".join(said))
    ours = [record for record in caplog.records if record.name == "assistant_tui.transport"]
    assert ours
    assert not quotes_the_key("".join(record.getMessage() for record in ours))


@pytest.mark.parametrize("key", [KEY, KEY * 6], ids=["shown whole", "cut"])
@pytest.mark.parametrize("renewed", [False, True])
@pytest.mark.parametrize("action", NAMING)
async def test_a_key_as_the_id_of_an_assistant_is_in_no_error(
    action: str, renewed: bool, key: str
) -> None:
    named = Reply(body=f'{{"id": "{key}", "deleted": true}}')
    script, keys = ScriptedServer(named), KeyRing(key)
    if renewed:
        script, keys = ScriptedServer(REFUSED, named), KeyRing(key, "new")
    async with client(script, key=keys) as opened:
        with pytest.raises(WrongObject) as raised:
            await NAMING[action](opened)
    assert str(raised.value).startswith(
        "the server was asked about asst_1, but answered about [key] (status 200"
    )
    assert not quotes_the_key("".join(traceback.format_exception(raised.value)))


async def test_a_key_that_was_given_for_an_id_is_in_no_error() -> None:
    async with client(ScriptedServer(Reply(body="null")), key=KeyRing(KEY * 6)) as opened:
        with pytest.raises(NotFound, match=r"with the id \[key\]"):
            await opened.retrieve(KEY * 6)


def test_an_endpoint_shows_its_host_alone() -> None:
    endpoint = Endpoint(
        "https://user:word@h.test:8/v1?code=word",
        headers={"x": "word"},
        query={"y": "word"},
        proxy="http://user:word@proxy.test",
    )
    assert repr(endpoint) == "Endpoint('h.test:8')"
    assert Endpoint("http://h:port").host == ""
