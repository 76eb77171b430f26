"""Streams of runs that never end, never fit, or are about something else: bounded, and told."""

import asyncio
import itertools
import json
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from assistant_tui.core.threads.entries import Entry
from assistant_tui.core.threads.entry_list import MOST_ENTRIES, MOST_TEXT
from assistant_tui.core.threads.transcript import EntryKind
from assistant_tui.services.threads import following
from assistant_tui.services.threads.conversation import Conversation
from tests.fakeserver.requests import Json
from tests.fakeserver.threads import ThreadServer
from tests.limits import LIMIT
from tests.services.support import service_of

ANSWER = "It is on its way."
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for by the clock comes sooner."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(following, "SETTLED_SECONDS", 0.05)
    monkeypatch.setattr(following, "QUIET_SECONDS", 0.1)


class Stream(httpx.AsyncByteStream):
    """A stream that goes on as long as it is read."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        self.closed = True


def sent(name: str, value: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n".encode()


def piece(text: str, message: str = "msg_x") -> bytes:
    content = [{"index": 0, "type": "text", "text": {"value": text}}]
    value = {"id": message, "object": "thread.message.delta", "delta": {"content": content}}
    return sent("thread.message.delta", value)


@asynccontextmanager
async def talking(
    parts: Callable[[Json], Iterable[bytes]],
    look: Callable[[Sequence[Entry]], None] = lambda entries: None,
) -> AsyncIterator[tuple[Conversation, Stream]]:
    """A conversation with a server that has ended the run, whatever its stream says."""
    server = ThreadServer(ANSWER)
    streams: list[Stream] = []

    def start(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST":
            return None
        server.answer(request)
        (run,) = server.runs.values()
        streams.append(
            Stream(
                itertools.chain(
                    [sent("thread.run.created", run | {"status": "queued"})], parts(run)
                )
            )
        )
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=streams[0])

    server.deviations["runs"] = start
    async with asyncio.timeout(LIMIT), service_of(server) as service:
        conversation = service.threads.begin("asst_1")
        conversation.listen(lambda changes: look(conversation.transcript.entries))
        run = await conversation.send("Where is it?")
        assert run.status == "completed"
        yield conversation, streams[0]


def texts(conversation: Conversation) -> list[str]:
    kinds = (EntryKind.USER, EntryKind.ASSISTANT)
    return [each.text for each in conversation.transcript.entries if each.kind in kinds]


FOREIGN = {
    "object": "thread.run",
    "id": "run_other",
    "thread_id": "thread_other",
    "status": "failed",
}


@pytest.mark.parametrize(
    "endless",
    [
        b": ping\n\n",
        b"data: {}\n\n",
        b"data: nonsense\n\n",
        b"event: weather\ndata: {}\n\n",
        sent("thread.run.failed", FOREIGN),
        sent("thread.message.delta", {"delta": {}}),
        sent("thread.run.queued", {"object": "thread.run", "id": "run_other", "status": "queued"}),
    ],
    ids=["comments", "empty", "no JSON", "unknown", "other thread", "nothing in it", "other run"],
)
async def test_a_stream_that_never_ends_is_left_once_the_run_has_ended(endless: bytes) -> None:
    async with talking(lambda run: itertools.repeat(endless)) as (conversation, stream):
        assert texts(conversation) == ["Where is it?", ANSWER]
        assert stream.closed
        assert len(conversation.transcript.runs) == 1


async def test_text_without_end_is_cut_and_the_server_has_the_last_word() -> None:
    most = 0

    def parts(run: Json) -> Iterable[bytes]:
        return (piece("x" * 60_000) for _ in range(1_700))  # 102 MB

    tracemalloc.start()
    try:
        async with talking(parts) as (conversation, stream):
            assert texts(conversation) == ["Where is it?", ANSWER]
            assert stream.closed
            most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2 * MOST_TEXT


async def test_very_many_pieces_are_taken_in_their_time() -> None:
    def parts(run: Json) -> Iterable[bytes]:
        chunk = piece("word ") * 100
        return itertools.repeat(chunk, 500)

    longest, last = 0.0, time.monotonic()

    async def beat() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.001)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    beating = asyncio.ensure_future(beat())
    begun = time.process_time()
    async with talking(parts) as (conversation, _):
        assert texts(conversation) == ["Where is it?", ANSWER]
    beating.cancel()
    assert time.process_time() - begun < LIMIT / 4
    assert longest < 1.0, "others have their turn"


async def test_an_event_that_is_too_large_ends_the_stream() -> None:
    def parts(run: Json) -> Iterable[bytes]:
        yield b"event: thread.message.delta\ndata: "
        yield from itertools.repeat(b"x" * MEGABYTE)

    async with talking(parts) as (conversation, stream):
        assert texts(conversation) == ["Where is it?", ANSWER] and stream.closed


async def test_very_many_messages_are_bounded() -> None:
    def parts(run: Json) -> Iterable[bytes]:
        for number in range(MOST_ENTRIES + 1_000):
            message = {
                "id": f"msg_{number}x",
                "object": "thread.message",
                "role": "assistant",
                "status": "completed",
            }
            yield sent("thread.message.completed", message | {"content": "x", "run_id": run["id"]})

    sizes: list[int] = []
    async with talking(parts, lambda entries: sizes.append(len(entries))) as (conversation, _):
        assert texts(conversation) == ["Where is it?", ANSWER]
    assert max(sizes) == MOST_ENTRIES + 1, "and a note that says so"


async def test_a_name_that_forges_the_screen_stays_text() -> None:
    """It is kept as it came; what draws it makes it harmless, as all remote text."""
    forged = "\x1b[2J\u202eevil"

    def parts(run: Json) -> Iterable[bytes]:
        calls = [{"index": 0, "id": "c", "type": "function", "function": {"name": forged}}]
        details = {"type": "tool_calls", "tool_calls": calls}
        step = {
            "id": "step_x",
            "object": "thread.run.step.delta",
            "delta": {"step_details": details},
        }
        yield sent("thread.run.step.delta", step)
        yield sent("error", {"message": forged})

    async with talking(parts) as (conversation, _):
        assert texts(conversation) == ["Where is it?", ANSWER]
