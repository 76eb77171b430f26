"""The long texts of the form are wrapped, whatever happens between their mount and the layout."""

from pathlib import Path

import pytest
from textual.widgets import TextArea

from assistant_tui.server.app import create_app
from assistant_tui.tui.widgets.form import AssistantForm
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import running


@pytest.mark.parametrize("early", [False, True])
async def test_a_text_is_wrapped_though_a_place_was_asked_for_before_the_layout(
    early: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = AssistantForm.start

    def ask_first(form: AssistantForm) -> None:
        if early:
            form.screen._compositor._full_map_invalidated = True
            assert form.query(".field-instructions TextArea").last(TextArea).region.width
        start(form)

    monkeypatch.setattr(AssistantForm, "start", ask_first)
    store = SampleStore(0)
    store.create({"name": "n", "model": "m", "tools": [], "instructions": "manywords " * 12})
    async with running(
        InProcessServer(create_app(store, models=())), tmp_path, size=(120, 36)
    ) as program:
        await program.press("enter")
        assert program.text.count("manywords") == 12
