"""A name that the form cannot hold: it is locked, and the form is as usable as any other."""

from pathlib import Path

from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import running


async def test_the_focus_is_in_the_next_field_and_keys_stay_in_the_form(tmp_path: Path) -> None:
    store = SampleStore(0)
    store.create({"name": "two\nlines", "model": "gpt-4o", "tools": []})
    async with running(InProcessServer(create_app(store, models=())), tmp_path) as program:
        await program.press("enter", "d", "n")
        assert not program.asked
        assert any("Model" in line and "gpt-4odn" in line for line in program.lines)
        await program.press("backspace", "backspace", "tab", "!", "ctrl+s")
        assert program.status.startswith("Saved two lines")
