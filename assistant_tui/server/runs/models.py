"""Where the models are that runs can name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant_tui.server.runs.chat import ChatError, ChatModel


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """Which model answers a run, and where."""

    model: ChatModel
    name: str
    """As the backend calls it."""
    backend: str
    """The name of the backend."""
    concurrency: int
    """Runs that the backend can execute at once."""


class NoModels:
    """Where nothing is configured that could answer."""

    async def choose(self, model: str) -> ChosenModel:
        """See ChatModels.choose."""
        raise ChatError("No server of chat completions is configured here: no run can be executed.")

    async def list_models(self) -> Sequence[str]:
        """See ChatModels.list_models."""
        return ()


class ChatModels(Protocol):
    """The models of all backends."""

    async def choose(self, model: str) -> ChosenModel:
        """The model that a run names. Raises ChatError if there is none."""
        ...

    async def list_models(self) -> Sequence[str]:
        """The names of all models, each as `choose` takes it."""
        ...
