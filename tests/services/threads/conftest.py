"""What tests of threads share: a model that says what a test wants."""

import pytest

from tests.server.runs.support import ScriptedModel


@pytest.fixture
def model() -> ScriptedModel:
    """A model without a script yet."""
    return ScriptedModel()
