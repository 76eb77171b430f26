"""Writes whose answer never came: looked for, told, and never sent twice."""

import httpx
import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Offline, ServerFault, ServiceError, Unreadable
from tests.fakeserver.deviations import (
    SyncHandler,
    after_carrying_out,
    in_turn,
    lost,
    refusing,
    unreachable,
)
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import draft_of, service_of, some, text_of

NEW = Draft().edited("name", "Fresh").edited("model", "m")


def slow(request: httpx.Request) -> httpx.Response:
    """The server got it all, but takes too long."""
    raise httpx.ReadTimeout("slow")


def cut(request: httpx.Request) -> httpx.Response:
    """An answer that ends too early."""
    return httpx.Response(200, text='{"id": "asst_')


ANSWERS = [lost, slow, cut, refusing(500), refusing(502), refusing(504)]
"""All that may come back of a request that the server may have carried out."""


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_create_that_arrived_is_found(answer: SyncHandler) -> None:
    server = StandaloneServer(*some(3))
    server.deviations["create"] = after_carrying_out(server.answer, answer)
    async with service_of(server) as service:
        saved = await service.create(NEW, known=["asst_3", "asst_2", "asst_1"])
    assert (saved.row.id, saved.row.name, saved.answer_lost) == ("asst_new4", "Fresh", True)
    assert server.parts == ["list", "create", "list"]
    assert len(server.texts) == 4


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_create_that_did_not_arrive_is_told_and_not_repeated(answer: SyncHandler) -> None:
    server = StandaloneServer(*some(3), create=answer)
    async with service_of(server) as service:
        with pytest.raises(ServiceError) as caught:
            await service.create(NEW)
    assert caught.value.message.startswith("it is not there, but may still arrive: ")
    assert server.parts == ["list", "create", "list"]
    assert len(server.texts) == 3


async def test_an_older_twin_is_not_taken_for_the_new_one() -> None:
    server = StandaloneServer(text_of(2, name='"Fresh"'), text_of(1), create=lost)
    async with service_of(server) as service:
        with pytest.raises(Offline, match="it is not there"):
            await service.create(NEW, known=["asst_2", "asst_1"])


async def test_a_strangers_new_one_is_not_taken_for_ours() -> None:
    """It came after the list was loaded, and has more than what was sent, or was there before."""
    server = StandaloneServer(text_of(2, instructions='"theirs"'), text_of(1), create=refusing(500))
    async with service_of(server) as service:
        with pytest.raises(ServerFault, match="it is not there"):
            await service.create(Draft().edited("model", "m"), known=["asst_1"])


async def test_one_that_arrives_late_is_found_by_the_next_try_and_not_made_twice() -> None:
    server = StandaloneServer(*some(2), create=lost)
    async with service_of(server) as service:
        with pytest.raises(Offline):
            await service.create(NEW)
        server.texts = {"asst_late": text_of(9, id='"asst_late"', name='"Fresh"'), **server.texts}
        saved = await service.create(NEW)
    assert (saved.row.id, saved.answer_lost) == ("asst_late", True)
    assert server.count("create") == 1


async def test_what_is_tried_again_and_has_not_arrived_is_made() -> None:
    server = StandaloneServer(*some(2), create=lost)
    async with service_of(server) as service:
        with pytest.raises(Offline):
            await service.create(NEW)
        del server.deviations["create"]
        assert (await service.create(NEW)).answer_lost is False
        assert (await service.create(NEW)).answer_lost is False, "two that are wanted are two"
    assert len(server.texts) == 4


async def test_one_that_nobody_can_read_is_not_taken_for_the_new_one() -> None:
    server = StandaloneServer(text_of(2, name='"Fresh"', tools='"odd"'), create=lost)
    async with service_of(server) as service:
        with pytest.raises(Offline, match="it is not there"):
            await service.create(NEW)


async def test_a_create_that_cannot_be_looked_for_says_so() -> None:
    server = StandaloneServer(create=lost)
    server.deviations["list"] = in_turn(server.answer, unreachable)
    async with service_of(server) as service:
        with pytest.raises(Offline, match="may have been created all the same: "):
            await service.create(NEW)
    assert server.count("create") == 1


