"""Random faults on every request: what a person has sent is there once, and answered once.

Whoever is told that something failed does it again, as a person would.
"""

import asyncio
import random
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.threads.transcript import EntryKind
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.threads import following
from assistant_tui.services.threads.conversation import Conversation
from tests.fakeserver.deviations import refusal
from tests.fakeserver.server import ANY
from tests.fakeserver.thread_rules import ThreadRules
from tests.fakeserver.threads import ThreadServer
from tests.limits import LIMIT
from tests.services.support import service_of

TURNS = 6


class Faults:
    """Answers some requests otherwise than the server would."""

    def __init__(self, server: ThreadServer, seed: int) -> None:
        self._server = server
        self._random = random.Random(seed)
        self.rate = 0.3

    def __call__(self, request: httpx.Request) -> httpx.Response | None:
        if self._random.random() > self.rate:
            return None
        fault = self._random.choice(("unsent", "lost", "arrived", "429", "500", "500 arrived"))
        if fault == "unsent":
            raise httpx.ConnectError("refused")
        if "arrived" in fault:
            self._server.answer(request)
        if "500" in fault:
            return refusal(500, "out of order")
        if fault == "429":
            return refusal(429, "too many")
        raise httpx.ReadError("lost")


async def said(conversation: Conversation, text: str) -> None:
    """Say something, again and again until it is answered."""
    for _ in range(200):
        try:
            run = await conversation.send(text)
        except ServiceError:
            continue
        if run.status == "requires_action":
            await answered(conversation)
        return
    raise AssertionError("it never got through")


async def answered(conversation: Conversation) -> None:
    for _ in range(200):
        waiting = conversation.transcript.waiting
        if not waiting:
            return
        try:
            await conversation.answer({entry.key: "out" for entry in waiting})
        except ServiceError:
            continue
    raise AssertionError("the answer never got through")


@pytest.mark.parametrize("metadata", [True, False], ids=["metadata", "no metadata"])
@pytest.mark.parametrize("seed", range(8))
async def test_everything_is_there_once(
    seed: int, metadata: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "POLL_SECONDS", 0.001)
    turns: list[str | list[tuple[str, str]] | None] = []
    for at in range(TURNS):
        turns += [[("f", f'{{"n": {at}}}')]] if at % 3 == 1 else []
        turns.append(f"Answer {at}")
    breaks_after = seed if seed % 2 else None
    rules = ThreadRules(keeps_metadata=metadata, absent={"list": 404}, breaks_after=breaks_after)
    server = ThreadServer(*turns, rules=rules)
    faults = Faults(server, seed)
    server.deviations[ANY] = faults
    expected = []
    with Journal(tmp_path / "journal.db") as journal:
        kept = AccountJournal(journal, "s")
        async with asyncio.timeout(LIMIT), service_of(server, journal=kept) as service:
            conversation = service.threads.begin("asst_1")
            for at in range(TURNS):
                await said(conversation, f"Question {at}")
                expected += [f"Question {at}", f"Answer {at}"]
            faults.rate = 0.0
            assert conversation.thread_id is not None
            opened = await service.threads.open(conversation.thread_id)
    held = server.messages[conversation.thread_id]
    assert [each["content"][0]["text"]["value"] for each in held] == expected
    assert (
        len([run for run in server.runs.values() if run["thread_id"] == opened.thread_id]) == TURNS
    )
    assert len(server.outputs) == len([at for at in range(TURNS) if at % 3 == 1])
    kinds = (EntryKind.USER, EntryKind.ASSISTANT)
    assert [each.text for each in opened.transcript.entries if each.kind in kinds] == expected
