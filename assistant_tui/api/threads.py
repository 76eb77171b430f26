"""Threads, messages, runs and run steps as requests, and the streams of runs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from assistant_tui.api.resource import ResourceClient, ResponseReader, encode_body, path_part
from assistant_tui.api.run_answer import RunAnswer
from assistant_tui.api.thread_objects import Objects, list_objects, parse_thread_object, value_of
from assistant_tui.api.uploads import upload
from assistant_tui.core.errors import NotFound, NotServed
from assistant_tui.core.resource import (
    MESSAGES,
    RUNS,
    STEPS,
    THREADS,
    Capability,
    ResourceKind,
    ServerCapabilities,
)
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.threads.objects import Run, read_run
from assistant_tui.transport.messages import LARGEST_BODY, Limits, Request
from assistant_tui.transport.transport import Transport

EVENT_STREAM = "text/event-stream"
MOST_OBJECTS = 10_000
"""Messages or runs of one thread that are fetched at most."""
_NO_METHOD = (405, 501)
_LEAST_PATIENCE = 60.0
_IDLE = 120.0
"""Seconds without a byte after which a stream counts as broken; a model may read so long."""
_LONGEST_RUN = 3_600.0
LONGEST_PAUSE = 10.0
"""Seconds between two looks at a run, whatever the server asks for: a person may wait for it."""
_Answer = TypeVar("_Answer")


class PolledRun(NamedTuple):
    """A run as it is now."""

    row: ResourceRow
    run: Run
    poll_after: float | None = None
    """Seconds that the server asks to wait before the next look; None if it says nothing."""


class ThreadsClient:
    """The threads of one server, with what belongs to them; every method raises ServiceErrors.

    What a server cannot do is learned from its first answer, and refused from then on (NotServed).
    """

    def __init__(
        self,
        transport: Transport,
        reader: ResponseReader,
        server: ServerCapabilities,
        timeout: float = 30.0,
    ) -> None:
        """Share the connection of another client of the server; `timeout` is the profile's."""
        self._transport = transport
        self._reader = reader
        self._server = server
        patience = max(timeout, _LEAST_PATIENCE)
        self._limits = Limits(timeout, patience, max(_IDLE, timeout), _LONGEST_RUN, LARGEST_BODY)
        self.threads = self._of(THREADS, "")

    def _of(self, kind: ResourceKind, parent: str) -> ResourceClient:
        return ResourceClient(
            kind, parse_thread_object, self._transport, self._reader, self._server, parent
        )

    def messages(self, thread_id: str) -> ResourceClient:
        """The messages of a thread."""
        return self._of(MESSAGES, _path("/threads", thread_id))

    def runs(self, thread_id: str) -> ResourceClient:
        """The runs of a thread."""
        return self._of(RUNS, _path("/threads", thread_id))

    def can(self, capability: Capability, kind: ResourceKind) -> bool:
        """Whether the server can do this, as far as is known."""
        return self._server.of(kind).can(capability)

    async def upload(self, path: Path) -> ResourceRow:
        """Upload a file that was checked; the row of the new file."""
        return await upload(self._transport, self._reader, path)

    async def list_threads(self, most: int = 1_000) -> tuple[ResourceRow, ...] | None:
        """The newest threads; None where the server lists none, as most do."""
        if not self.can(Capability.LIST, THREADS):
            return None
        try:
            listed = await list_objects(self.threads, most)
        except NotServed:
            self._server.of(THREADS).learn_missing(Capability.LIST)
            return None
        return listed.rows[::-1]

    async def list_messages(
        self,
        thread_id: str,
        most: int = MOST_OBJECTS,
        show: Callable[[Objects], None] = lambda objects: None,
    ) -> Objects:
        """The newest messages of a thread.

        Args:
            thread_id: the thread.
            most: how many are enough.
            show: is called with the first page, where there are more.

        Raises:
            NotFound: there is no such thread.
        """
        return await _learning(
            self._server,
            MESSAGES,
            Capability.LIST,
            lambda: list_objects(self.messages(thread_id), most, show),
            lambda: self.threads.retrieve(thread_id),
        )

    async def create_message(self, thread_id: str, body: Mapping[str, str]) -> ResourceRow:
        """Add a message to a thread, from names and the exact JSON texts of their values.

        Raises:
            NotFound: there is no such thread.
        """
        try:
            return await self.messages(thread_id).create(body)
        except NotServed as error:
            if error.status not in _NO_METHOD:
                await self.threads.retrieve(thread_id)
            raise

    async def list_runs(self, thread_id: str, most: int = MOST_OBJECTS) -> Objects:
        """The newest runs of a thread; one server gives those of all threads."""
        listed = await _learning(
            self._server,
            RUNS,
            Capability.LIST,
            lambda: list_objects(self.runs(thread_id), most),
            lambda: self.threads.retrieve(thread_id),
        )
        rows = [row for row in listed.rows if read_run(value_of(row)).thread_id in ("", thread_id)]
        return Objects(tuple([await self._without_key(row) for row in rows]), listed.complete)

    async def list_steps(self, thread_id: str, run_id: str) -> Objects:
        """The steps of a run."""
        steps = self._of(STEPS, self._run_path(thread_id, run_id))
        return await _learning(
            self._server,
            STEPS,
            Capability.LIST,
            lambda: list_objects(steps, MOST_OBJECTS),
            lambda: self.runs(thread_id).retrieve(run_id),
        )

    async def retrieve_run(self, thread_id: str, run_id: str) -> PolledRun:
        """A run as it is now."""
        row, response = await self.runs(thread_id).retrieve_answer(run_id)
        row = await self._without_key(row)
        return PolledRun(row, read_run(value_of(row)), _poll_after(response.headers))

    async def cancel_run(self, thread_id: str, run_id: str) -> None:
        """Ask for the end of a run. What comes of it is to be looked at.

        Raises:
            NotServed: this server cannot cancel runs.
        """
        path = f"{self._run_path(thread_id, run_id)}/cancel"
        await _learning(
            self._server,
            RUNS,
            Capability.CANCEL,
            lambda: self._transport.send(Request("POST", path, body=b"{}")),
            lambda: self.runs(thread_id).retrieve(run_id),
        )

    @asynccontextmanager
    async def start_run(self, thread_id: str, body: Mapping[str, str]) -> AsyncIterator[RunAnswer]:
        """Create a run, and open the stream of its events.

        Args:
            thread_id: the thread.
            body: names and the exact JSON texts of their values.
        """
        path = f"{_path('/threads', thread_id)}/{RUNS.name}"
        async with self._stream(path, body) as answer:
            yield answer

    @asynccontextmanager
    async def resume_run(
        self, thread_id: str, run_id: str, last_event_id: str = ""
    ) -> AsyncIterator[RunAnswer]:
        """Open the stream of a run that was started before, from its beginning or behind an event.

        The embedded server gives one; others answer with the run alone.
        """
        path = self._run_path(thread_id, run_id)
        request = Request(
            "GET",
            path,
            {"stream": "true"},
            names_object=True,
            accept=EVENT_STREAM,
            last_event_id=last_event_id,
        )
        async with self._transport.stream(request, self._limits) as response:
            yield RunAnswer(response)

    @asynccontextmanager
    async def submit_outputs(
        self, thread_id: str, run_id: str, body: Mapping[str, str]
    ) -> AsyncIterator[RunAnswer]:
        """Send what the calls of a run wait for, and open the stream of what follows.

        Args:
            thread_id: the thread.
            run_id: a run that waits.
            body: `tool_outputs` and `tool_approvals`, as exact JSON texts.

        Raises:
            NotServed: this server takes none.
        """
        capabilities = self._server.of(RUNS)
        if not capabilities.can(Capability.SUBMIT):
            raise NotServed("this server takes no outputs of calls: nothing was sent")
        path = f"{self._run_path(thread_id, run_id)}/submit_tool_outputs"
        try:
            async with self._stream(path, body) as answer:
                yield answer
        except NotServed as error:
            if error.status in _NO_METHOD:
                capabilities.learn_missing(Capability.SUBMIT)
            raise

    @asynccontextmanager
    async def _stream(self, path: str, body: Mapping[str, str]) -> AsyncIterator[RunAnswer]:
        content = encode_body({**body, "stream": "true"})
        # A 404 is about the thread, or what the body names, such as the assistant.
        request = Request("POST", path, body=content, names_object=True, accept=EVENT_STREAM)
        async with self._transport.stream(request, self._limits) as response:
            yield RunAnswer(response)

    async def _without_key(self, run: ResourceRow) -> ResourceRow:
        """A run whose error does not quote the key: some servers do."""
        text = run.text
        redacted = await self._transport.redact(text)
        return run if redacted == text else run._replace(stored_text=redacted)

    def _run_path(self, thread_id: str, run_id: str) -> str:
        return _path(f"{_path('/threads', thread_id)}/{RUNS.name}", run_id)


