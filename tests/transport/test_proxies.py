"""Of the environment's proxies only what concerns an address counts; SOCKS works."""

import asyncio
import gc

import pytest

from assistant_tui.core.errors import Offline
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.proxies import proxy_for
from tests.fakeserver.raw_sockets import LIST, answer, client


def chosen(url: str) -> str | None:
    proxy = proxy_for(Endpoint(url))
    return None if proxy is None else proxy.shown


@pytest.mark.parametrize(
    ("variables", "proxy"),
    [
        ({"HTTPS_PROXY": "http://a:9", "ALL_PROXY": "socks5://b"}, "a:9 (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": "a:9", "ALL_PROXY": "nonsense://b"}, "a:9 (HTTPS_PROXY)"),
        ({"HTTP_PROXY": "nonsense://a"}, None),
        ({"https_proxy": "a"}, "a:80 (https_proxy)"),
        ({"all_proxy": "socks5h://a"}, "a:1080 (all_proxy)"),
        ({"ALL_PROXY": "socks://a/"}, "a:1080 (ALL_PROXY)"),
        ({"ALL_PROXY": "SOCKS5://a:7"}, "a:7 (ALL_PROXY)"),
        ({"HTTPS_PROXY": "", "ALL_PROXY": "a"}, "a:80 (ALL_PROXY)"),
        ({"NO_PROXY": "localhost,fd00::/8"}, None),
    ],
)
async def test_the_variable_for_this_address_is_read_alone(
    variables: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert chosen("https://h.test/v1") == proxy
    async with client("https://h.test/v1"):
        pass


@pytest.mark.parametrize(
    ("no_proxy", "url", "direct"),
    [
        ("*", "https://h.test", True),
        ("h.test", "https://h.test", True),
        ("h.test", "https://a.h.test", True),
        ("h.test", "https://ah.test", False),
        (".h.test", "https://h.test", True),
        ("*.h.test", "https://a.h.test", True),
        ("H.Test.", "https://h.test", True),
        ("a.test h.test", "https://h.test", True),
        ("h.test:8443", "https://h.test", False),
        ("h.test:443", "https://h.test", True),
        ("h.test:8443", "https://h.test:8443", True),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.1.2.3/8", "https://10.9.9.9", True),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("0.1.2.3", "https://10.1.2.3", False),
        ("fd00::/8", "https://[fd12::1]", True),
        ("fd00::/8", "https://[fe12::1]", False),
        ("fd00::/8", "https://h.test", False),
        ("[fd12::1]:8443", "https://[fd12::1]:8443", True),
        ("[fd12::1]:8443", "https://[fd12::1]", False),
        ("fd12::1", "https://[fd12::1]", True),
        ("https://h.test", "https://h.test", True),
        ("10.0.0.0/99,::/x,[::1,:,,h.test", "https://h.test", True),
        ("10.0.0.0/99,::/x,[::1,:,,*.", "https://h.test", False),
    ],
)
def test_what_no_proxy_excepts(
    no_proxy: str, url: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://p.test")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (chosen(url) is None) is direct


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("address", ["ftp://p", "http://p:99999", "http://", "http://[::1"])
async def test_the_variable_at_fault_is_named(
    name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, address)
    with pytest.raises(Offline) as raised:
        async with client("https://h.test"):
            pass
    told = f"{name}: not the address of an http, https or socks5 proxy"
    assert raised.value.message == told


async def _socks_server(refusal: bytes = b"") -> tuple[asyncio.Server, list[bytes]]:
    """A SOCKS 5 proxy that answers for the servers itself, and notes what it was asked for."""
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(3)
        writer.write(refusal or b"\x05\x00")
        if not refusal:
            head = await reader.readexactly(5)
            asked.append(await reader.readexactly(head[4]) + await reader.readexactly(2))
            writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x09")
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer(LIST))
        await writer.drain()
        writer.close()

    return await asyncio.start_server(handle, "127.0.0.1", 0), asked


async def test_a_socks_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    server, asked = await _socks_server()
    async with server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{port}")
        async with client("http://h.test") as opened:
            assert [row.id for row in (await opened.list()).rows] == ["a"]
    assert asked == [b"h.test\x00\x50"]


# httpcore leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("refusal", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05\xff", b"\x05"])
async def test_a_socks_proxy_that_refuses_is_named(
    refusal: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = await _socks_server(refusal)
    async with server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        monkeypatch.setenv("ALL_PROXY", f"socks5://{address}")
        async with client("http://h.test") as opened:
            with pytest.raises(Offline) as raised:
                await opened.create({})
    assert raised.value.message.startswith(f"proxy {address} (ALL_PROXY) ")
    assert not raised.value.may_have_arrived
    del raised
    gc.collect()
