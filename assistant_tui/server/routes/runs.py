"""/threads/{thread}/runs and their steps: start, follow, answer, cancel, and read them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from assistant_tui.core.runs import FINAL
from assistant_tui.server.errors import ApiError
from assistant_tui.server.http.requests import read_query
from assistant_tui.server.http.responses import JSONResponse, list_response, object_response
from assistant_tui.server.http.routing import Backing, route
from assistant_tui.server.runs.event_log import EventLog
from assistant_tui.server.runs.file_search import without_contents
from assistant_tui.server.runs.objects import DONE, RUN, STEP
from assistant_tui.server.runs.service import RunService, Started, found
from assistant_tui.server.store.interface import Collection, ObjectReader
from assistant_tui.server.store.paging import Json, StoredPage
from assistant_tui.server.threads import THREAD, brings_files, with_metadata
from assistant_tui.server.validation.runs import (
    CREATE_RUN,
    CREATE_THREAD_AND_RUN,
    SUBMIT_TOOL_OUTPUTS,
)
from assistant_tui.server.validation.threads import MODIFY_METADATA
from assistant_tui.server.vector_stores.membership import asks_for_vector_stores

_CONTENTS = "step_details.tool_calls[*].file_search.results[*].content"
"""The only thing that `include` can name."""
_STREAM_TYPE = "text/event-stream"
_STREAM_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}
_MOST_DIGITS = 18
"""Of the number of an event: the store counts in 64 bits."""


class RunRoutes:
    """The operations on runs and their steps."""

    def __init__(self, backing: Backing, runs: RunService, log: EventLog) -> None:
        self._backing = backing
        self._store = backing.store
        self._executor = backing.executor
        self._runs = runs
        self._log = log

    def routes(self, prefix: str) -> list[Route]:
        """The routes below a prefix; they must come before those of threads."""
        runs = f"{prefix}/threads/{{thread}}/runs"
        one = f"{runs}/{{run}}"
        return [
            route(f"{prefix}/threads/runs", POST=self._create_thread_and_run),
            route(runs, GET=self._list, POST=self._create),
            route(one, GET=self._retrieve, POST=self._modify),
            route(f"{one}/cancel", POST=self._cancel),
            route(f"{one}/submit_tool_outputs", POST=self._submit),
            route(f"{one}/steps", GET=self._list_steps),
            route(f"{one}/steps/{{step}}", GET=self._retrieve_step),
        ]

    async def _create_thread_and_run(self, request: Request) -> Response:
        """POST /threads/runs."""
        body = await self._backing.bodies.read_object(request, CREATE_THREAD_AND_RUN)
        started = await self._runs.create_thread_and_run(body)
        if brings_files(body.get("thread") or {}) or asks_for_vector_stores(body):
            self._backing.text_search.wake()
        return self._answer(started, body)

    async def _create(self, request: Request) -> Response:
        """POST /threads/{thread}/runs."""
        body = await self._backing.bodies.read_object(request, CREATE_RUN)
        started = await self._runs.create(
            request.path_params["thread"], body, tells_contents=_includes_contents(request)
        )
        if brings_files({"messages": body.get("additional_messages")}):
            self._backing.text_search.wake()
        return self._answer(started, body)

    async def _submit(self, request: Request) -> Response:
        """POST …/runs/{run}/submit_tool_outputs."""
        body = await self._backing.bodies.read_object(request, SUBMIT_TOOL_OUTPUTS)
        thread_id, run_id = _ids(request)
        return self._answer(await self._runs.submit(thread_id, run_id, body), body)

    async def _cancel(self, request: Request) -> Response:
        """POST …/runs/{run}/cancel."""
        return JSONResponse(await self._runs.cancel(*_ids(request)))

    async def _list(self, request: Request) -> Response:
        """GET /threads/{thread}/runs: a page of them."""
        self._runs.start()
        thread_id = request.path_params["thread"]
        query = read_query(request.query_params)

        def page(objects: ObjectReader) -> StoredPage:
            found(objects, THREAD, thread_id)
            return objects.page(RUN, query, thread_id)

        return await self._executor.read(lambda: list_response(self._store.read(page)))

    async def _list_steps(self, request: Request) -> Response:
        """GET …/runs/{run}/steps: a page of them."""
        thread_id, run_id = _ids(request)
        query, included = read_query(request.query_params), _includes_contents(request)

        def page(objects: ObjectReader) -> StoredPage:
            found(objects, RUN, run_id, thread_id)
            page = objects.page(STEP, query, run_id)
            shown = page.data if included else [without_contents(step) for step in page.data]
            return StoredPage(shown, page.has_more)

        return await self._executor.read(lambda: list_response(self._store.read(page)))

    async def _retrieve(self, request: Request) -> Response:
        """GET …/runs/{run}; with `stream=true` its events, from Last-Event-ID on."""
        self._runs.start()
        thread_id, run_id = _ids(request)
        runs = Collection(self._store, RUN, thread_id)
        run = await self._executor.read(lambda: runs.get(run_id))
        if run is not None and request.query_params.get("stream") == "true":
            after = _last_event(request)
            if run["status"] in FINAL and not await self._log.goes_on(run_id, after):
                # All was told, or is forgotten: nothing would ever come.
                end = f"event: {DONE.name}\ndata: {DONE.data}\n\n"
                return Response(end, media_type=_STREAM_TYPE, headers=_STREAM_HEADERS)
            return self._stream(run_id, after, to_the_last=True)
        return object_response(RUN, run_id, run)

    async def _modify(self, request: Request) -> Response:
        """POST …/runs/{run}: its metadata alone."""
        body = await self._backing.bodies.read_object(request, MODIFY_METADATA)
        thread_id, run_id = _ids(request)
        runs = Collection(self._store, RUN, thread_id)
        change = partial(with_metadata, body=body)
        return await self._executor.write(
            lambda: object_response(RUN, run_id, runs.modify(run_id, change))
        )

    async def _retrieve_step(self, request: Request) -> Response:
        """GET …/steps/{step}."""
        thread_id, run_id = _ids(request)
        step_id, included = request.path_params["step"], _includes_contents(request)

        def step(objects: ObjectReader) -> Json:
            found(objects, RUN, run_id, thread_id)
            step = found(objects, STEP, step_id, run_id)
            return step if included else without_contents(step)

        return await self._executor.read(lambda: JSONResponse(self._store.read(step)))

    def _answer(self, started: Started, body: Json) -> Response:
        """The run, or the stream of what it does from now on."""
        if body.get("stream"):
            return self._stream(started.run["id"], started.after)
        return JSONResponse(started.run)

    def _stream(self, run_id: str, after: int, *, to_the_last: bool = False) -> Response:
        events = self._events(run_id, after, to_the_last)
        return StreamingResponse(events, media_type=_STREAM_TYPE, headers=_STREAM_HEADERS)

    async def _events(self, run_id: str, after: int, to_the_last: bool) -> AsyncIterator[bytes]:
        """The events of a run up to the next end of a stream, or to the last one that there is.

        Comments keep the connection alive while nothing happens.
        """
        async with aclosing(self._log.follow(run_id, after)) as followed:
            async for events in followed:
                told = "" if events else ": still running\n\n"
                for event in events:
                    ends = event.name == DONE.name
                    if ends and to_the_last and await self._log.goes_on(run_id, event.number):
                        continue  # the run has waited for outputs here, and got them
                    told += f"id: {event.number}\nevent: {event.name}\ndata: {event.data}\n\n"
                    if ends:
                        yield told.encode()
                        return
                yield told.encode()


def _ids(request: Request) -> tuple[str, str]:
    return request.path_params["thread"], request.path_params["run"]


def _includes_contents(request: Request) -> bool:
    """Whether a client asks for the texts that searches have found."""
    given = (request.query_params.getlist(name) for name in ("include[]", "include"))
    return any(_CONTENTS in each for each in given)


def _last_event(request: Request) -> int:
    literal = request.headers.get("last-event-id", "0")
    if not (literal.isascii() and literal.isdigit() and len(literal) <= _MOST_DIGITS):
        raise ApiError("Invalid header 'Last-Event-ID': expected the id of an event.")
    return int(literal)
