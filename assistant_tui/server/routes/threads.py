"""/threads and the messages in them: create, list, retrieve, modify and delete."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, object_response
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.runs.service import RunService, found, refuse_while_active
from assistant_tui.server.store.interface import Collection, ObjectReader, ObjectWriter
from assistant_tui.server.store.paging import Json, StoredPage
from assistant_tui.server.threads import (
    MESSAGE,
    THREAD,
    brings_files,
    create_message,
    create_thread,
    modified_thread,
    with_metadata,
)
from assistant_tui.server.validation.threads import (
    CREATE_MESSAGE,
    CREATE_THREAD,
    MODIFY_METADATA,
    MODIFY_THREAD,
)


class ThreadRoutes:
    """The operations on threads and messages."""

    def __init__(self, backing: Backing, runs: RunService) -> None:
        self._backing = backing
        self._store = backing.store
        self._executor = backing.executor
        self._runs = runs
        self._threads = Collection(backing.store, THREAD)

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix."""
        one = f"{prefix}/threads/{{thread}}"
        of_thread = {"GET": self._retrieve, "POST": self._modify, "DELETE": self._delete}
        of_message = {
            "GET": self._retrieve_message,
            "POST": self._modify_message,
            "DELETE": self._delete_message,
        }
        return [
            route(f"{prefix}/threads", GET=self._list, POST=self._create),
            route(one, **of_thread),
            route(f"{one}/messages", GET=self._list_messages, POST=self._create_message),
            route(f"{one}/messages/{{message}}", **of_message),
        ]

    async def _list(self, request: Request) -> Response:
        """GET /threads: a page of them. The API has no such list; clients cannot do without."""
        query = read_query(request.query_params)
        return await self._executor.read(lambda: list_response(self._threads.page(query)))

    async def _create(self, request: Request) -> Response:
        """POST /threads: a new one, with the messages that the body gives, if there is a body."""
        body = await self._backing.bodies.read_object(request, CREATE_THREAD, optional=True)
        answer = await self._executor.write(
            lambda: JSONResponse(self._store.write(partial(create_thread, body=body)))
        )
        if brings_files(body):
            self._backing.text_search.wake()
        return answer

    async def _retrieve(self, request: Request) -> Response:
        """GET /threads/{thread}."""
        self._runs.start()
        thread_id = request.path_params["thread"]
        return await self._executor.read(
            lambda: object_response(THREAD, thread_id, self._threads.get(thread_id))
        )

    async def _modify(self, request: Request) -> Response:
        """POST /threads/{thread}."""
        thread_id = request.path_params["thread"]
        body = await self._backing.bodies.read_object(request, MODIFY_THREAD)
        change = partial(modified_thread, body=body)
        return await self._executor.write(
            lambda: object_response(THREAD, thread_id, self._threads.modify(thread_id, change))
        )

    async def _delete(self, request: Request) -> Response:
        """DELETE /threads/{thread}: with all that is in it; its run ends."""
        thread_id = request.path_params["thread"]
        deleted = await self._runs.delete_thread(thread_id)
        answer = {"id": thread_id, "object": "thread.deleted", "deleted": True}
        return object_response(THREAD, thread_id, answer if deleted else None)

    async def _list_messages(self, request: Request) -> Response:
        """GET /threads/{thread}/messages: a page; with run_id those that this run has written."""
        thread_id, run_id = request.path_params["thread"], request.query_params.get("run_id")
        query = read_query(request.query_params)

        def page(objects: ObjectReader) -> StoredPage:
            found(objects, THREAD, thread_id)
            wanted = None if run_id is None else partial(_is_of_run, run_id)
            return objects.page(MESSAGE, query, thread_id, wanted)

        return await self._executor.read(lambda: list_response(self._store.read(page)))

    async def _create_message(self, request: Request) -> Response:
        """POST /threads/{thread}/messages: refused while a run is active."""
        thread_id = request.path_params["thread"]
        body = await self._backing.bodies.read_object(request, CREATE_MESSAGE)

        def create(objects: ObjectWriter) -> Json:
            found(objects, THREAD, thread_id)
            refuse_while_active(objects, thread_id)
            return create_message(objects, thread_id, body)

        answer = await self._executor.write(lambda: JSONResponse(self._store.write(create)))
        if body.get("attachments"):
            self._backing.text_search.wake()
        return answer

    async def _retrieve_message(self, request: Request) -> Response:
        """GET /threads/{thread}/messages/{message}."""
        messages, message_id = self._messages(request)
        return await self._executor.read(
            lambda: object_response(MESSAGE, message_id, messages.get(message_id))
        )

    async def _modify_message(self, request: Request) -> Response:
        """POST /threads/{thread}/messages/{message}: its metadata alone."""
        messages, message_id = self._messages(request)
        body = await self._backing.bodies.read_object(request, MODIFY_METADATA)
        change = partial(with_metadata, body=body)
        return await self._executor.write(
            lambda: object_response(MESSAGE, message_id, messages.modify(message_id, change))
        )

    async def _delete_message(self, request: Request) -> Response:
        """DELETE /threads/{thread}/messages/{message}."""
        messages, message_id = self._messages(request)
        deleted = await self._executor.write(lambda: messages.delete(message_id))
        answer = {"id": message_id, "object": "thread.message.deleted", "deleted": True}
        return object_response(MESSAGE, message_id, answer if deleted else None)

    def _messages(self, request: Request) -> tuple[Collection, str]:
        """The messages of the thread that a path names, and the id of the one that it names."""
        thread_id, message_id = request.path_params["thread"], request.path_params["message"]
        return Collection(self._store, MESSAGE, thread_id), message_id


def _is_of_run(run_id: str, message: Json) -> bool:
    return bool(message["run_id"] == run_id)
