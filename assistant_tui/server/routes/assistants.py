"""/assistants: create, list, retrieve, modify and delete assistants."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.assistants import ASSISTANT, created, modified
from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, object_response
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.store.interface import Collection, ObjectWriter
from assistant_tui.server.store.paging import Json
from assistant_tui.server.validation.assistants import CREATE_ASSISTANT, MODIFY_ASSISTANT
from assistant_tui.server.vector_stores.membership import (
    asks_for_vector_stores,
    with_vector_stores,
)


class AssistantRoutes:
    """The five operations on assistants."""

    def __init__(self, backing: Backing) -> None:
        self._assistants = Collection(backing.store, ASSISTANT)
        self._store = backing.store
        self._backing = backing
        self._executor = backing.executor
        self._bodies = backing.bodies

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        one = {"GET": self._retrieve, "POST": self._modify, "DELETE": self._delete}
        return [
            route(f"{prefix}/assistants", GET=self._list, POST=self._create),
            route(f"{prefix}/assistants/{{id}}", **one),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /assistants: a page of them."""
        query = read_query(request.query_params)
        return await self._executor.read(lambda: list_response(self._assistants.page(query)))

    async def _create(self, request: Request) -> Response:
        """POST /assistants: a new one, which is on disk when it is answered."""
        body = await self._bodies.read_object(request, CREATE_ASSISTANT)
        answer = await self._executor.write(
            lambda: JSONResponse(self._store.write(lambda objects: _create(objects, body)))
        )
        if asks_for_vector_stores(body):
            self._backing.text_search.wake()
        return answer

    async def _retrieve(self, request: Request) -> Response:
        """GET /assistants/{id}."""
        assistant_id = request.path_params["id"]
        return await self._executor.read(
            lambda: object_response(ASSISTANT, assistant_id, self._assistants.get(assistant_id))
        )

    async def _modify(self, request: Request) -> Response:
        """POST /assistants/{id}: the assistant with the members that the body gives."""
        assistant_id = request.path_params["id"]
        body = await self._bodies.read_object(request, MODIFY_ASSISTANT)
        change = partial(modified, body=body)
        return await self._executor.write(
            lambda: object_response(
                ASSISTANT, assistant_id, self._assistants.modify(assistant_id, change)
            )
        )

    async def _delete(self, request: Request) -> Response:
        """DELETE /assistants/{id}."""
        assistant_id = request.path_params["id"]
        deleted = await self._executor.write(lambda: self._assistants.delete(assistant_id))
        answer = {"id": assistant_id, "object": "assistant.deleted", "deleted": True}
        return object_response(ASSISTANT, assistant_id, answer if deleted else None)


def _create(objects: ObjectWriter, body: Json) -> Json:
    return objects.create(ASSISTANT, created(with_vector_stores(objects, body)))
