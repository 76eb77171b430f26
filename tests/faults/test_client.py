"""The five methods of the client under each fault, once and without end."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from assistant_tui.core.errors import Offline, TimedOut, Unreadable
from assistant_tui.transport.retries import MOST_RETRIES, MOST_RETRIES_AS_TOLD
from tests.api.support import KEY, KeyRing
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Proxy, sound
from tests.faults.clients import ACTIONS, DONE, PATIENT, Waits, client
from tests.faults.faults import (
    HELPED,
    READS,
    TROUBLES,
    Trouble,
    drip_for_ever,
    limited,
    longer_than_it_said,
    redirected,
)

ONCE_SILENT = 1.5
"""Seconds of time-out where the next attempt has to be answered within it."""


@pytest.mark.parametrize("part", ACTIONS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_one_fault_is_got_over_or_said(
    trouble: Trouble, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one, waits = embedded_server.make("Old"), Waits()
    proxy.once(part, trouble.act)
    repeated = trouble.is_repeated(part)
    async with client(proxy.url, waits, ONCE_SILENT if trouble.silent else PATIENT) as opened:
        got_over = repeated or trouble.is_asked_in_parts(part)
        with nullcontext() if got_over else is_said(trouble, part):
            await ACTIONS[part](opened, one)
    assert len(waits.seconds) == repeated
    assert embedded_server.names() == (DONE[part] if trouble.carried_out or repeated else ["Old"])


@pytest.mark.parametrize("part", ACTIONS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_a_fault_without_end_is_said_and_no_write_is_doubled(
    trouble: Trouble, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one, waits = embedded_server.make("Old"), Waits()
    proxy.always(trouble.act, part)
    async with client(proxy.url, waits, 0.2 if trouble.silent else PATIENT) as opened:
        with is_said(trouble, part):
            await ACTIONS[part](opened, one)
    most = MOST_RETRIES_AS_TOLD if str(trouble) == "429" else MOST_RETRIES
    assert len(waits.seconds) == (most if trouble.is_repeated(part) else 0)
    assert embedded_server.names() == (DONE[part] if trouble.carried_out else ["Old"])


@contextmanager
def is_said(trouble: Trouble, part: str) -> Iterator[None]:
    """The error says what happened, and whether the server may have acted."""
    if trouble.deletes and part == "delete":
        yield
        return
    with pytest.raises(trouble.error, match=trouble.words) as raised:
        yield
    assert raised.value.may_have_arrived is (part not in READS and not trouble.certain)


@pytest.mark.parametrize("part", ACTIONS)
@pytest.mark.parametrize("odd", HELPED)
async def test_what_is_no_fault_is_none(
    odd: str, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one, waits = embedded_server.make("Old"), Waits()
    proxy.once(part, HELPED[odd])
    async with client(proxy.url, waits) as opened:
        await ACTIONS[part](opened, one)
        assert (waits.seconds, embedded_server.names()) == ([], DONE[part])
        await opened.list()


@pytest.mark.parametrize("part", ACTIONS)
async def test_a_connection_that_is_reset_on_its_arrival(
    part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    """It may break before the request is sent, which is then sent again, or after."""
    one = embedded_server.make("Old")
    proxy.once("arrival", sound)
    async with client(proxy.url) as opened:
        try:
            await ACTIONS[part](opened, one)
        except Offline as error:
            assert part in ("create", "modify")
            assert error.may_have_arrived
            assert embedded_server.names() == ["Old"]
        else:
            assert embedded_server.names() == DONE[part]


@pytest.mark.parametrize("part", ACTIONS)
async def test_an_answer_in_drips_ends(
    part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one, waits = embedded_server.make("Old"), Waits()
    proxy.always(drip_for_ever, part)
    async with client(proxy.url, waits, 0.1) as opened:
        with pytest.raises(TimedOut, match="within"):
            await ACTIONS[part](opened, one)
    assert embedded_server.names() == ["Old"]


@pytest.mark.parametrize("part", ACTIONS)
async def test_a_server_is_left_alone_as_long_as_it_asks(
    part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one, waits = embedded_server.make("Old"), Waits()
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    headers = [{"retry_after": "3"}, {"retry_after": soon}]
    proxy.once(part, *(limited(**each) for each in headers))
    async with client(proxy.url, waits) as opened:
        await ACTIONS[part](opened, one)
    exact, until = waits.seconds
    assert exact == 3
    assert 0 < until <= 60
    assert proxy.count(part) == 3
    assert embedded_server.names() == DONE[part]


@pytest.mark.parametrize("part", ACTIONS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_request_and_no_key_goes_where_a_redirect_points(
    status: int, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one = embedded_server.make("Old")
    with Proxy(embedded_server) as elsewhere:
        proxy.once(part, redirected(status, f"{elsewhere.url}/assistants"))
        async with client(proxy.url, key=KeyRing(KEY)) as opened:
            with pytest.raises(Unreadable, match=f"points to http://127.0.0.1:{elsewhere.port}"):
                await ACTIONS[part](opened, one)
        assert elsewhere.connections == 0
    assert embedded_server.names() == ["Old"]


async def test_a_host_that_nobody_knows() -> None:
    for part, action in ACTIONS.items():
        async with client("http://assistants.invalid/v1") as opened:
            with pytest.raises(Offline, match=r"^host unknown: assistants\.invalid$") as raised:
                await action(opened, "asst_1")
        assert not raised.value.may_have_arrived, part


@pytest.mark.parametrize("part", [*READS, "delete"])
async def test_what_is_left_of_one_answer_is_taken_for_no_other(
    part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one = embedded_server.make("Old")
    proxy.once("list", longer_than_it_said)
    async with client(proxy.url) as opened:
        with pytest.raises(Unreadable):
            await opened.list()
        await ACTIONS[part](opened, one)
    assert embedded_server.names() == DONE[part]
