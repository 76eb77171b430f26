"""Whatever a server, a library or the environment does, callers meet a ServiceError."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Offline, ServiceError, Unauthorized, Unreadable
from assistant_tui.transport.endpoint import Endpoint
from tests.api.support import DELETIONS, READS, WRITES, Reply, ScriptedServer, client
from tests.fakeserver import raw_sockets

ALL = {**READS, **WRITES, **DELETIONS}
NOWHERE = [
    "javascript:x",
    "http://xn--/",
    "//xn--/",
    "http://xn--a.test",
    "https://server.test:x/",
    "https://[::1/",
    "mailto:a@server.test",
    "data:,",
    "/\x7f",
    "https://\udcff/",
    "https:",
    "//",
    "?",
    "x" * 70_000,
]


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("location", NOWHERE)
async def test_an_odd_redirect_is_an_answer_that_cannot_be_used(location: str, status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        value = location.encode("utf-8", "surrogateescape")
        return httpx.Response(status, headers=[(b"location", value)])

    endpoint = Endpoint("https://server.test/v1", transport=httpx.MockTransport(answer))
    async with AssistantsClient(endpoint) as opened:
        for action in ALL.values():
            with pytest.raises(Unreadable, match=r"redirects|without a usable address|points to"):
                await action(opened)


class Unheard(BaseException):
    """What no library may turn into something else: it ends the program."""


@pytest.mark.parametrize(
    "fault",
    [
        UnicodeError("x"),
        RecursionError("x"),
        MemoryError(),
        KeyError("x"),
        AssertionError(),
        httpx.InvalidURL("x"),
        httpx.StreamConsumed(),
        ExceptionGroup("x", [ValueError("x")]),
        RuntimeError("sk-secret"),
    ],
)
@pytest.mark.parametrize("action", ALL)
async def test_whatever_a_library_raises_is_told_as_the_servers(
    action: str, fault: Exception
) -> None:
    script = ScriptedServer(fault)
    async with client(script) as opened:
        with pytest.raises(Unreadable, match=r"server\.test .*" + type(fault).__name__) as raised:
            await ALL[action](opened)
    assert "secret" not in str(raised.value)
    assert raised.value.may_have_arrived is (action not in READS)
    assert script.waits == []


async def test_what_is_to_end_the_program_does() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        raise Unheard

    endpoint = Endpoint("https://server.test", transport=httpx.MockTransport(answer))
    async with AssistantsClient(endpoint) as opened:
        with pytest.raises(Unheard):
            await opened.list()


async def test_a_fault_of_the_reader_is_an_answer_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*arguments: object, **more: object) -> None:
        raise RecursionError

    for name in ("read_page", "read_object", "read_models"):
        monkeypatch.setattr(f"assistant_tui.api.parsing.{name}", broken)
    async with client(ScriptedServer(Reply(headers={"x-request-id": "req_1"}))) as opened:
        for name in ("list", "retrieve", "models", "create", "modify"):
            with pytest.raises(Unreadable, match="RecursionError") as raised:
                await ALL[name](opened)
            assert raised.value.request_id == "req_1"
            assert raised.value.may_have_arrived is (name in WRITES)


async def test_a_key_that_cannot_be_had_is_told_without_the_key() -> None:
    async def source(*, again: bool = False) -> str | None:
        raise OSError("sk-secret")

    async with client(ScriptedServer(Reply()), key=source) as opened:
        with pytest.raises(Unauthorized, match=r"the key cannot be had \(OSError\)"):
            await opened.list()


ADDRESSES = [
    "http://xn--/",
    "http://xn--a.test",
    "javascript:x",
    "http://[::1",
    "http://h:port",
    "http://h:99999999999",
    "",
    "http://",
    "/v1",
    "http://\x00",
    "http://\udcff",
    "http://" + "a" * 70_000,
    "ftp://h",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_an_odd_base_address_is_named(address: str) -> None:
    endpoint = Endpoint(address)
    assert isinstance(endpoint.host, str)
    with pytest.raises(Offline, match="base_url"):
        async with AssistantsClient(endpoint):
            pass


@pytest.mark.parametrize("address", ["http://[::1", "http://h:port", "nothing", "http://xn--/", ""])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", ""])
async def test_an_odd_proxy_is_named_or_passed_over(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name:
        monkeypatch.setenv(name, address)
    try:
        async with AssistantsClient(Endpoint("https://h.test", proxy="" if name else address)):
            pass
    except Offline as error:
        assert error.message.startswith(f"{name or 'proxy in the profile'}:")


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "ca_file", "client_cert"])
@pytest.mark.parametrize("path", ["missing", "folder", "text", "nul"])
async def test_odd_certificates_are_named(
    name: str, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no certificate")
    value = "a\0b" if path == "nul" else str(tmp_path / path)
    if name == "SSL_CERT_FILE":
        if path in ("nul", "folder"):
            return
        monkeypatch.setenv(name, value)
    endpoint = Endpoint(
        "https://h.test",
        ca_file=value if name == "ca_file" else "",
        client_cert=value if name == "client_cert" else "",
    )
    with pytest.raises(Offline, match=name):
        async with AssistantsClient(endpoint):
            pass


async def test_cookies_are_neither_kept_nor_sent() -> None:
    kinds = ["a=1", "b=2; Path=/; Secure", "c=3; Domain=server.test; Max-Age=900", "__Host-d=4"]
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        headers = [(b"set-cookie", each.encode()) for each in kinds]
        if len(sent) == 1:
            headers.append((b"location", b"/v2/assistants"))
            return httpx.Response(307, headers=headers)
        return httpx.Response(200, headers=headers, text="[]")

    endpoint = Endpoint("https://server.test/v1", transport=httpx.MockTransport(answer))
    async with AssistantsClient(endpoint) as opened:
        for _ in range(2):
            await opened.list()
    assert len(sent) == 3
    assert not any("cookie" in request.headers for request in sent)


async def test_a_cookie_that_the_profile_names_is_sent() -> None:
    script = ScriptedServer(Reply(body="[]", headers={"set-cookie": "a=1"}))
    async with client(script, headers={"Cookie": "mine=1"}) as opened:
        await opened.list()
        await opened.list()
    assert script.last.headers["cookie"] == "mine=1"


_STATUS = [b"200", b"200", b"200", b"307", b"301", b"404", b"429", b"500", b"100", b"000", b"2xx"]
_NAMES = [
    b"location",
    b"content-encoding",
    b"content-length",
    b"transfer-encoding",
    b"content-type",
    b"retry-after",
    b"retry-after-ms",
    b"x-request-id",
    b"x-should-retry",
    b"set-cookie",
    b"connection",
    b"www-authenticate",
]
_VALUES = [
    b"gzip",
    b"br",
    b"deflate",
    b"chunked",
    b"0",
    b"17",
    b"-1",
    b"1e400",
    b"nan",
    b"close",
    b"http://xn--/",
    b"javascript:x",
    b"/v1/assistants",
    b"true",
    b"a=1; domain=.; expires=Thu, 99 Foo 99999",
    b"Wed, 21 Oct 2015 07:28:00 +9999",
    b"Thu, 01 Jan 99999 00:00:00 GMT",
    b"9" * 5_000,
    b"\xff\xfe",
    b"\x00",
    b"",
]
_BODIES = [
    b"",
    b"null",
    b"{}",
    b"[]",
    b'{"data": [1, {}, {"id": [1]}, {"id": "\\ud800"}]}',
    b'{"error": {"message": [[[[[1]]]]], "code": 1e999, "param": {}}}',
    b'{"detail": [{"loc": [null, {}], "msg": 5}]}',
    b"[" * 3_000,
    b"\x1f\x8b\x08\x00",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"zz\r\n",
    b"<html>",
    b"9" * 5_000,
    b'{"data": ' + b"9" * 5_000 + b"}",
    b"\xff" * 100,
]


def _random_answers(seed: int, count: int) -> Iterator[bytes]:
    """Answers put together of what each has been trouble somewhere, and some noise."""
    jitter = random.Random(seed)
    for _ in range(count):
        status = jitter.choice(_STATUS)
        lines = [jitter.choice([b"HTTP/1.1 ", b"HTTP/1.1 ", b"HTTP/1.0 ", b"HTTP/2 "]) + status]
        names = [jitter.choice(_NAMES) for _ in range(jitter.randrange(5))]
        lines += [name + b": " + jitter.choice(_VALUES) for name in names]
        answer = bytearray(b"\r\n".join(lines) + b"\r\n\r\n" + jitter.choice(_BODIES))
        if jitter.random() < 0.2:
            answer[jitter.randrange(len(answer))] = jitter.randrange(256)
        yield bytes(answer)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_answer_is_met_with_anything_but_a_service_error(seed: int) -> None:
    answers = _random_answers(seed, 150)

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(next(answers, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"))
        await writer.drain()

    actions = [*ALL.values()]
    async with raw_sockets.facing(reply) as opened:
        at = 0
        while next_action := (actions[at % len(actions)] if at < 200 else None):
            at += 1
            try:
                await next_action(opened)
            except ServiceError as error:
                assert error.message
