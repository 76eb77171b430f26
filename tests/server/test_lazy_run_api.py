"""What the larger part of the API needs is made at its first request, once, and closed."""

import asyncio

import httpx

from assistant_tui.server.app import create_app
from assistant_tui.server.runs.canned import CannedModels
from assistant_tui.server.sample_store import SampleStore


class Counted:
    """Makes models that are counted when they are made and when they are closed."""

    def __init__(self) -> None:
        self.made = self.closed = 0

    def make(self) -> CannedModels:
        """Models that are closed once."""
        counted = self
        counted.made += 1

        class Closed(CannedModels):
            async def aclose(self) -> None:
                counted.closed += 1

        return Closed()


async def test_first_requests_that_come_together_share_what_is_made() -> None:
    counted = Counted()
    app = create_app(SampleStore(1), models=(), make_chat_models=counted.make)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as http:
        assert (await http.get("/assistants")).status_code == 200
        assert counted.made == 0
        paths = ("/models", "/threads", "/files", "/vector_stores", "/nothing")
        answers = await asyncio.gather(*map(http.get, paths))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 404]
    assert (counted.made, counted.closed) == (1, 0)
    await app.state.close()
    assert (counted.made, counted.closed) == (1, 1)


async def test_what_was_never_asked_for_is_not_made_to_be_closed() -> None:
    counted = Counted()
    app = create_app(SampleStore(1), models=(), make_chat_models=counted.make)
    await app.state.close()
    assert (counted.made, counted.closed) == (0, 0)


async def test_on_a_socket_it_is_made_before_the_first_request() -> None:
    counted = Counted()
    app = create_app(SampleStore(1), models=(), make_chat_models=counted.make)
    async with app.router.lifespan_context(app):
        assert (counted.made, counted.closed) == (1, 0)
    assert (counted.made, counted.closed) == (1, 1)
