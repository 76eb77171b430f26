"""A new assistant: what is sent, what comes back, and what is learned of the server."""

import httpx
import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Invalid, NotServed
from assistant_tui.core.resource import Capability
from tests.fakeserver.deviations import refusing
from tests.fakeserver.standalone import StandaloneServer
from tests.services.support import embedded, service_of

NEW = Draft(preset={"model": '"m"'}).edited("name", "Fresh")


async def test_only_what_was_given_is_sent() -> None:
    server = StandaloneServer()
    async with service_of(server) as service:
        saved = await service.create(NEW)
    assert server.bodies == ['{"model": "m", "name": "Fresh"}']
    assert saved.row.name == "Fresh"
    assert saved.outcome.as_asked and not saved.answer_lost


async def test_the_embedded_server_has_it_first() -> None:
    async with embedded(3) as (service, _):
        saved = await service.create(NEW)
        assert (await service.page()).rows[0].id == saved.row.id
        assert saved.outcome.as_asked


async def test_what_the_server_ignored_is_told() -> None:
    server = StandaloneServer(
        create=lambda _: httpx.Response(200, text='{"id": "a", "model": "m"}')
    )
    async with service_of(server) as service:
        assert (await service.create(NEW)).outcome.ignored == ("name",)


@pytest.mark.parametrize("status", [405, 501])
async def test_a_server_that_cannot_create_is_known_by_it(status: int) -> None:
    async with service_of(StandaloneServer(create=refusing(status))) as service:
        with pytest.raises(NotServed):
            await service.create(NEW)
        assert not service.can(Capability.CREATE)


async def test_a_404_may_be_about_the_model_and_forbids_nothing() -> None:
    async with service_of(StandaloneServer(create=refusing(404))) as service:
        with pytest.raises(NotServed):
            await service.create(NEW)
        assert service.can(Capability.CREATE)


async def test_what_the_server_refuses_is_not_looked_for() -> None:
    server = StandaloneServer(create=refusing(400))
    async with service_of(server) as service:
        with pytest.raises(Invalid, match="said 400"):
            await service.create(NEW)
    assert server.parts == ["list", "create"]
