"""/vector_stores: create, list, retrieve, modify, delete and search vector stores."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, required
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.store.interface import Collection
from assistant_tui.server.store.paging import Json, StoredPage
from assistant_tui.server.validation.vector_stores import (
    CREATE_VECTOR_STORE,
    MODIFY_VECTOR_STORE,
    SEARCH,
)
from assistant_tui.server.vector_stores.filters import fits
from assistant_tui.server.vector_stores.membership import create_vector_store, delete_vector_store
from assistant_tui.server.vector_stores.objects import (
    VECTOR_STORE,
    modified_vector_store,
    shown_vector_store,
)
from assistant_tui.server.vector_stores.text_search import SearchResult

_POLL_MILLISECONDS = 200
"""How soon a client is asked to look again whether files are searchable."""


class VectorStoreRoutes:
    """The six operations on vector stores."""

    def __init__(self, backing: Backing) -> None:
        self._store = backing.store
        self._collection = Collection(backing.store, VECTOR_STORE)
        self._executor = backing.executor
        self._bodies = backing.bodies
        self._text_search = backing.text_search

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        path = f"{prefix}/vector_stores"
        one = {"GET": self._retrieve, "POST": self._modify, "DELETE": self._delete}
        return [
            route(path, GET=self._list, POST=self._create),
            route(f"{path}/{{id}}", **one),
            route(f"{path}/{{id}}/search", POST=self._search),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /vector_stores: a page of them."""
        query = read_query(request.query_params)
        page = await self._executor.read(lambda: self._collection.page(query))
        return list_response(shown_page(page, shown_vector_store))

    async def _create(self, request: Request) -> Response:
        """POST /vector_stores: a new one, whose files are read after the answer."""
        body = await self._bodies.read_object(request, CREATE_VECTOR_STORE)
        made = await self._executor.write(
            lambda: self._store.write(lambda objects: create_vector_store(objects, body))
        )
        self._text_search.wake()
        return polled_response(shown_vector_store(made))

    async def _retrieve(self, request: Request) -> Response:
        """GET /vector_stores/{id}."""
        store_id = request.path_params["id"]
        found = await self._executor.read(lambda: self._collection.get(store_id))
        shown = shown_vector_store(required(VECTOR_STORE, store_id, found))
        if shown["file_counts"]["in_progress"]:
            self._text_search.wake()
        return polled_response(shown)

    async def _modify(self, request: Request) -> Response:
        """POST /vector_stores/{id}: the vector store with the members that the body gives."""
        store_id = request.path_params["id"]
        body = await self._bodies.read_object(request, MODIFY_VECTOR_STORE)
        change = partial(modified_vector_store, body=body)
        found = await self._executor.write(lambda: self._collection.modify(store_id, change))
        return JSONResponse(shown_vector_store(required(VECTOR_STORE, store_id, found)))

    async def _delete(self, request: Request) -> Response:
        """DELETE /vector_stores/{id}; the files themselves stay."""
        store_id = request.path_params["id"]
        deleted = await self._executor.write(
            lambda: self._store.write(lambda objects: delete_vector_store(objects, store_id))
        )
        answer = {"id": store_id, "object": "vector_store.deleted", "deleted": True}
        required(VECTOR_STORE, store_id, answer if deleted else None)
        self._text_search.wake()
        return JSONResponse(answer)

    async def _search(self, request: Request) -> Response:
        """POST /vector_stores/{id}/search: the chunks that have words of the query."""
        store_id = request.path_params["id"]
        body = await self._bodies.read_object(request, SEARCH)
        found = await self._executor.read(lambda: self._collection.get(store_id))
        required(VECTOR_STORE, store_id, found)
        wanted = body.get("filters")
        results = await self._executor.search(
            lambda: self._text_search.search(
                [store_id],
                body["query"],
                max_num_results=body.get("max_num_results", 10),
                ranking_options=body.get("ranking_options"),
                is_wanted=lambda file: wanted is None or fits(file["attributes"], wanted),
            )
        )
        query = body["query"]
        return JSONResponse(
            {
                "object": "vector_store.search_results.page",
                "search_query": [query] if isinstance(query, str) else query,
                "data": [_shown_result(each) for each in results],
                "has_more": False,
                "next_page": None,
            }
        )


def _shown_result(result: SearchResult) -> Json:
    return {
        "file_id": result.file_id,
        "filename": result.filename,
        "score": result.score,
        "attributes": result.attributes,
        "content": [{"type": "text", "text": result.text}],
    }


def shown_page(page: StoredPage, show: Callable[[Json], Json]) -> StoredPage:
    """A page with each object as the API shows it."""
    return StoredPage([show(each) for each in page.data], page.has_more)


def polled_response(shown: Json) -> Response:
    """An object that says when to look again, as long as it is in progress."""
    response = JSONResponse(shown)
    if shown["status"] == "in_progress":
        response.headers["openai-poll-after-ms"] = str(_POLL_MILLISECONDS)
    return response
