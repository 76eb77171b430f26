"""Before there is a connection, a form can be left, and what is typed into it is kept."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.css.query import NoMatches
from textual.widget import MountError

from assistant_tui.core.listing import Listing
from assistant_tui.journal.drafts import load_draft
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from assistant_tui.tui.assistants.connector import Connector
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import running
from tests.tui.rows import row

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Nothing is connected before it is set."""
    connect, event = Connector.connected, asyncio.Event()

    async def late(loader: Connector) -> "AssistantService":
        await event.wait()
        return await connect(loader)

    monkeypatch.setattr(Connector, "connected", late)
    return event


@pytest.mark.parametrize("ended", [False, True])
async def test_what_is_typed_before_there_is_a_connection_is_kept(
    ended: bool, tmp_path: Path, connected: asyncio.Event
) -> None:
    server = InProcessServer(create_app(SampleStore(0), models=()))
    async with running(server, tmp_path, settle=False) as program:
        await program.pilot.press("n", "M", "e")
        if ended:
            program.main.leave_guard.keep_draft()
        with Journal(tmp_path / "journal.db") as journal:
            await program.until(lambda: len(journal.drafts.all("local")) == 1)
            (kept,) = journal.drafts.all("local")
    assert load_draft(kept.text).raw == {"name": "Me"}


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_discarding_before_there_is_a_connection_is_no_fault(
    key: str, tmp_path: Path, connected: asyncio.Event
) -> None:
    server = InProcessServer(create_app(SampleStore(0), models=()))
    opening = Listing((row(),), remembered=True)
    async with running(server, tmp_path, opening=opening, settle=False) as program:
        await program.pilot.press("enter", "!", key)
        await program.until(lambda: program.asked)
        await program.pilot.press("tab", "enter")
        await program.until(lambda: not program.main.query("AssistantForm"))
        connected.set()
        await program.until(lambda: key == "escape" or not program.app.is_running)
        await program.pilot.pause()
        assert program.app.crash_report is None


@pytest.mark.parametrize("error", [NoMatches("gone"), MountError("gone")])
async def test_a_widget_that_is_gone_once_the_program_ends_is_no_fault(
    error: Exception, tmp_path: Path
) -> None:
    server = InProcessServer(create_app(SampleStore(0), models=()))
    async with running(server, tmp_path) as program:
        program.app.exit()
        program.app._handle_exception(error)
        await program.until(lambda: not program.app.is_running)
        assert (program.app.return_code, program.app.crash_report) == (0, None)
