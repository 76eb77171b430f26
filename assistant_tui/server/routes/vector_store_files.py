"""/vector_stores/{id}/files: put files into a vector store, look at them, and take them out."""

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.errors import ApiError
from assistant_tui.server.files.files import FILE, find_file
from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, required
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.routes.vector_stores import polled_response, shown_page
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter
from assistant_tui.server.store.paging import Json, StoredPage
from assistant_tui.server.validation.checks import one_of
from assistant_tui.server.validation.vector_stores import ADD_FILE, MODIFY_FILE
from assistant_tui.server.vector_stores.membership import add_file, change_file, remove_file
from assistant_tui.server.vector_stores.objects import (
    STATUSES,
    VECTOR_STORE,
    VECTOR_STORE_FILE,
    is_expired,
    shown_vector_store_file,
)

Result = TypeVar("Result")


class VectorStoreFileRoutes:
    """The six operations on files in a vector store."""

    def __init__(self, backing: Backing) -> None:
        self._store = backing.store
        self._executor = backing.executor
        self._bodies = backing.bodies
        self._text_search = backing.text_search

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        path = f"{prefix}/vector_stores/{{id}}/files"
        one = {"GET": self._retrieve, "POST": self._modify, "DELETE": self._delete}
        return [
            route(path, GET=self._list, POST=self._create),
            route(f"{path}/{{file_id}}", **one),
            route(f"{path}/{{file_id}}/content", GET=self._content),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /vector_stores/{id}/files: a page of them, of one status if asked for."""
        query = read_query(request.query_params)
        status = read_status(request)
        store_id = request.path_params["id"]

        def page(objects: ObjectReader) -> StoredPage:
            required(VECTOR_STORE, store_id, objects.get(VECTOR_STORE, store_id))
            return objects.page(
                VECTOR_STORE_FILE,
                query,
                store_id,
                lambda file: status in (None, file["status"]),
            )

        found = await self._executor.read(lambda: self._store.read(page))
        return list_response(shown_page(found, shown_vector_store_file))

    async def _create(self, request: Request) -> Response:
        """POST /vector_stores/{id}/files: the file is read after the answer."""
        body = await self._bodies.read_object(request, ADD_FILE)
        store_id = request.path_params["id"]

        def add(objects: ObjectWriter) -> Json:
            check_usable(objects, store_id)
            required(FILE, body["file_id"], find_file(objects, body["file_id"]))
            return add_file(objects, store_id, body)

        made = await self._write(add)
        self._text_search.wake()
        return polled_response(shown_vector_store_file(made))

    async def _retrieve(self, request: Request) -> Response:
        """GET /vector_stores/{id}/files/{file_id}."""
        found = await self._executor.read(lambda: self._store.read(lambda o: _find(o, request)))
        if found["status"] == "in_progress":
            self._text_search.wake()
        return polled_response(shown_vector_store_file(found))

    async def _modify(self, request: Request) -> Response:
        """POST /vector_stores/{id}/files/{file_id}: other attributes."""
        body = await self._bodies.read_object(request, MODIFY_FILE)

        def modify(objects: ObjectWriter) -> Json:
            old = _find(objects, request)
            new = {**old, "attributes": body["attributes"] or {}}
            change_file(objects, old, new)
            return new

        return JSONResponse(shown_vector_store_file(await self._write(modify)))

    async def _delete(self, request: Request) -> Response:
        """DELETE /vector_stores/{id}/files/{file_id}; the file itself stays."""
        file_id = request.path_params["file_id"]

        def remove(objects: ObjectWriter) -> None:
            _find(objects, request)
            remove_file(objects, request.path_params["id"], file_id)

        await self._write(remove)
        self._text_search.wake()
        answer = {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}
        return JSONResponse(answer)

    async def _content(self, request: Request) -> Response:
        """GET /vector_stores/{id}/files/{file_id}/content: the text that was read from it."""
        found = await self._executor.read(lambda: self._store.read(lambda o: _find(o, request)))

        def page() -> Response:
            text = self._text_search.text(found["vector_store_id"], found["id"])
            return JSONResponse(
                {
                    "object": "vector_store.file_content.page",
                    "data": [{"type": "text", "text": text}] if text else [],
                    "has_more": False,
                    "next_page": None,
                }
            )

        return await self._executor.read(page)

    async def _write(self, change: Callable[[ObjectWriter], Result]) -> Result:
        return await self._executor.write(lambda: self._store.write(change))


def read_status(request: Request) -> str | None:
    """The parameter `filter`, or None. Raises ApiError."""
    status = request.query_params.get("filter")
    if status is not None:
        one_of(*STATUSES)("filter", status)
    return status


def check_usable(objects: ObjectReader, store_id: str) -> None:
    """Raises ApiError if nothing can be put into a vector store."""
    store = required(VECTOR_STORE, store_id, objects.get(VECTOR_STORE, store_id))
    if is_expired(store):
        raise ApiError(f"Vector store '{store_id}' has expired.", code="expired")


def _find(objects: ObjectReader, request: Request) -> Json:
    """The file that the path names. Raises ApiError, of status 404."""
    store_id, file_id = request.path_params["id"], request.path_params["file_id"]
    required(VECTOR_STORE, store_id, objects.get(VECTOR_STORE, store_id))
    return required(VECTOR_STORE_FILE, file_id, objects.get(VECTOR_STORE_FILE, file_id, store_id))
