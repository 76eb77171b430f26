"""Where the models are that runs can name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from assistant_tui.server.runs.chat import ChatModel
from assistant_tui.server.runs.token_estimate import TokenEstimate

OWNER = "assistant-tui"
"""What a list of models says of this server: no backend, and the owner of what nobody else owns."""
MOST_MODELS = 10_000
"""Models that are read of a list."""


class ListedModel(NamedTuple):
    """A model as a list tells of it."""

    name: str
    created: int = 0
    """Unix seconds; 0 where nobody has said."""
    owned_by: str = OWNER
    """As the backend says, or else the name of the backend."""


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
    description: str
    """What an error names: the backend with its address, and the model."""
    estimate: TokenEstimate = field(default_factory=TokenEstimate)
    notes: tuple[str, ...] = ()
    """Sentences on how the choice was made, where nobody has made it."""


class ChatModels(Protocol):
    """The models of all backends."""

    async def choose(self, model: str) -> ChosenModel:
        """The model that a run names. Raises ChatError if there is none."""
        ...

    async def list_models(self) -> Sequence[ListedModel]:
        """All models, each by the name that `choose` takes.

        Raises:
            ChatError: a setting of a backend cannot be used.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections; turns that are under way fail."""
        ...


def read_models(value: Any, backend: str) -> list[ListedModel]:
    """The models in a backend's list, in any of its forms; each name once.

    A server like this one is no backend: it has none, whatever its list passes on.

    Raises:
        ValueError: it is no list of models.
    """
    models = value
    if isinstance(value, dict):
        if value.get("served_by") == OWNER:
            return []
        models = value.get("data", value.get("models"))
    if not isinstance(models, list):
        raise ValueError("not a list of models")
    listed: dict[str, ListedModel] = {}
    for model in models[:MOST_MODELS]:
        read = _read_model(model, backend)
        listed.setdefault(read.name, read)
    return [model for model in listed.values() if model.name]


def _read_model(model: Any, backend: str) -> ListedModel:
    """One entry; without a name where it is none."""
    if not isinstance(model, dict):
        return ListedModel(model if isinstance(model, str) else "", owned_by=backend)
    if model.get("owned_by") == OWNER:  # of a server like this, in an earlier version
        return ListedModel("")
    name = model.get("id") or model.get("model") or model.get("name")
    created, owner = model.get("created"), model.get("owned_by")
    return ListedModel(
        name if isinstance(name, str) else "",
        created if type(created) is int else 0,
        owner if isinstance(owner, str) and owner else backend,
    )
