"""The editor of a JSON Schema survives that another one was closed before it."""

import gc

from textual.app import App

from assistant_tui.tui.widgets.editors.text import SchemaTextArea


async def test_a_second_one_opens_after_the_first_was_freed() -> None:
    app: App[None] = App()
    async with app.run_test():
        for _ in range(3):
            area = SchemaTextArea('{"type": "object"}')
            area.language = "json"
            assert area.is_syntax_aware
            del area
            gc.collect()
