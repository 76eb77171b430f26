"""What tests of runs share: a model that says what a test wants, and a server with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.runs.support import Api, ScriptedModel, server


@pytest.fixture
def model() -> ScriptedModel:
    """A model without a script yet."""
    return ScriptedModel()


@pytest.fixture
async def api(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Api]:
    """A server with this model."""
    async with server(tmp_path / "store.db", model) as api:
        yield api
