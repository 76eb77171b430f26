"""Settings that cannot be used, and proxies, are named by the setting that they stand in."""

from pathlib import Path
from typing import Any

import pytest

from assistant_tui.core.errors import Offline
from tests.fakeserver.raw_sockets import client, refused_port, serving


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
    monkeypatch.setenv("NO_PROXY", "h.invalid")
    async with client(f"http://h.invalid:{port}") as opened:
        with pytest.raises(Offline, match=r"host unknown: h.invalid"):
            await opened.list()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.1"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_what_is_for_this_machine_leaves_it_by_no_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, host: str, name: str
) -> None:
    """Plain http is allowed there, so the key could be read on the way to a proxy."""
    here = await refused_port()
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]") as port:
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        async with client(f"http://{host}:{here}") as opened:
            with pytest.raises(Offline) as raised:
                await opened.list()
    assert "PROXY" not in raised.value.message


async def test_a_proxy_that_refuses_is_named() -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    async with serving(refusal) as port:
        proxy = f"http://127.0.0.1:{port}"
        async with client("https://h.test", proxy=proxy) as opened:
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


@pytest.mark.parametrize("proxy", ["ftp://p.test", "socks4://p.test", "http://p:port"])
async def test_a_proxy_that_cannot_be_used(proxy: str) -> None:
    assert (await opening_fails(proxy=proxy)).startswith("proxy in the profile")