async def _learning(
    server: ServerCapabilities,
    kind: ResourceKind,
    capability: Capability,
    ask: Callable[[], Awaitable[_Answer]],
    owner: Callable[[], Awaitable[ResourceRow]],
) -> _Answer:
    """Ask for something; where there is no such path, find out whether the route is missing.

    Args:
        server: what it is known to lack.
        kind: what is asked about.
        capability: what is asked for.
        ask: asks for it.
        owner: asks for the object that the path belongs to.

    Raises:
        NotServed: the server cannot do this.
        NotFound: there is no such owner.
    """
    capabilities = server.of(kind)
    if not capabilities.can(capability):
        raise NotServed(f"this server cannot {capability.name.lower()} {kind.name}")
    try:
        answer = await ask()
    except NotServed as error:
        if error.status not in _NO_METHOD:
            if capabilities.has_done(capability):
                raise NotFound(error.message, status=error.status) from None
            await owner()
        capabilities.learn_missing(capability)
        raise
    capabilities.prove(capability)
    return answer


def _path(parent: str, object_id: str) -> str:
    """The path of an object; raises NotFound for no id, whose path would be that of the list."""
    if not object_id:
        raise NotFound("nothing has an empty id")
    return f"{parent}/{path_part(object_id)}"


def _poll_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("openai-poll-after-ms", "")
    known = text.isascii() and text.isdecimal() and len(text) < 7
    return min(int(text) / 1000, LONGEST_PAUSE) if known else None
