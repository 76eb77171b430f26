"""Answers without an end, in drips, broken or packed wrongly."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Invalid, ResponseTooLarge, ServiceError, TimedOut, Unreadable
from assistant_tui.core.json_text import write_json
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.messages import LARGEST_BODY
from assistant_tui.transport.response_stream import LARGEST_ERROR_BODY
from tests.api.support import READS, Reply, ScriptedServer, client


class Endless(httpx.AsyncByteStream):
    """Parts of a kilobyte for ever; counts them."""

    def __init__(self) -> None:
        self.sent = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 1
            yield b" " * 1024

    async def aclose(self) -> None:
        self.closed = True


class Parts(httpx.AsyncByteStream):
    """A body in parts of some size, as it comes from a connection."""

    def __init__(self, body: bytes, size: int = 65_536) -> None:
        self._body = body
        self._size = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._body), self._size):
            yield self._body[at : at + self._size]


class Broken(httpx.AsyncByteStream):
    """The beginning of an answer, then a fault."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"data": ['
        raise self._fault


async def test_an_endless_answer_is_cut_before_it_is_held_in_memory() -> None:
    body = Endless()
    async with client(ScriptedServer(Reply(200, body)), largest_body=100_000) as opened:
        with pytest.raises(Unreadable, match=r"server\.test is larger than"):
            await opened.retrieve("a")
    assert body.sent == 98
    assert body.closed


def test_the_limit_in_use() -> None:
    assert LARGEST_BODY == 64 * 1024 * 1024


async def test_of_very_long_assistants_fewer_are_asked_for_from_then_on() -> None:
    limits: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        limits.append(request.url.params["limit"])
        rows = [{"id": str(at), "x": "y" * 10_000} for at in range(int(limits[-1]))]
        return httpx.Response(200, json={"data": rows, "has_more": True})

    endpoint = Endpoint("https://server.test/v1", transport=httpx.MockTransport(answer))
    async with AssistantsClient(endpoint, largest_body=100_000) as opened:
        page = await opened.list(limit=100)
        assert (len(page.rows), page.limit, page.has_more) == (6, 6, True)
        assert len((await opened.list(limit=2)).rows) == 2
        assert len((await opened.list(limit=50)).rows) == 6
    assert limits == ["100", "25", "6", "2", "6"]


async def test_one_assistant_that_is_too_long_by_itself_is_an_error() -> None:
    async with client(ScriptedServer(Reply(200, b"x" * 200_000)), largest_body=100_000) as opened:
        with pytest.raises(ResponseTooLarge):
            await opened.list(limit=3)
        assert opened.capabilities.most_rows == 1


async def test_what_counts_is_the_size_after_decompression() -> None:
    packed = gzip.compress(b"[" + b" " * 2_000_000 + b"]")
    assert len(packed) < 10_000
    script = ScriptedServer(Reply(200, packed, {"content-encoding": "gzip"}))
    async with client(script) as opened:
        with pytest.raises(Unreadable, match="larger than"):
            await opened.retrieve("a")
    assert len(script.requests) == 1


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,deflate", "deflate, gzip, gzip"])
async def test_what_is_packed_more_than_once_is_not_unpacked(coding: str) -> None:
    packed = gzip.compress(gzip.compress(bytes(1_000_000)))
    async with client(ScriptedServer(Reply(200, packed, {"content-encoding": coding}))) as opened:
        with pytest.raises(Unreadable, match="compressed wrongly"):
            await opened.list()


@pytest.mark.parametrize("status", [400, 404, 500, 302])
async def test_of_a_refusal_no_more_is_read_than_can_be_told(status: int) -> None:
    body = Endless()
    async with client(ScriptedServer(Reply(status, body))) as opened:
        with pytest.raises(ServiceError) as raised:
            await opened.create({})
    assert body.sent == LARGEST_ERROR_BODY // 1024 + 1
    assert body.closed
    assert len(str(raised.value)) < 1_000


async def test_a_long_refusal_is_told_by_its_beginning() -> None:
    text = "no: " + "x" * 1_000_000
    for body in (text, write_json({"error": {"message": text}})):
        packed = gzip.compress(body.encode())
        reply = Reply(400, packed, {"content-encoding": "gzip", "x-request-id": "r" * 50_000})
        async with client(ScriptedServer(reply)) as opened:
            with pytest.raises(Invalid, match=r"no: x") as raised:
                await opened.retrieve("a")
        assert len(str(raised.value)) < 1_000


