"""Creates, saves and deletions of the service whose requests, or the looks after them, go wrong."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import NotServed, Offline, ServiceError
from assistant_tui.core.verification import SaveResult
from assistant_tui.services.assistants import AssistantService
from assistant_tui.transport.retries import MOST_RETRIES
from tests.fakeserver.embedded_server import EmbeddedServer
from tests.fakeserver.proxy import Exchange, Proxy, sound
from tests.faults.clients import DONE, PATIENT, service
from tests.faults.faults import (
    TROUBLES,
    Trouble,
    longer_than_it_said,
    reset_after_it_is_done,
    reset_before_it_is_done,
    reset_in_the_request,
)
from tests.services.support import draft_of

NEW = Draft().edited("name", "New").edited("model", "gpt-4o")
LOOKS = ("list", "retrieve")
ONCE_SILENT = 1.0
"""Seconds of time-out where the look that follows has to be answered within it."""


async def create(service: AssistantService, one: str) -> SaveResult | None:
    """Create `New`."""
    return await service.create(NEW)


async def modify(service: AssistantService, one: str) -> SaveResult | None:
    """Rename `Old` to `New`."""
    return await service.save(draft_of((await service.fetch(one)).text, name='"New"'))


async def delete(service: AssistantService, one: str) -> SaveResult | None:
    """Delete `Old`."""
    await service.delete(one)
    return None


Operation = Callable[[AssistantService, str], Awaitable[SaveResult | None]]
OPERATIONS: Mapping[str, Operation] = {"create": create, "modify": modify, "delete": delete}
NOT_THERE = {
    "create": "it is not there, but may still arrive: ",
    "modify": "the change is not there, but may still arrive: ",
    "delete": "it is still there: ",
}
PERHAPS = {
    "create": "it may have been created all the same: ",
    "modify": "it may have been saved all the same: ",
    "delete": "it may have been deleted all the same: ",
}


def once(trouble: Trouble) -> float:
    """The time-out for one such fault."""
    return ONCE_SILENT if trouble.silent else PATIENT


@pytest.mark.parametrize("part", OPERATIONS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_a_write_that_goes_wrong_is_found_or_said_and_done_once(
    trouble: Trouble, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one = embedded_server.make("Old")
    proxy.once(part, trouble.act)
    done = trouble.carried_out or trouble.is_repeated(part)
    async with service(proxy.url, timeout=once(trouble)) as opened:
        if done:
            saved = await OPERATIONS[part](opened, one)
            assert saved is None or saved.answer_lost is trouble.carried_out
        else:
            with pytest.raises(ServiceError, match=trouble.words) as raised:
                await OPERATIONS[part](opened, one)
            assert raised.value.message.startswith(NOT_THERE[part]) is not trouble.certain
            assert embedded_server.names() == ["Old"]
            if trouble.error is NotServed:
                return  # Such a server is not asked again.
            await OPERATIONS[part](opened, one)
    assert embedded_server.names() == DONE[part]


@pytest.mark.parametrize("part", OPERATIONS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_a_write_that_goes_wrong_without_end_is_found_or_said(
    trouble: Trouble, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one = embedded_server.make("Old")
    proxy.always(trouble.act, part)
    async with service(proxy.url, timeout=once(trouble)) as opened:
        if trouble.carried_out:
            await OPERATIONS[part](opened, one)
        else:
            with pytest.raises(ServiceError, match=trouble.words) as raised:
                await OPERATIONS[part](opened, one)
            assert raised.value.message.startswith(NOT_THERE[part]) is not trouble.certain
    assert embedded_server.names() == (DONE[part] if trouble.carried_out else ["Old"])


@pytest.mark.parametrize("part", OPERATIONS)
@pytest.mark.parametrize("trouble", [each for each in TROUBLES if not each.certain], ids=str)
async def test_where_nobody_can_look_it_is_said_that_it_may_be_done(
    trouble: Trouble, part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    if part == "delete" and trouble.deletes:
        pytest.skip("the answer says that it is done")
    one = embedded_server.make("Old")
    async with service(proxy.url, timeout=once(trouble)) as opened:

        async def spoil(exchange: Exchange) -> None:
            proxy.always(reset_in_the_request, *LOOKS)
            await trouble.act(exchange)

        proxy.always(spoil, part)
        with pytest.raises(trouble.error, match=trouble.words) as raised:
            await OPERATIONS[part](opened, one)
        assert raised.value.message.startswith(PERHAPS[part])
        assert embedded_server.names() == (DONE[part] if trouble.carried_out else ["Old"])
        proxy.mend()
        await OPERATIONS[part](opened, one)
    assert embedded_server.names() == DONE[part]


@pytest.mark.parametrize("part", OPERATIONS)
async def test_a_write_on_a_connection_with_the_rest_of_another_answer(
    part: str, proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    one = embedded_server.make("Old")
    async with service(proxy.url) as opened:
        await opened.fetch(one)
        proxy.once("list" if part == "create" else "retrieve", longer_than_it_said)
        with pytest.raises(ServiceError):
            await OPERATIONS[part](opened, one)
        assert embedded_server.names() == ["Old"], (
            "nothing is sent before it is known what is there"
        )
        await OPERATIONS[part](opened, one)
    assert embedded_server.names() == DONE[part]


async def test_a_twin_that_was_there_before_is_not_taken_for_what_was_lost(
    proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    """The look before the create fails, so that nobody knows which of the two is new."""
    async with service(proxy.url) as opened:
        first = await opened.create(NEW)
        proxy.once("list", *[reset_in_the_request] * (MOST_RETRIES + 1))
        proxy.once("create", reset_in_the_request)
        with pytest.raises(Offline, match="nothing was sent yet: "):
            await opened.create(NEW)
        with pytest.raises(Offline, match="it is not there, but may still arrive: "):
            await opened.create(NEW)
        assert embedded_server.names() == ["New"]
        second = await opened.create(NEW)
    assert second.row.id != first.row.id
    assert embedded_server.names() == ["New", "New"]


async def test_a_create_that_arrives_when_nobody_looks_any_more_is_found_by_the_next_try(
    proxy: Proxy, embedded_server: EmbeddedServer
) -> None:
    proxy.once("create", reset_before_it_is_done)
    async with service(proxy.url) as opened:
        with pytest.raises(Offline, match="it is not there, but may still arrive"):
            await opened.create(NEW)
        embedded_server.make("New")
        saved = await opened.create(NEW)
    assert saved.answer_lost
    assert embedded_server.names() == ["New"]


async def test_a_deletion_of_which_nobody_knows_can_be_undone(
    proxy: Proxy, embedded_server: EmbeddedServer, tmp_path: Path
) -> None:
    one = embedded_server.make("Old")
    async with service(proxy.url, tmp_path / "journal.db") as opened:
        proxy.always(reset_after_it_is_done, "delete")
        proxy.once("retrieve", sound, *[reset_in_the_request] * (MOST_RETRIES + 1))
        with pytest.raises(Offline, match=PERHAPS["delete"]):
            await opened.delete(one)
        assert [entry.object_id for entry in await opened.journal.trash()] == [one]
