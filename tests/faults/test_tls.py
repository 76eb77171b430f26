"""TLS that fails, before anything is sent: no write arrives, and what is wrong is said."""

import datetime
import ssl
from pathlib import Path

import pytest
import trustme

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.errors import Offline
from assistant_tui.transport.retries import MOST_RETRIES
from tests.api.support import KEY, KeyRing
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Proxy, sound
from tests.faults.clients import ACTIONS, DONE, Waits, client

PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs the certificates here."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    """The authority as a profile names it."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def refused(opened: AssistantsClient, embedded_server: EmbeddedServer, words: str) -> None:
    """None of the five methods gets through, and each says why."""
    one = embedded_server.make("Old")
    for part, action in ACTIONS.items():
        with pytest.raises(Offline, match=words) as raised:
            await action(opened, one)
        assert not raised.value.may_have_arrived, part
    assert embedded_server.names() == ["Old"]


async def test_a_certificate_that_has_run_out(
    embedded_server: EmbeddedServer, authority: trustme.CA, ca_file: str
) -> None:
    waits = Waits()
    with Proxy(
        embedded_server, context(authority.issue_cert("localhost", not_after=PAST))
    ) as proxy:
        async with client(proxy.url, waits, ca_file=ca_file, key=KeyRing(KEY)) as opened:
            await refused(
                opened, embedded_server, "certificate of localhost:.* not trusted .*expired"
            )
        assert (waits.seconds, proxy.requests) == ([], [])


async def test_a_certificate_of_another_host(
    embedded_server: EmbeddedServer, authority: trustme.CA, ca_file: str
) -> None:
    with Proxy(embedded_server, context(authority.issue_cert("other.test"))) as proxy:
        async with client(proxy.url, ca_file=ca_file, key=KeyRing(KEY)) as opened:
            await refused(opened, embedded_server, "not valid for 'localhost'")
        assert proxy.requests == []


async def test_a_certificate_of_nobody_known(
    embedded_server: EmbeddedServer, authority: trustme.CA
) -> None:
    with Proxy(embedded_server, context(authority.issue_cert("localhost"))) as proxy:
        async with client(proxy.url, key=KeyRing(KEY)) as opened:
            await refused(opened, embedded_server, "ca_file in the profile names")
        assert proxy.requests == []


async def test_tls_to_a_plain_port(proxy: Proxy, embedded_server: EmbeddedServer) -> None:
    waits = Waits()
    async with client(f"https://127.0.0.1:{proxy.port}/v1", waits, key=KeyRing(KEY)) as opened:
        await refused(opened, embedded_server, r"TLS: no secure connection to 127\.0\.0\.1:\d+ \(")
    assert len(waits.seconds) == MOST_RETRIES * len(ACTIONS), "it was sent by nobody, so once more"
    assert proxy.requests == []


@pytest.mark.parametrize("part", ACTIONS)
async def test_a_handshake_that_is_reset_is_tried_again(
    part: str, embedded_server: EmbeddedServer, authority: trustme.CA, ca_file: str
) -> None:
    one = embedded_server.make("Old")
    with Proxy(embedded_server, context(authority.issue_cert("localhost"))) as proxy:
        proxy.once("arrival", sound)
        async with client(proxy.url, ca_file=ca_file) as opened:
            await ACTIONS[part](opened, one)
    assert embedded_server.names() == DONE[part]


async def test_a_plain_request_to_a_port_that_speaks_tls(
    embedded_server: EmbeddedServer, authority: trustme.CA
) -> None:
    """It is sent, but nobody there can read it."""
    one = embedded_server.make("Old")
    with Proxy(embedded_server, context(authority.issue_cert("localhost"))) as proxy:
        async with client(f"http://127.0.0.1:{proxy.port}/v1") as opened:
            for action in ACTIONS.values():
                with pytest.raises(
                    Offline, match=r"without an answer, or does not speak HTTP|lost"
                ):
                    await action(opened, one)
        assert proxy.requests == []
    assert embedded_server.names() == ["Old"]
