"""A message that is longer than a line can be read whole, and the field that it names is seen."""

import json
from pathlib import Path

from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import running

LONG = "The value is refused: " + " ".join(f"reason{number}" for number in range(30)) + " the end"


def refused(param: str | None) -> tuple[int, bytes]:
    error = {"message": LONG, "type": "invalid_request_error", "param": param, "code": None}
    return 400, json.dumps({"error": error}).encode()


async def test_a_refusal_that_names_no_field_is_read_whole_by_a_key(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(3), models=()))
    async with running(server, tmp_path, size=(80, 24)) as program:
        await program.press("enter", "x")
        server.refuse = lambda method, path: refused(None) if method == "POST" else None
        await program.press("ctrl+s")
        assert "· F8 reads all" in program.text and "the end" not in program.text
        await program.press("f8")
        said = " ".join(program.text.split())
        assert "reason0 reason1" in said and "reason29 the end (status 400" in said
        assert "POST /" in said
        await program.press("f8")
        assert program.main.context.form.draft is not None
        await program.press("f8", "escape")
        assert program.main.context.form.draft is not None, "Esc closes the messages alone"


async def test_the_form_scrolls_to_the_field_that_a_refusal_names(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(3), models=()))
    async with running(server, tmp_path, size=(80, 14)) as program:
        await program.press("enter", "x")
        assert "Response format" not in program.text
        server.refuse = lambda method, path: (
            refused("response_format") if method == "POST" else None
        )
        await program.press("ctrl+s")
        form = program.text.rpartition("Not saved")[0]
        assert "Response format" in form and "The value is refused" in form


async def test_what_was_said_before_is_kept_with_the_newest_first(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(3), models=()))
    async with running(server, tmp_path) as program:
        program.main.context.say("First thing")
        program.main.context.say("Second thing")
        await program.press("f8")
        text = program.text
        assert text.index("Second thing") < text.index("First thing") < text.index("GET ")
