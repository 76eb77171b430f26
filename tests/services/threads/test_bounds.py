"""What a server or a disk does in the middle costs neither the program nor the message."""

import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import httpx
import pytest

from assistant_tui.api.run_answer import RunAnswer
from assistant_tui.api.threads import LONGEST_PAUSE, ThreadsClient
from assistant_tui.core.errors import Invalid
from assistant_tui.transport.response_stream import ResponseStream
from tests.fakeserver.threads import ThreadServer
from tests.server.runs.support import ScriptedModel
from tests.services.support import client_of
from tests.services.threads.support import world


class Blank:
    """An answer that begins with very many blank lines, as some servers keep a line alive."""

    secrets = frozenset[str]()

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        for _ in range(self._pieces):
            yield b"\n" * 16
        yield b"event: done\ndata: [DONE]\n\n"


async def test_blank_lines_before_a_stream_cost_their_length() -> None:
    """Ten times as many cost about ten times as much, and not a hundred times."""

    async def seconds(pieces: int) -> float:
        began = time.process_time()
        answer = RunAnswer(cast(ResponseStream, Blank(pieces)))
        assert [event.name async for event in answer.events()] == ["done"]
        return time.process_time() - began

    few = min([await seconds(6_000) for _ in range(3)])
    assert await seconds(60_000) < 40 * few


async def test_a_file_that_goes_while_it_is_attached_is_refused(
    tmp_path: Path, model: ScriptedModel
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello")

    def remove(request: httpx.Request) -> None:
        file.unlink(missing_ok=True)

    async with world(tmp_path, model) as here:
        here.server.deviations["threads"] = remove
        conversation = here.threads.begin(here.assistant)
        with pytest.raises(Invalid, match=r"notes\.txt: No such file"):
            await conversation.send("Read it", attachments=[file])
        assert here.posts == ["threads"]
        assert (await here.threads.known())[0].id == conversation.thread_id


async def test_a_server_that_asks_for_a_long_pause_is_looked_at_all_the_same() -> None:
    server = ThreadServer("Hello")
    thread = server.make_thread({})["id"]

    async def run(request: httpx.Request) -> httpx.Response:
        body = {"id": "run_1", "thread_id": thread, "status": "in_progress"}
        return httpx.Response(200, json=body, headers={"openai-poll-after-ms": "999999"})

    server.deviations["any"] = run
    async with client_of(server) as client:
        threads = ThreadsClient(client.transport, client.reader, client.server)
        polled = await threads.retrieve_run(thread, "run_1")
        assert polled.poll_after == LONGEST_PAUSE < 60
