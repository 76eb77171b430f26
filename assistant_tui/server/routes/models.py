"""/models: list and retrieve the models that an assistant can name."""

import logging
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.errors import ApiError
from assistant_tui.server.http.responses import JSONResponse
from assistant_tui.server.http.routing import route
from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.runs.models import OWNER, ChatModels, ListedModel
from assistant_tui.server.store.paging import Json

_log = logging.getLogger(__name__)


class ModelRoutes:
    """The two operations on models."""

    def __init__(
        self, configured: Sequence[str], examples: Sequence[str], chat_models: ChatModels
    ) -> None:
        """Make the operations.

        Args:
            configured: the names that come first.
            examples: the names where there are no others.
            chat_models: those that runs can name.
        """
        self._configured = configured
        self._examples = examples
        self._chat_models = chat_models

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        return [
            route(f"{prefix}/models", GET=self._list),
            route(f"{prefix}/models/{{model:path}}", GET=self._retrieve),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /models."""
        data = [_model(model) for model in await self._models()]
        # By `served_by` a server like this one knows that it is no backend.
        return JSONResponse({"object": "list", "data": data, "served_by": OWNER})

    async def _retrieve(self, request: Request) -> Response:
        """GET /models/{model}."""
        name = request.path_params["model"]
        found = next((model for model in await self._models() if model.name == name), None)
        if found is None:
            message = f"The model '{name}' does not exist."
            raise ApiError(message, status=404, code="model_not_found", param="model")
        return JSONResponse(_model(found))

    async def _models(self) -> list[ListedModel]:
        """Those of the configuration first, each name once, as its backend tells of it."""
        try:
            found = await self._chat_models.list_models()
        except ChatError as error:  # each run that is made says so, too
            _log.warning("the models of the backends cannot be listed: %s", error)
            found = ()
        listed = {name: ListedModel(name) for name in self._configured}
        listed |= {model.name: model for model in found}
        return [*listed.values()] or [ListedModel(name) for name in self._examples]


def _model(model: ListedModel) -> Json:
    """As the API has it."""
    return {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": model.owned_by,
    }
