"""Real sockets on the loopback, and settings that cannot be used."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.endpoint import Endpoint
from assistant_tui.api.outages import Peer, outage
from assistant_tui.core.errors import Offline, ServiceError, Unreadable
from tests.api.support import KEY, KeyRing

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LIST = b'{"data": [{"id": "a"}]}'


def answer(body: bytes, headers: bytes = b"", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (headers, size, body)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def serving(
    reply: bytes | Handler, context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server on a free port of the loopback that gives one answer to each connection."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            if isinstance(reply, bytes):
                writer.write(reply)
                await writer.drain()
            else:
                await reply(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def client(base_url: str, **settings: Any) -> AsyncIterator[AssistantsClient]:
    async def sleep(seconds: float) -> None:
        pass

    largest = settings.pop("largest_body", 1_000_000)
    endpoint = Endpoint(base_url, **settings)
    async with AssistantsClient(endpoint, sleep=sleep, largest_body=largest) as opened:
        yield opened


async def refused_port() -> int:
    async with serving(b"") as port:
        return port


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_connection_refused() -> None:
    port = await refused_port()
    async with client(f"http://127.0.0.1:{port}") as opened:
        with pytest.raises(
            Offline, match=rf"^connection refused by 127\.0\.0\.1:{port}$"
        ) as raised:
            await opened.create({})
    assert not raised.value.may_have_arrived


async def test_host_unknown() -> None:
    async with client("http://nonexistent.invalid/v1") as opened:
        with pytest.raises(Offline, match=r"^host unknown: nonexistent\.invalid$"):
            await opened.list()


async def test_connections_are_kept() -> None:
    connections = 0

    async def many(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(3):
            writer.write(answer(LIST))
            await reader.readuntil(b"\r\n\r\n")

    async with serving(many) as port, client(f"http://127.0.0.1:{port}") as opened:
        for _ in range(3):
            await opened.list()
    assert connections == 1


async def test_a_certificate_of_an_unknown_authority(authority: trustme.CA) -> None:
    context = server_context(authority)
    async with serving(answer(LIST), context) as port:
        async with client(f"https://localhost:{port}") as opened:
            with pytest.raises(Offline) as raised:
                await opened.create({})
    message = raised.value.message
    assert message.startswith(f"TLS: certificate of localhost:{port} not trusted (")
    assert message.endswith("ca_file in the profile names a company's own authority")
    assert not raised.value.may_have_arrived


async def test_a_distrusted_server_is_tried_once(authority: trustme.CA) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with serving(answer(LIST), server_context(authority)) as port:
        endpoint = Endpoint(f"https://localhost:{port}")
        async with AssistantsClient(endpoint, sleep=sleep) as opened:
            with pytest.raises(Offline):
                await opened.list()
    assert waits == []


async def test_the_authority_of_the_profile_is_trusted(
    authority: trustme.CA, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    async with serving(answer(LIST), server_context(authority)) as port:
        async with client(f"https://localhost:{port}", ca_file=str(ca_file)) as opened:
            assert len((await opened.list()).rows) == 1


async def test_a_certificate_of_another_host(authority: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = server_context(authority, "other.test")
    async with serving(answer(LIST), context) as port:
        async with client(f"https://localhost:{port}", ca_file=str(ca_file)) as opened:
            with pytest.raises(Offline, match="not valid for 'localhost'") as raised:
                await opened.list()
    assert "ca_file" not in raised.value.message


async def test_a_client_certificate_is_shown(authority: trustme.CA, tmp_path: Path) -> None:
    ca_file, own = tmp_path / "ca.pem", tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    authority.issue_cert("me@h.test").private_key_and_cert_chain_pem.write_to_path(str(own))
    context = server_context(authority)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    async with serving(answer(LIST), context) as port:
        settings = {"ca_file": str(ca_file), "client_cert": str(own)}
        async with client(f"https://localhost:{port}", **settings) as opened:
            assert len((await opened.list()).rows) == 1


async def test_no_tls_where_it_was_expected() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("no request was to arrive")

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with client(f"https://127.0.0.1:{port}") as opened:
            with pytest.raises(Offline, match="TLS: no secure connection to 127"):
                await opened.list()


async def test_a_truncated_body() -> None:
    async with serving(answer(LIST, length=999)) as port:
        async with client(f"http://127.0.0.1:{port}") as opened:
            with pytest.raises(Unreadable, match="cut off"):
                await opened.list()


async def test_an_endless_body() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b" " * 1024 + b"\r\n")
            await writer.drain()

    async with serving(endless) as port:
        async with client(f"http://127.0.0.1:{port}", largest_body=100_000) as opened:
            with pytest.raises(Unreadable, match="larger than"):
                await opened.list()


async def test_a_connection_closed_without_an_answer() -> None:
    async with serving(b"") as port, client(f"http://127.0.0.1:{port}") as opened:
        with pytest.raises(Offline, match="closed the connection without an answer") as raised:
            await opened.create({})
    assert raised.value.may_have_arrived


async def test_a_server_that_speaks_something_else() -> None:
    async with serving(b"220 mail.test ESMTP\r\n") as port:
        async with client(f"http://127.0.0.1:{port}") as opened:
            with pytest.raises(Offline, match="does not speak HTTP"):
                await opened.list()


async def test_the_key_stays_here_when_a_server_points_elsewhere() -> None:
    seen: list[bytes] = []

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(b"reached")
        writer.write(answer(LIST))

    async with serving(other) as port:
        there = (
            b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % port
        )
        async with serving(there) as first:
            async with client(f"http://127.0.0.1:{first}", key=KeyRing(KEY)) as opened:
                with pytest.raises(Unreadable, match=f"127.0.0.1:{port}"):
                    await opened.list()
    assert seen == []


async def test_a_proxy_that_is_not_there_is_named() -> None:
    port = await refused_port()
    async with client("https://h.test", proxy=f"http://me:word@127.0.0.1:{port}") as opened:
        with pytest.raises(Offline) as raised:
            await opened.list()
    told = f"connection refused by proxy 127.0.0.1:{port} (proxy in the profile)"
    assert raised.value.message == told


async def test_a_proxy_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonexistent.invalid:3128")
    async with client("https://h.test") as opened:
        with pytest.raises(Offline) as raised:
            await opened.list()
    told = "host unknown: proxy nonexistent.invalid:3128 (HTTPS_PROXY)"
    assert raised.value.message == told


async def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    port = await refused_port()
    monkeypatch.setenv("ALL_PROXY", "http://nonexistent.invalid:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with client(f"http://127.0.0.1:{port}") as opened:
        with pytest.raises(Offline, match=r"refused by 127"):
            await opened.list()


async def test_a_proxy_that_refuses_is_named() -> None:
    async with serving(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as port:
        async with client("https://h.test", proxy=f"http://127.0.0.1:{port}") as opened:
            with pytest.raises(Offline, match="proxy in the profile") as raised:
                await opened.create({})
    assert "407 Proxy Authentication Required" in raised.value.message
    assert not raised.value.may_have_arrived


async def opening_fails(base_url: str = "https://h.test", **settings: Any) -> str:
    with pytest.raises(Offline) as raised:
        async with client(base_url, **settings):
            raise AssertionError("it opened")
    return raised.value.message


@pytest.mark.parametrize("setting", ["ca_file", "client_cert"])
async def test_files_that_cannot_be_used_are_named(setting: str, tmp_path: Path) -> None:
    absent, empty = tmp_path / "absent.pem", tmp_path / "empty.pem"
    empty.write_text("nothing")
    said = await opening_fails(**{setting: str(absent)})
    assert said == f"{setting} in the profile: {absent}: No such file or directory"
    said = await opening_fails(**{setting: str(empty)})
    assert said == f"{setting} in the profile: {empty}: holds no usable PEM"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "h.test/v1",
        "localhost:8080/v1",
        "ftp://h.test",
        "https://",
        "https://h:port",
        "https://a b",
        "https://" + "a" * 70 + ".test",
    ],
)
async def test_an_address_that_is_none(base_url: str) -> None:
    assert (await opening_fails(base_url)).startswith("base_url: not an address")


@pytest.mark.parametrize(
    "headers", [{"X Y": "z"}, {"": "z"}, {"X": "a\r\nY: b"}, {"X": "é"}, {"X:": "y"}]
)
async def test_headers_that_cannot_be_sent(headers: dict[str, str]) -> None:
    assert "headers in the profile" in await opening_fails(headers=headers)


async def test_a_name_of_a_key_header_that_cannot_be_sent() -> None:
    assert "api_key_header" in await opening_fails(key_header="a b")


@pytest.mark.parametrize("proxy", ["ftp://p.test", "socks5://p.test", "http://p:port"])
async def test_a_proxy_that_cannot_be_used(proxy: str) -> None:
    assert (await opening_fails(proxy=proxy)).startswith("proxy in the profile")


async def test_a_proxy_of_the_environment_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://p.test")
    assert (await opening_fails()).startswith("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY")


async def test_an_address_of_version_six_is_bracketed() -> None:
    async def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x")

    transport = httpx.MockTransport(unreachable)
    async with client("http://[::1]:9", transport=transport) as opened:
        with pytest.raises(Offline, match=r"no connection to \[::1\]:9"):
            await opened.list()


PEER = Peer("h.test", "h.test:443")


def raised_from(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (raised_from(httpx.ConnectError("x"), OSError(101, "y")), "h.test:443: network is unreach"),
        (
            raised_from(
                httpx.ConnectError("x"), ExceptionGroup("g", [OSError(111, "a"), OSError(101, "b")])
            ),
            "connection refused by h.test:443",
        ),
        (raised_from(httpx.ReadError("x"), ssl.SSLError(1, "y")), "handshake failed"),
        (httpx.ConnectError("x"), "no connection to h.test:443"),
        (ConnectionResetError(104, "x"), "connection to h.test lost"),
    ],
)
def test_causes_in_plain_words(error: Exception, words: str) -> None:
    failure: ServiceError = outage(error, PEER).error
    assert words in failure.message
