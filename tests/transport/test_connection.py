"""Connections that fail or are not to be trusted, on real sockets of the loopback."""

import asyncio
import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Offline, ServiceError, Unreadable
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.messages import Limits
from assistant_tui.transport.network_errors import Peer, network_error
from tests.api.support import KEY, KeyRing
from tests.fakeserver.raw_sockets import LIST, answer, client, facing, refused_port, serving


@pytest.fixture(scope="module")
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

    async with facing(many) as opened:
        for _ in range(3):
            await opened.list()
    assert connections == 1


async def test_a_certificate_of_an_unknown_authority(authority: trustme.CA) -> None:
    context = server_context(authority)
    async with facing(answer(LIST), context) as opened:
        with pytest.raises(Offline) as raised:
            await opened.create({})
    message = raised.value.message
    assert message.startswith(f"TLS: certificate of {opened.endpoint.host} not trusted (")
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
    async with facing(answer(LIST), server_context(authority), ca_file=str(ca_file)) as opened:
        assert len((await opened.list()).rows) == 1


async def test_a_certificate_of_another_host(authority: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = server_context(authority, "other.test")
    async with facing(answer(LIST), context, ca_file=str(ca_file)) as opened:
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
    async with facing(answer(LIST, length=999)) as opened:
        with pytest.raises(Unreadable, match="cut off"):
            await opened.list()


async def test_an_endless_body() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b" " * 1024 + b"\r\n")
            await writer.drain()

    async with facing(endless, largest_body=100_000) as opened:
        with pytest.raises(Unreadable, match="larger than"):
            await opened.list()


async def test_a_connection_closed_without_an_answer() -> None:
    async with facing(b"") as opened:
        with pytest.raises(Offline, match="closed the connection without an answer") as raised:
            await opened.create({})
    assert raised.value.may_have_arrived


async def test_a_server_that_speaks_something_else() -> None:
    async with facing(b"220 mail.test ESMTP\r\n") as opened:
        with pytest.raises(Offline, match="does not speak HTTP"):
            await opened.list()


async def test_the_key_stays_here_when_a_server_points_elsewhere() -> None:
    seen: list[bytes] = []

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(b"reached")
        writer.write(answer(LIST))

    async with serving(other) as port:
        location = b"Location: http://127.0.0.1:%d/\r\n" % port
        there = b"HTTP/1.1 307 X\r\n" + location + b"Content-Length: 0\r\n\r\n"
        async with facing(there, key=KeyRing(KEY)) as opened:
            with pytest.raises(Unreadable, match=f"127.0.0.1:{port}"):
                await opened.list()
    assert seen == []


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
    failure: ServiceError = network_error(error, PEER, Limits()).error
    assert words in failure.message
