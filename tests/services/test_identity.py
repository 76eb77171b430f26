"""What a server answers is taken for an assistant only if it can be that one."""

import httpx
import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import NotFound, WrongObject
from assistant_tui.core.resource import Capability
from assistant_tui.services.account_journal import AccountJournal
from tests.fakeserver.deviations import absent, after_carrying_out, answering, in_turn
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import draft_of, service_of, some, text_of

NEW = Draft().edited("name", "Fresh").edited("model", "m")


async def test_an_edit_meets_nobody_elses_assistant() -> None:
    one, other = some(2)
    server = StandaloneServer(one, other, retrieve=answering(other))
    async with service_of(server) as service:
        with pytest.raises(WrongObject):
            await service.save(draft_of(one, name='"Changed"'))
        with pytest.raises(WrongObject):
            await service.change("asst_2", lambda document: draft_of(document.text, name='"X"'))
        with pytest.raises(WrongObject):
            await service.delete("asst_2")
    assert server.parts == ["retrieve"] * 3


async def test_the_second_look_after_a_save_does_not_bring_another_one() -> None:
    """A server that alters what it is sent is looked at again; this one then shows another."""
    one, other = some(2)
    server = StandaloneServer(one, other, retrieve=in_turn(answering(one), answering(other)))
    server.deviations["modify"] = answering(text_of(2, name='"altered"'))
    async with service_of(server) as service:
        saved = await service.save(draft_of(one, name='"Changed"'))
    assert (saved.row.id, saved.row.name, saved.outcome.ignored) == (
        "asst_2",
        "altered",
        ("name",),
    )


async def test_a_row_below_the_one_above_is_taken_by_its_id_alone() -> None:
    server = StandaloneServer(*some(3), retrieve=absent)
    server.deviations["list"] = answering("[" + text_of(1) + "]")
    async with service_of(server) as service:
        with pytest.raises(NotFound):
            await service.fetch("asst_2", previous_id="asst_3")
        assert service.can(Capability.RETRIEVE)


async def test_a_deletion_answered_for_another_is_not_taken_for_done() -> None:
    server = StandaloneServer(*some(2), delete=answering('{"id": "asst_1", "deleted": true}'))
    async with service_of(server) as service:
        with pytest.raises(WrongObject, match="it is still there"):
            await service.delete("asst_2")
        server.deviations["retrieve"] = in_turn(server.answer, lambda _: httpx.Response(403))
        with pytest.raises(WrongObject, match="may have been deleted all the same"):
            await service.delete("asst_2")
    assert [*server.texts] == ["asst_2", "asst_1"]


async def test_a_create_answered_with_an_older_one_finds_what_it_made() -> None:
    """The older one is not among the newest; its age tells."""
    server = StandaloneServer(*some(30))
    server.deviations["create"] = after_carrying_out(
        server.answer, answering(text_of(2, name='"Fresh"'))
    )
    async with service_of(server, journal=AccountJournal()) as service:
        saved = await service.create(NEW)
    assert (saved.row.id, saved.answer_lost) == ("asst_new31", True)


@pytest.mark.parametrize("known", [[], ["asst_2"]])
@pytest.mark.parametrize("time", [{}, {"created_at": "null"}])
async def test_a_create_answered_with_an_older_one_is_no_success(
    known: list[str], time: dict[str, str]
) -> None:
    texts = [text_of(number, **time) for number in range(30, 0, -1)]
    server = StandaloneServer(*texts, create=answering(text_of(2, **time)))
    async with service_of(server) as service:
        with pytest.raises(WrongObject, match="it is not there"):
            await service.create(NEW, known=known)


async def test_an_id_that_somebody_left_may_be_that_of_a_new_one() -> None:
    """Some databases give the last number again once its row is gone."""
    server = StandaloneServer(*some(2))
    again = text_of(3, name='"Fresh"')

    def create(request: httpx.Request) -> httpx.Response:
        server.texts = {"asst_3": again, **server.texts}
        return httpx.Response(200, text=again)

    server.deviations["create"] = create
    async with service_of(server) as service:
        for _ in range(2):
            saved = await service.create(NEW, known=["asst_3"])
            assert (saved.row.id, saved.answer_lost) == ("asst_3", False)
            await service.delete("asst_3")


async def test_two_creates_side_by_side_are_never_the_same_one() -> None:
    server = StandaloneServer(*some(30))
    async with service_of(server) as service:
        first = await service.create(NEW)
        server.deviations["create"] = answering(server.texts[first.row.id])
        with pytest.raises(WrongObject):
            await service.create(NEW)


async def test_a_server_whose_clock_differs_is_believed_once_it_shows_the_new_one() -> None:
    server = StandaloneServer(*some(30))

    def create(request: httpx.Request) -> httpx.Response:
        old = text_of(99, created_at="5", name='"Fresh"')
        server.texts = {"asst_99": old, **server.texts}
        return httpx.Response(200, text=old)

    server.deviations["create"] = create
    async with service_of(server) as service:
        assert (await service.create(NEW)).row.id == "asst_99"
    assert server.parts == ["list", "create", "list"]
