"""A deletion, and what can be believed of the answer to it."""

import httpx
import pytest

from assistant_tui.core.errors import (
    Forbidden,
    NotServed,
    Offline,
    ServerFault,
    ServiceError,
    Unreadable,
)
from assistant_tui.core.resource import Capability
from assistant_tui.services.writes import WriteContext
from tests.fakeserver.deviations import (
    SyncHandler,
    absent,
    after_carrying_out,
    lost,
    refusing,
    unreachable,
)
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import embedded, service_of, some


async def test_a_deletion_looks_first_at_what_it_takes_away() -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        await service.delete("asst_2", WriteContext(previous_id="asst_3"))
    assert server.parts == ["retrieve", "delete"]
    assert [*server.texts] == ["asst_3", "asst_1"]


async def test_the_embedded_server_deletes_just_this_one() -> None:
    async with embedded(3) as (service, _):
        first, second, third = (await service.page()).rows
        await service.delete(second.id, WriteContext(previous_id=first.id))
        assert [row.id for row in (await service.page()).rows] == [first.id, third.id]


async def test_what_is_gone_already_counts_as_deleted() -> None:
    server = StandaloneServer(*some(3))
    async with service_of(server) as service:
        await service.delete("asst_9", WriteContext(previous_id="asst_3"))
        assert service.can(Capability.DELETE)


@pytest.mark.parametrize("answer", [refusing(500), refusing(502), lost])
async def test_a_failure_after_it_was_deleted_counts_as_deleted(answer: SyncHandler) -> None:
    server = StandaloneServer(*some(3))
    server.deviations["delete"] = after_carrying_out(server.answer, answer)
    async with service_of(server) as service:
        await service.delete("asst_2", WriteContext(previous_id="asst_3"))
    assert [*server.texts] == ["asst_3", "asst_1"]


async def test_a_deletion_whose_repetition_finds_nothing_counts_as_deleted() -> None:
    server = StandaloneServer(*some(3))

    def fails_once(request: httpx.Request) -> httpx.Response:
        del server.deviations["delete"]
        return after_carrying_out(server.answer, refusing(500))(request)

    server.deviations["delete"] = fails_once
    async with service_of(server) as service:
        await service.delete("asst_2", WriteContext(previous_id="asst_3"))
    assert server.parts == ["retrieve", "delete", "delete"]
    assert len(server.texts) == 2


@pytest.mark.parametrize("answer", [refusing(500), lost])
async def test_a_failure_that_deleted_nothing_is_told(answer: SyncHandler) -> None:
    server = StandaloneServer(*some(3), delete=answer)
    async with service_of(server) as service:
        with pytest.raises(ServiceError) as caught:
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))
        assert service.can(Capability.DELETE)
    assert caught.value.message.startswith("it is still there: ")


async def test_a_failure_that_cannot_be_looked_into_says_so() -> None:
    server = StandaloneServer(*some(3))

    def lost_with_all_else(request: httpx.Request) -> httpx.Response:
        server.deviations["retrieve"] = unreachable
        return lost(request)

    server.deviations["delete"] = lost_with_all_else
    async with service_of(server) as service:
        with pytest.raises(Offline, match="it may have been deleted all the same: "):
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))


async def test_what_was_never_sent_is_not_looked_into() -> None:
    server = StandaloneServer(*some(3), delete=unreachable)
    async with service_of(server) as service:
        with pytest.raises(Offline):
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))
    assert server.count("retrieve") == 1


SILENT = [httpx.Response(204), httpx.Response(200, text="{}"), httpx.Response(200, text="OK")]
"""Success, but not a word of a deletion."""


@pytest.mark.parametrize("answer", SILENT)
async def test_success_without_a_word_is_looked_after(answer: httpx.Response) -> None:
    server = StandaloneServer(*some(3), delete=lambda request: answer)
    async with service_of(server) as service:
        with pytest.raises(Unreadable, match="it is still there: ") as caught:
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))
        assert caught.value.may_have_arrived
        server.deviations["delete"] = after_carrying_out(server.answer, lambda request: answer)
        await service.delete("asst_2", WriteContext(previous_id="asst_3"))
    assert "asst_2" not in server.texts
    assert server.parts == ["retrieve", "delete", "retrieve"] * 2


async def test_a_server_that_answers_that_it_did_not_delete() -> None:
    answer = httpx.Response(200, text='{"id": "asst_2", "deleted": false}')
    server = StandaloneServer(*some(3), delete=lambda request: answer)
    async with service_of(server) as service:
        with pytest.raises(ServerFault, match="did not delete"):
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_server_that_has_it_but_cannot_delete_it(status: int) -> None:
    server = StandaloneServer(*some(3), delete=refusing(status))
    async with service_of(server) as service:
        with pytest.raises(NotServed, match="cannot delete assistants") as caught:
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))
        assert not service.can(Capability.DELETE)
    assert caught.value.status == status


async def test_a_server_without_retrieve_is_asked_through_its_list() -> None:
    server = StandaloneServer(*some(3), delete=refusing(500), retrieve=absent)
    async with service_of(server) as service:
        with pytest.raises(ServerFault, match="still there"):
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))
        del server.texts["asst_2"]
        await service.delete("asst_2", WriteContext(previous_id="asst_3"))
        assert not service.can(Capability.RETRIEVE)


async def test_a_refusal_is_the_servers_word() -> None:
    server = StandaloneServer(*some(3), delete=refusing(403))
    async with service_of(server) as service:
        with pytest.raises(Forbidden, match="said 403"):
            await service.delete("asst_2", WriteContext(previous_id="asst_3"))
    assert server.parts == ["retrieve", "delete"]
