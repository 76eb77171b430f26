"""Conversations with fake servers, and what those hold of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from assistant_tui.core.threads.transcript import EntryKind
from assistant_tui.journal.journal import Journal
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.threads.conversation import Conversation
from assistant_tui.services.threads.service import ThreadService
from tests.fakeserver.threads import ThreadServer
from tests.limits import LIMIT
from tests.services.support import service_of

ASKED, ANSWER = "Where is my order?", "It is on its way."


@asynccontextmanager
async def threads_of(server: ThreadServer, folder: Path) -> AsyncIterator[ThreadService]:
    """The threads of one run of the program."""
    with Journal(folder / "journal.db") as journal:
        kept = AccountJournal(journal, "s")
        async with asyncio.timeout(LIMIT), service_of(server, journal=kept) as service:
            yield service.threads
            await service.threads.close()


def held(server: ThreadServer) -> list[str]:
    """The texts of all messages that a server has, thread by thread."""
    return [
        part["text"]["value"]
        for messages in server.messages.values()
        for message in messages
        for part in message["content"]
    ]


def seen(conversation: Conversation) -> list[str]:
    """The texts of the messages that are shown."""
    kinds = (EntryKind.USER, EntryKind.ASSISTANT)
    return [each.text for each in conversation.transcript.entries if each.kind in kinds]
