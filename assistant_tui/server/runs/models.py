"""Where the models are that runs can name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant_tui.server.runs.chat import ChatModel
from assistant_tui.server.runs.token_estimate import TokenEstimate


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """What answers the turns of a run."""

    model: ChatModel
    name: str
    """The model as it is called there: what a ChatRequest says."""
    backend: str
    """The backend's own name; runs of one backend share its `concurrency`."""
    concurrency: int
    """Runs at once."""
    estimate: TokenEstimate = field(default_factory=TokenEstimate)
    notes: tuple[str, ...] = ()
    """Sentences on how the choice was made, where nobody has made it."""


class ChatModels(Protocol):
    """The models of all backends."""

    async def choose(self, model: str) -> ChosenModel:
        """The model that a run names. Raises ChatError if there is none."""
        ...

    async def list_models(self) -> Sequence[str]:
        """The names of all models, each as `choose` takes it.

        Raises:
            ChatError: a setting of a backend cannot be used.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections; turns that are under way fail."""
        ...
