"""`/models` lists what is configured and what backends have; examples where there is nothing."""

from collections.abc import Sequence

import httpx
import pytest

from assistant_tui.server.app import create_app
from assistant_tui.server.run_api import MODELS
from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.runs.models import ChosenModel, ListedModel
from tests.stores import SampleStore


class Listed:
    """Chat models that can only be listed."""

    def __init__(self, *names: str, error: str = "") -> None:
        self._names = names
        self._error = error

    async def choose(self, model: str) -> ChosenModel:
        """None of them answers."""
        raise ChatError("not here")

    async def list_models(self) -> Sequence[ListedModel]:
        """The names."""
        if self._error:
            raise ChatError(self._error)
        return [ListedModel(name, 17, "library") for name in self._names]

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("configured", "listed", "names"),
    [
        ([], Listed(), [*MODELS]),
        ([], Listed("a", "far/b"), ["a", "far/b"]),
        (["own", "a"], Listed("a", "b"), ["own", "a", "b"]),
        (["own"], Listed(error="a setting is wrong"), ["own"]),
    ],
)
async def test_the_models_of_all(configured: list[str], listed: Listed, names: list[str]) -> None:
    app = create_app(SampleStore(0), models=configured, make_chat_models=lambda: listed)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://local"
    ) as client:
        page = (await client.get("/models")).json()
        assert [each["id"] for each in page["data"]] == names
        for each in page["data"]:
            assert (await client.get(f"/models/{each['id']}")).json() == each
        assert (await client.get("/models/other")).status_code == 404


async def test_what_a_backend_says_of_a_model_is_passed_on() -> None:
    app = create_app(SampleStore(0), models=["own", "a"], make_chat_models=lambda: Listed("a"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://local"
    ) as client:
        page = (await client.get("/models")).json()
    own, passed_on = page["data"]
    assert page["served_by"] == "assistant-tui"
    same = {"object": "model"}
    assert own == {"id": "own", "created": 0, "owned_by": "assistant-tui", **same}
    assert passed_on == {"id": "a", "created": 17, "owned_by": "library", **same}