async def test_a_body_is_decompressed_in_steps_between_which_the_loop_goes_on() -> None:
    """What arrives in one part of 64 kB may be 64 MB, which would hold up every key."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    packed = gzip.compress(b"[" + b" " * 8_000_000 + b"]")
    reply = Reply(200, Parts(packed), {"content-encoding": "gzip"})
    async with client(ScriptedServer(reply), largest_body=9_000_000) as opened:
        counting = asyncio.create_task(count())
        await opened.list()
        counting.cancel()
    assert turns > 8_000_000 // 300_000


@pytest.mark.parametrize("wbits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_deflated_answers_are_read_with_a_head_and_without(wbits: int, size: int) -> None:
    deflater = zlib.compressobj(wbits=wbits)
    text = '[{"id": "a"}' + " " * 600_000 + "]"
    packed = deflater.compress(text.encode()) + deflater.flush()
    reply = Reply(200, Parts(packed, size), {"content-encoding": "deflate"})
    async with client(ScriptedServer(reply)) as opened:
        assert [row.id for row in (await opened.list()).rows] == ["a"]


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "x"])
async def test_only_what_was_offered_is_unpacked(coding: str) -> None:
    script = ScriptedServer(Reply(200, b"[]", {"content-encoding": coding}))
    async with client(script, headers={"accept-encoding": "br"}) as opened:
        with pytest.raises(Unreadable, match="compressed wrongly"):
            await opened.list()
    assert script.last.headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("coding", ["", "identity", "GZIP", "x-gzip", "identity, gzip"])
async def test_the_names_of_compressions_are_read_leniently(coding: str) -> None:
    body = b"[]" if coding in ("", "identity") else gzip.compress(b"[]")
    async with client(
        ScriptedServer(Reply(200, Parts(body), {"content-encoding": coding}))
    ) as opened:
        assert (await opened.list()).rows == ()


async def test_compressed_answers_are_read() -> None:
    packed = gzip.compress(b'[{"id": "a"}]')
    async with client(ScriptedServer(Reply(200, packed, {"content-encoding": "gzip"}))) as opened:
        assert [row.id for row in (await opened.list()).rows] == ["a"]


async def test_wrong_compression_is_unreadable_and_not_repeated() -> None:
    script = ScriptedServer(Reply(200, b"not gzip", {"content-encoding": "gzip"}))
    async with client(script) as opened:
        with pytest.raises(Unreadable, match="compressed wrongly"):
            await opened.list()
    assert script.waits == []


@pytest.mark.parametrize("fault", [httpx.RemoteProtocolError("x"), httpx.ReadError("x")])
async def test_an_answer_that_is_cut_off(fault: Exception) -> None:
    script = ScriptedServer(Reply(200, Broken(fault)))
    async with client(script) as opened:
        with pytest.raises(Unreadable, match="cut off"):
            await opened.list()
        assert len(script.requests) == 3
        with pytest.raises(Unreadable, match="cut off") as raised:
            await opened.create({})
    assert raised.value.may_have_arrived
    assert len(script.requests) == 4


async def test_an_answer_that_stops_coming() -> None:
    async with client(ScriptedServer(Reply(200, Broken(httpx.ReadTimeout("x"))))) as opened:
        with pytest.raises(TimedOut, match=r"no answer from server\.test within 30 s"):
            await opened.list()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (httpx.ConnectTimeout("x"), r"no connection to server\.test:443 within 30 s"),
        (httpx.ReadTimeout("x"), r"no answer from server\.test within 30 s"),
        (httpx.WriteTimeout("x"), r"no answer from server\.test within 30 s"),
        (httpx.PoolTimeout("x"), r"no answer from server\.test within 30 s"),
    ],
)
async def test_each_phase_has_its_time(fault: Exception, words: str) -> None:
    async with client(ScriptedServer(fault)) as opened:
        with pytest.raises(TimedOut, match=words):
            await opened.list()


async def test_drips_end_after_ten_times_the_time_of_a_phase() -> None:
    asked = 0

    async def never(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()
        raise AssertionError("not reached")

    endpoint = Endpoint("https://h.test", timeout=0.001, transport=httpx.MockTransport(never))
    async with AssistantsClient(endpoint) as opened:
        with pytest.raises(
            TimedOut, match=r"no whole answer from h\.test within 0\.01 s"
        ) as raised:
            await opened.modify("a", {})
    assert raised.value.may_have_arrived
    assert asked == 1


@pytest.mark.parametrize("body", ["<html>log in</html>", "", '{"data": [', "\ufeff<p>"])
@pytest.mark.parametrize("action", READS)
async def test_a_success_that_is_no_json(body: str, action: str) -> None:
    script = ScriptedServer(Reply(200, body, {"x-request-id": "req_1"}))
    async with client(script) as opened:
        with pytest.raises(Unreadable) as raised:
            await READS[action](opened)
    error = raised.value
    assert (error.status, error.request_id, error.may_have_arrived) == (200, "req_1", False)
    assert "<" not in error.message
    assert len(script.requests) == 1


async def test_bytes_that_are_not_utf8_do_not_hide_the_rest() -> None:
    body = b'[{"id": "a", "name": "caf\xe9"}, {"id": "b"}]'
    async with client(ScriptedServer(Reply(200, body))) as opened:
        rows = (await opened.list()).rows
    assert [(row.id, row.name) for row in rows] == [("a", "caf\ufffd"), ("b", "")]
