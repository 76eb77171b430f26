"""A form can be left before there is a connection."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant_tui.core.listing import Listing
from assistant_tui.server.app import create_app
from assistant_tui.tui.assistants.connector import Connector
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import running
from tests.tui.rows import row

if TYPE_CHECKING:
    from assistant_tui.services.assistants import AssistantService


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_discarding_before_there_is_a_connection_is_no_fault(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, connected = Connector.connected, asyncio.Event()

    async def late(loader: Connector) -> "AssistantService":
        await connected.wait()
        return await connect(loader)

    monkeypatch.setattr(Connector, "connected", late)
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
