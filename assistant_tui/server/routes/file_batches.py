"""/vector_stores/{id}/file_batches: put many files into a vector store at once."""

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, required
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.routes.vector_store_files import check_usable, read_status
from assistant_tui.server.routes.vector_stores import polled_response, shown_page
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter
from assistant_tui.server.store.paging import Json, PageQuery, StoredPage
from assistant_tui.server.validation.vector_stores import add_files
from assistant_tui.server.vector_stores.membership import add_file, change_file
from assistant_tui.server.vector_stores.objects import (
    FILE_BATCH,
    VECTOR_STORE_FILE,
    new_file_batch,
    shown_file_batch,
    shown_vector_store_file,
)

Result = TypeVar("Result")


class FileBatchRoutes:
    """The four operations on batches of files."""

    def __init__(self, backing: Backing) -> None:
        self._store = backing.store
        self._executor = backing.executor
        self._bodies = backing.bodies
        self._text_search = backing.text_search

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        path = f"{prefix}/vector_stores/{{id}}/file_batches"
        return [
            route(path, POST=self._create),
            route(f"{path}/{{batch_id}}", GET=self._retrieve),
            route(f"{path}/{{batch_id}}/cancel", POST=self._cancel),
            route(f"{path}/{{batch_id}}/files", GET=self._list_files),
        ]

    async def _create(self, request: Request) -> Response:
        """POST …/file_batches: the files are read after the answer."""
        body = await self._bodies.read_object(request, add_files)
        store_id = request.path_params["id"]
        shared = {key: body[key] for key in ("attributes", "chunking_strategy") if key in body}
        named = [{**shared, "file_id": each} for each in dict.fromkeys(body.get("file_ids", ()))]
        specs = body.get("files", named)

        def create(objects: ObjectWriter) -> Json:
            check_usable(objects, store_id)
            batch = objects.create(FILE_BATCH, new_file_batch(store_id), store_id)
            for spec in specs:
                add_file(objects, store_id, spec, batch["id"])
            return required(FILE_BATCH, batch["id"], objects.get(FILE_BATCH, batch["id"], store_id))

        made = await self._executor.write(lambda: self._store.write(create))
        self._text_search.wake()
        return polled_response(shown_file_batch(made))

    async def _retrieve(self, request: Request) -> Response:
        """GET …/file_batches/{batch_id}."""
        found = await self._read(lambda objects: _find(objects, request))
        shown = shown_file_batch(found)
        if shown["status"] == "in_progress":
            self._text_search.wake()
        return polled_response(shown)

    async def _cancel(self, request: Request) -> Response:
        """POST …/file_batches/{batch_id}/cancel: the files that are not read yet are left out."""

        def cancel(objects: ObjectWriter) -> Json:
            batch = _find(objects, request)
            if shown_file_batch(batch)["status"] != "in_progress":
                return batch
            page = _page(objects, batch, PageQuery(limit=2_000), "in_progress")
            for file in page.data:
                change_file(objects, file, {**file, "status": "cancelled"})
            cancelled = {**_find(objects, request), "status": "cancelled"}
            objects.replace(FILE_BATCH, cancelled, batch["vector_store_id"])
            return cancelled

        done = await self._executor.write(lambda: self._store.write(cancel))
        return JSONResponse(shown_file_batch(done))

    async def _list_files(self, request: Request) -> Response:
        """GET …/file_batches/{batch_id}/files: a page of them, of one status if asked for."""
        query, status = read_query(request.query_params), read_status(request)
        page = await self._read(
            lambda objects: _page(objects, _find(objects, request), query, status)
        )
        return list_response(shown_page(page, shown_vector_store_file))

    async def _read(self, look: Callable[[ObjectReader], Result]) -> Result:
        return await self._executor.read(lambda: self._store.read(look))


def _find(objects: ObjectReader, request: Request) -> Json:
    """The batch that the path names. Raises ApiError, of status 404."""
    store_id, batch_id = request.path_params["id"], request.path_params["batch_id"]
    return required(FILE_BATCH, batch_id, objects.get(FILE_BATCH, batch_id, store_id))


def _page(objects: ObjectReader, batch: Json, query: PageQuery, status: str | None) -> StoredPage:
    return objects.page(
        VECTOR_STORE_FILE,
        query,
        batch["vector_store_id"],
        lambda file: file["batch_id"] == batch["id"] and status in (None, file["status"]),
    )
