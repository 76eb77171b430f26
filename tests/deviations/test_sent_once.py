"""What was sent to a thread and not answered is looked for before anything is sent again."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant_tui.core.errors import ServiceError
from tests.deviations.conversations import ANSWER, ASKED, held, seen, threads_of
from tests.deviations.thread_servers import THREAD_SERVERS
from tests.fakeserver.deviations import refusal
from tests.fakeserver.server import Deviation
from tests.fakeserver.threads import ThreadServer

pytestmark = pytest.mark.usefixtures("soon")


def losing(server: ThreadServer, *, arrives: bool) -> Deviation:
    """The next request of this part gets no answer, whether it arrives or not."""
    left = [True]

    def lose(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or not left:
            return None
        left.clear()
        if arrives:
            server.answer(request)
        raise httpx.ReadError("lost")

    return lose


@pytest.mark.parametrize("name", ["as documented", "without metadata", "myla", "Astra"])
@pytest.mark.parametrize("part", ["messages", "runs", "submit_tool_outputs"])
async def test_what_arrived_without_an_answer_is_found_and_not_sent_again(
    name: str, part: str, tmp_path: Path
) -> None:
    server = ThreadServer([("f", "{}")], ANSWER, rules=THREAD_SERVERS[name])
    server.deviations[part] = losing(server, arrives=True)
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send(ASKED)
        (entry,) = conversation.transcript.waiting
        await conversation.answer({entry.key: "x"})
        assert seen(conversation) == held(server) == [ASKED, ANSWER]
        assert len(server.runs) == len(server.outputs) == 1


@pytest.mark.parametrize("name", ["as documented", "without metadata"])
@pytest.mark.parametrize("part", ["messages", "runs"])
async def test_what_did_not_arrive_is_sent_when_the_person_sends_it_again(
    name: str, part: str, tmp_path: Path
) -> None:
    server = ThreadServer(ANSWER, rules=THREAD_SERVERS[name])
    server.deviations[part] = losing(server, arrives=False)
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        with pytest.raises(ServiceError, match="may still arrive"):
            await conversation.send(ASKED)
        if part == "messages":
            await conversation.send(ASKED)
        else:
            await conversation.run()
        assert seen(conversation) == held(server) == [ASKED, ANSWER]
        assert len(server.runs) == 1


@pytest.mark.parametrize("part", ["messages", "runs"])
async def test_what_arrives_late_is_found_before_it_is_sent_again(
    part: str, tmp_path: Path
) -> None:
    server = ThreadServer(ANSWER, rules=THREAD_SERVERS["as documented"])
    late: list[httpx.Request] = []

    def delay(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or late:
            return None
        late.append(request)
        raise httpx.ReadError("lost")

    server.deviations[part] = delay
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        with pytest.raises(ServiceError, match="may still arrive"):
            await conversation.send(ASKED)
        server.answer(late[0])
        await (conversation.send(ASKED) if part == "messages" else conversation.run())
        assert held(server) == [ASKED, ANSWER]
        assert len(server.runs) == 1


async def test_a_message_of_a_program_that_was_killed_is_found(tmp_path: Path) -> None:
    server = ThreadServer("First.", ANSWER, rules=THREAD_SERVERS["as documented"])
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send("Hello")
        server.deviations["messages"], lose = _without_reads(losing(server, arrives=True))
        with pytest.raises(ServiceError):
            await conversation.send(ASKED)
        thread = conversation.thread_id
    lose.clear()
    async with threads_of(server, tmp_path) as later:
        assert thread is not None
        opened = await later.open(thread)
        await opened.send(ASKED)
        assert held(server) == ["Hello", "First.", ASKED, ANSWER]


def _without_reads(deviation: Deviation) -> tuple[Deviation, list[bool]]:
    """A deviation that also refuses all reads, as a server that has gone, as long as it is told."""
    gone = [True]

    def both(request: httpx.Request) -> Any:
        if gone and request.method == "GET":
            return refusal(503, "gone")
        return deviation(request)

    return both, gone


async def test_outputs_that_did_not_arrive_can_be_given_again(tmp_path: Path) -> None:
    server = ThreadServer([("f", "{}")], ANSWER, rules=THREAD_SERVERS["as documented"])
    server.deviations["submit_tool_outputs"] = losing(server, arrives=False)
    async with threads_of(server, tmp_path) as threads:
        conversation = threads.begin("asst_1")
        await conversation.send(ASKED)
        (entry,) = conversation.transcript.waiting
        with pytest.raises(ServiceError):
            await conversation.answer({entry.key: "x"})
        assert conversation.transcript.waiting == (entry,)
        await conversation.answer({entry.key: "x"})
        assert len(server.outputs) == 1 and seen(conversation) == [ASKED, ANSWER]
