"""/models: list and retrieve the models that an assistant can name."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.errors import ApiError
from assistant_tui.server.http.responses import JSONResponse
from assistant_tui.server.http.routing import route
from assistant_tui.server.store.paging import Json

_MODELS_SINCE = 1_715_367_049
"""Unix seconds; the API wants a time, and a list from a configuration has none."""


class ModelRoutes:
    """The two operations on models, over a fixed list."""

    def __init__(self, models: Sequence[str]) -> None:
        self._models: dict[str, Json] = {
            model: {
                "id": model,
                "object": "model",
                "created": _MODELS_SINCE,
                "owned_by": "assistant-tui",
            }
            for model in models
        }

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        return [
            route(f"{prefix}/models", GET=self._list),
            route(f"{prefix}/models/{{model:path}}", GET=self._retrieve),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /models."""
        return JSONResponse({"object": "list", "data": [*self._models.values()]})

    async def _retrieve(self, request: Request) -> Response:
        """GET /models/{model}."""
        model = request.path_params["model"]
        if model not in self._models:
            message = f"The model '{model}' does not exist."
            raise ApiError(message, status=404, code="model_not_found", param="model")
        return JSONResponse(self._models[model])