async def test_nothing_is_created_before_it_is_known_what_is_there() -> None:
    server = StandaloneServer(list=in_turn(unreachable, unreachable, unreachable, lost))
    async with service_of(server) as service:
        with pytest.raises(Offline, match="nothing was sent yet: ") as caught:
            await service.create(NEW)
    assert not caught.value.may_have_arrived
    assert server.count("create") == 0


@pytest.mark.parametrize("status", [403, 404, 422])
async def test_where_nothing_is_ever_listed_a_lost_create_is_not_looked_for(status: int) -> None:
    server = StandaloneServer(text_of(1, name='"Fresh"'), list=refusing(status))
    server.deviations["create"] = in_turn(lost, server.answer)
    async with service_of(server) as service:
        with pytest.raises(Offline, match="may have been created all the same: "):
            await service.create(NEW)
        assert (await service.create(NEW)).answer_lost is False
    assert server.parts == ["list", "create", "list", "create"]


async def test_a_create_that_was_never_sent_is_not_looked_for() -> None:
    server = StandaloneServer(create=unreachable)
    async with service_of(server) as service:
        with pytest.raises(Offline) as caught:
            await service.create(NEW)
    assert server.count("list") == 1, "only to know what was there before"
    assert "created" not in caught.value.message


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_save_that_arrived_is_found(answer: SyncHandler) -> None:
    server = StandaloneServer(text_of(1))
    server.deviations["modify"] = after_carrying_out(server.answer, answer)
    async with service_of(server) as service:
        saved = await service.save(draft_of(text_of(1), name='"x"'))
    assert (saved.row.name, saved.answer_lost, saved.outcome.as_asked) == ("x", True, True)
    assert server.parts == ["retrieve", "modify", "retrieve"]


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_save_that_did_not_arrive_is_told_and_not_repeated(answer: SyncHandler) -> None:
    server = StandaloneServer(text_of(1), modify=answer)
    async with service_of(server) as service:
        with pytest.raises(ServiceError) as caught:
            await service.save(draft_of(text_of(1), name='"x"'))
    assert caught.value.message.startswith("the change is not there, but may still arrive: ")
    assert server.parts == ["retrieve", "modify", "retrieve"]


async def test_a_save_that_cannot_be_looked_at_says_so() -> None:
    server = StandaloneServer(text_of(1), modify=lost)
    server.deviations["retrieve"] = in_turn(server.answer, unreachable)
    async with service_of(server) as service:
        with pytest.raises(Offline, match="it may have been saved all the same: "):
            await service.save(draft_of(text_of(1), name='"x"'))
    assert server.count("modify") == 1


async def test_a_save_that_was_never_sent_is_not_looked_at() -> None:
    server = StandaloneServer(text_of(1), modify=unreachable)
    async with service_of(server) as service:
        with pytest.raises(Offline) as caught:
            await service.save(draft_of(text_of(1), name='"x"'))
    assert server.count("retrieve") == 1
    assert "saved" not in caught.value.message


async def test_a_lost_save_of_the_whole_is_found_by_the_whole() -> None:
    text = text_of(1, instructions='"i"')
    server = StandaloneServer(text)
    server.deviations["modify"] = after_carrying_out(server.answer, lost)
    async with service_of(server, full_replace=True) as service:
        saved = await service.save(draft_of(text, name='"x"'))
    assert saved.answer_lost and saved.row.name == "x"


async def test_a_fault_keeps_its_status() -> None:
    server = StandaloneServer(text_of(1), modify=refusing(503))
    async with service_of(server) as service:
        with pytest.raises(ServerFault, match=r"may still arrive: said 503 \(status 503\)"):
            await service.save(draft_of(text_of(1), name='"x"'))


async def test_an_unreadable_answer_to_a_save_that_did_nothing() -> None:
    page = httpx.Response(200, text="<html>please log in</html>")
    server = StandaloneServer(text_of(1), modify=lambda request: page)
    async with service_of(server) as service:
        with pytest.raises(Unreadable, match="the change is not there"):
            await service.save(draft_of(text_of(1), name='"x"'))
    assert server.count("modify") == 1
