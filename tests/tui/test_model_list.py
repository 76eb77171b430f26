"""The server's models are seen below the field while it has the focus, and not elsewhere."""

import json
from pathlib import Path

from tests.fakeserver.in_process import InProcessServer
from tests.tui.driver import Driver, running

MARK = "not among the models that this server lists"


def offered(program: Driver) -> list[str]:
    """The models below the field."""
    top = next(y for y, line in enumerate(program.lines) if line.startswith((" *Model", "  Model")))
    end = next(y for y, line in enumerate(program.lines) if "Description" in line)
    return [line.split()[0] for line in program.lines[top + 1 : end] if MARK not in line]


async def test_the_models_are_shown_while_the_field_has_the_focus(program: Driver) -> None:
    await program.press("n")
    assert offered(program) == []
    await program.press("tab")
    assert offered(program) == ["gpt-4o", "gpt-4o-mini", "o3-mini"]
    await program.press("tab")
    assert offered(program) == []


async def test_the_list_is_scrolled_into_sight(server: InProcessServer, tmp_path: Path) -> None:
    async with running(server, tmp_path, size=(80, 8)) as program:
        await program.press("n", "tab")
        assert "Model" in program.lines[2]
        below = [line.strip() for line in program.lines[3:6]]
        assert below == ["gpt-4o", "gpt-4o-mini", "o3-mini"]


async def test_typing_narrows_them_and_nothing_is_shown_where_nothing_matches(
    program: Driver,
) -> None:
    await program.press("n", "tab", "ctrl+u")
    await program.type("4o")
    assert offered(program) == ["gpt-4o", "gpt-4o-mini"]
    await program.type("x")
    assert offered(program) == []


async def test_a_model_that_the_server_does_not_list_is_marked_and_allowed(
    program: Driver, server: InProcessServer
) -> None:
    await program.press("n", "tab")
    assert MARK not in program.text
    await program.type("x")
    assert MARK in program.text
    await program.press("ctrl+s")
    assert json.loads(server.bodies[0]) == {"model": "gpt-4ox"}


async def test_where_the_server_lists_no_models_none_is_marked(
    program: Driver, server: InProcessServer
) -> None:
    server.refuse = lambda method, path: (404, b"{}") if path.endswith("/models") else None
    await program.press("n", "tab")
    await program.type("any")
    assert MARK not in program.text
