"""Conversations with the embedded server, and a look at what it holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from assistant_tui.server.store.sqlite_store import SQLiteStore
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.threads.service import ThreadService
from assistant_tui.transport.in_process import ASGIStreamTransport
from tests.fakeserver.in_process import InProcessServer
from tests.limits import LIMIT
from tests.server.runs.support import Api, ScriptedModel
from tests.services.support import client_of


@dataclass
class World:
    """One process of the program, and the server."""

    service: AssistantService
    server: InProcessServer
    api: Api
    """Looks at what the server holds, behind the program's back."""
    assistant: str

    @property
    def threads(self) -> ThreadService:
        return self.service.threads

    @property
    def posts(self) -> list[str]:
        """The ends of the paths of all that was sent to be created or changed."""
        return [path.rpartition("/")[2] for path in self.server.write_paths()]


@asynccontextmanager
async def world(
    folder: Path, model: ScriptedModel, assistant: str = "", **settings: Any
) -> AsyncIterator[World]:
    """The program with a journal, before a server with a store; both are files in the folder."""
    with SQLiteStore(folder / "store.db") as store, Journal(folder / "journal.db") as journal:
        app = create_app(store, models=["m"], make_chat_models=lambda: model)
        server = InProcessServer(app)
        looking = httpx.AsyncClient(
            transport=ASGIStreamTransport(app), base_url="http://local", timeout=LIMIT
        )
        async with looking, client_of(server, "https://server.test") as client:
            service = AssistantService(client, journal=AccountJournal(journal, "here"), **settings)
            api = Api(looking)
            made = assistant or await api.assistant(name="Helper")
            try:
                yield World(service, server, api, made)
            finally:
                await service.threads.close()
        await app.state.close()


def told(transcript: Transcript) -> list[tuple[str, str]]:
    """The kinds and texts of all entries."""
    return [(each.kind.name, each.text) for each in transcript.entries]
