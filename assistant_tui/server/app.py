"""The Assistants API as an ASGI application over any store: routes and what they do.

The calls of a store block: they run in threads, so that the event loop goes on.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.assistants import ASSISTANT, created, modified
from assistant_tui.server.errors import ApiError
from assistant_tui.server.http.access import AccessPolicy
from assistant_tui.server.http.middleware import (
    AccessMiddleware,
    ApiKeyMiddleware,
    CorsMiddleware,
    RequestIdMiddleware,
)
from assistant_tui.server.http.requests import BodyReader, read_query
from assistant_tui.server.http.responses import (
    EXCEPTION_HANDLERS,
    JSONResponse,
    list_response,
    object_response,
)
from assistant_tui.server.store.executor import StoreExecutor
from assistant_tui.server.store.interface import Collection, Store
from assistant_tui.server.store.paging import Json
from assistant_tui.server.validation.assistants import CREATE_ASSISTANT, MODIFY_ASSISTANT

Handler = Callable[[Request], Awaitable[Response]]

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "o3-mini")
"""What ``/models`` lists if nothing else is configured; an assistant may name any other."""

_MODELS_SINCE = 1_715_367_049
"""Unix seconds; the API wants a time, and a list from a configuration has none."""


def create_app(
    store: Store,
    *,
    models: Sequence[str],
    api_key: str | None = None,
    prefix: str = "",
    access: AccessPolicy | None = None,
) -> Starlette:
    """The application, its routes below ``prefix`` (``/v1`` on a socket, nothing in process).

    ``models`` is what ``/models`` lists; if it is empty, MODELS is. With an ``api_key`` every
    request must carry it. ``access`` says who may call; None, in process only, is everyone. The
    store stays the caller's to close.
    """
    app = Starlette(
        routes=_routes(prefix, _Assistants(store), _Models(models or MODELS)),
        middleware=_middleware(api_key, access),
        exception_handlers=EXCEPTION_HANDLERS,
    )
    # A redirect has no error envelope, and the API has no paths that end in a slash.
    app.router.redirect_slashes = False
    return app


def _middleware(api_key: str | None, access: AccessPolicy | None) -> list[Middleware]:
    """From the outside in: a fault's answer, too, is for the page that asked."""
    key_check = [] if api_key is None else [Middleware(ApiKeyMiddleware, api_key=api_key)]
    if access is None:
        return [Middleware(RequestIdMiddleware), *key_check]
    return [
        Middleware(CorsMiddleware, access=access),
        Middleware(RequestIdMiddleware),
        Middleware(AccessMiddleware, access=access),
        *key_check,
    ]


def _routes(prefix: str, assistants: "_Assistants", models: "_Models") -> list[Route]:
    one = {"GET": assistants.retrieve, "POST": assistants.modify, "DELETE": assistants.delete}
    return [
        _route(f"{prefix}/assistants", GET=assistants.list, POST=assistants.create),
        _route(f"{prefix}/assistants/{{id}}", **one),
        _route(f"{prefix}/models", GET=models.list),
        _route(f"{prefix}/models/{{model:path}}", GET=models.retrieve),
    ]


def _route(path: str, **handlers: Handler) -> Route:
    """One route for all methods of a path, so that a 405 names them all."""

    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await handlers[method](request)

    return Route(path, endpoint, methods=list(handlers))


class _Assistants:
    """The five operations; what may take long is done in threads, off the event loop."""

    def __init__(self, store: Store) -> None:
        self._assistants = Collection(store, ASSISTANT)
        self._executor = StoreExecutor()
        self._bodies = BodyReader()

    async def list(self, request: Request) -> Response:
        """GET /assistants: a page of them."""
        query = read_query(request.query_params)
        return await self._executor.read(lambda: list_response(self._assistants.page(query)))

    async def create(self, request: Request) -> Response:
        """POST /assistants: a new one, which is on disk when it is answered."""
        body = await self._bodies.read_object(request, CREATE_ASSISTANT)
        fields = created(body)
        return await self._executor.write(lambda: JSONResponse(self._assistants.create(fields)))

    async def retrieve(self, request: Request) -> Response:
        """GET /assistants/{id}."""
        assistant_id = request.path_params["id"]
        return await self._executor.read(
            lambda: object_response(ASSISTANT, assistant_id, self._assistants.get(assistant_id))
        )

    async def modify(self, request: Request) -> Response:
        """POST /assistants/{id}: the assistant with the members that the body gives."""
        assistant_id = request.path_params["id"]
        body = await self._bodies.read_object(request, MODIFY_ASSISTANT)
        change = partial(modified, body=body)
        return await self._executor.write(
            lambda: object_response(
                ASSISTANT, assistant_id, self._assistants.modify(assistant_id, change)
            )
        )

    async def delete(self, request: Request) -> Response:
        """DELETE /assistants/{id}."""
        assistant_id = request.path_params["id"]
        deleted = await self._executor.write(lambda: self._assistants.delete(assistant_id))
        answer = {"id": assistant_id, "object": "assistant.deleted", "deleted": True}
        return object_response(ASSISTANT, assistant_id, answer if deleted else None)


class _Models:
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

    async def list(self, request: Request) -> Response:
        """GET /models."""
        return JSONResponse({"object": "list", "data": [*self._models.values()]})

    async def retrieve(self, request: Request) -> Response:
        """GET /models/{model}."""
        model = request.path_params["model"]
        if model not in self._models:
            message = f"The model '{model}' does not exist."
            raise ApiError(message, status=404, code="model_not_found", param="model")
        return JSONResponse(self._models[model])
