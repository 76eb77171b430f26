"""A program that is killed while it talks: the next finds all of it, and sends nothing twice."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.threads.transcript import EntryKind
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.threads import following
from tests.fakeserver.sockets import serving
from tests.fakeserver.thread_rules import ThreadRules
from tests.fakeserver.threads import ThreadServer
from tests.limits import LIMIT
from tests.services.support import service_of

ASKED, ANSWER = "Where is it?", "On its way."
_PROGRAM = """
import asyncio, sys
from pathlib import Path
from assistant_tui.api.client import AssistantsClient
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.transport.endpoint import Endpoint

async def main(url, folder, text, *files):
    with Journal(Path(folder) / "journal.db") as journal:
        async with AssistantsClient(Endpoint(url + "/v1")) as client:
            service = AssistantService(client, journal=AccountJournal(journal, "here"))
            await service.threads.begin("asst_1").send(text, attachments=[*map(Path, files)])

asyncio.run(main(*sys.argv[1:]))
"""


class Reached:
    """Answers requests of one part no more, once they were carried out."""

    def __init__(self, server: ThreadServer, method: str) -> None:
        self._server = server
        self._method = method
        self.event = threading.Event()
        self.killed = threading.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        if request.method != self._method or self.killed.is_set():
            return None
        answer = self._server.answer(request)
        self.event.set()
        self.killed.wait(LIMIT)
        return answer


@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
@pytest.mark.parametrize("part", ["messages", "runs", "run_3"])
async def test_the_next_start_goes_on_where_the_program_was_killed(
    part: str, metadata: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it knows that its message arrived, or its run, or while it follows that."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.01)
    rules = ThreadRules(streams=False, absent={"list": 404}, keeps_metadata=metadata)
    server = ThreadServer(None, rules=rules)
    reached = Reached(server, "GET" if part.startswith("run_") else "POST")
    with serving(server) as url:
        server.deviations[part] = reached
        with subprocess.Popen([sys.executable, "-c", _PROGRAM, url, str(tmp_path), ASKED]) as child:
            assert await asyncio.to_thread(reached.event.wait, LIMIT)
            child.kill()
        reached.killed.set()
    assert [len(each) for each in server.messages.values()] == [1]
    with Journal(tmp_path / "journal.db") as journal:
        kept = AccountJournal(journal, "here")
        async with asyncio.timeout(LIMIT), service_of(server, journal=kept) as service:
            (known,) = await service.threads.known("asst_1")
            assert known.title == ASKED
            conversation = await service.threads.open(known.id)
            if part == "messages":
                assert not server.runs
                server.turns = [ANSWER]
                await conversation.send(ASKED)
            else:
                assert conversation.is_under_way, "the run is found"
                (run,) = server.runs.values()
                server.add(known.id, {"role": "assistant", "content": ANSWER}, run["id"])
                run["status"] = "completed"
                await conversation.ended()
            kinds = (EntryKind.USER, EntryKind.ASSISTANT)
            shown = [e.text for e in conversation.transcript.entries if e.kind in kinds]
            assert shown == [ASKED, ANSWER]
    assert [len(each) for each in server.messages.values()] == [2]
    assert len(server.runs) == len(server.threads) == 1


@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
@pytest.mark.parametrize("name", ["notes.txt", "look.png"])
async def test_a_message_with_a_file_is_sent_once_though_the_program_was_killed(
    name: str, metadata: bool, tmp_path: Path
) -> None:
    """The next program uploads the file anew, under another id."""
    file = tmp_path / name
    file.write_bytes(b"what it says")
    server = ThreadServer(ANSWER, rules=ThreadRules(keeps_metadata=metadata))
    ids = iter(("file_1", "file_2"))
    server.deviations["files"] = lambda request: httpx.Response(200, json={"id": next(ids)})
    reached = server.deviations["messages"] = Reached(server, "POST")
    with serving(server) as url:
        arguments = [url, str(tmp_path), ASKED, str(file)]
        with subprocess.Popen([sys.executable, "-c", _PROGRAM, *arguments]) as child:
            assert await asyncio.to_thread(reached.event.wait, LIMIT)
            child.kill()
        reached.killed.set()
    with Journal(tmp_path / "journal.db") as journal:
        kept = AccountJournal(journal, "here")
        async with asyncio.timeout(LIMIT), service_of(server, journal=kept) as service:
            (known,) = await service.threads.known("asst_1")
            conversation = await service.threads.open(known.id)
            await conversation.send(ASKED, attachments=[file])
    assert next(ids, None) is None, "both programs have uploaded it"
    assert [each["role"] for each in server.messages[known.id]] == ["user", "assistant"]


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "under way"])
async def test_a_run_is_started_once_though_the_server_lists_none(
    ended: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before it knows the id of its run: what the run has written tells it."""
    monkeypatch.setattr(following, "POLL_SECONDS", 0.01)
    server = ThreadServer(None, rules=ThreadRules(streams=False, absent={"list": 404, "runs": 404}))
    reached = server.deviations["runs"] = Reached(server, "POST")
    with serving(server) as url:
        with subprocess.Popen([sys.executable, "-c", _PROGRAM, url, str(tmp_path), ASKED]) as child:
            assert await asyncio.to_thread(reached.event.wait, LIMIT)
            child.kill()
        reached.killed.set()
    (run,) = server.runs.values()

    def end() -> None:
        server.add(run["thread_id"], {"role": "assistant", "content": ANSWER}, run["id"])
        run["status"] = "completed"

    if ended:
        end()
    with Journal(tmp_path / "journal.db") as journal:
        kept = AccountJournal(journal, "here")
        async with asyncio.timeout(LIMIT), service_of(server, journal=kept) as service:
            conversation = await service.threads.open(run["thread_id"])
            if not ended:
                refused = asyncio.Event()
                server.deviations["runs"] = _ending_once_refused(server, refused, end)
                server.turns = ["Twice."]
                assert (await conversation.send(ASKED)).id == run["id"]
                assert refused.is_set()
            assert conversation.transcript.run is not None
            assert conversation.transcript.run.id == run["id"]
            assert await kept.threads.sending(run["thread_id"]) is None
    said = [each["content"][0]["text"]["value"] for each in server.messages[run["thread_id"]]]
    assert said == [ASKED, ANSWER] and len(server.runs) == 1


def _ending_once_refused(
    server: ThreadServer, refused: asyncio.Event, end: Callable[[], None]
) -> Callable[[httpx.Request], httpx.Response | None]:
    """Refuse a run while the other one is active, which ends then."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or refused.is_set():
            return None
        answered = server.answer(request)
        assert answered.status_code == 400
        refused.set()
        end()
        return answered

    return answer
