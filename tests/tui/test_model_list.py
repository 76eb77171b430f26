"""The server's models are seen below the field while it has the focus, and not elsewhere."""

from tests.tui.driver import Driver


def offered(program: Driver) -> list[str]:
    """The models below the field."""
    top = next(y for y, line in enumerate(program.lines) if line.startswith((" *Model", "  Model")))
    end = next(y for y, line in enumerate(program.lines) if "Description" in line)
    return [line.split()[0] for line in program.lines[top + 1 : end]]


async def test_the_models_are_shown_while_the_field_has_the_focus(program: Driver) -> None:
    await program.press("n")
    assert offered(program) == []
    await program.press("tab")
    assert offered(program) == ["gpt-4o", "gpt-4o-mini", "o3-mini"]
    await program.press("tab")
    assert offered(program) == []


async def test_typing_narrows_them_and_nothing_is_shown_where_nothing_matches(
    program: Driver,
) -> None:
    await program.press("n", "tab", "ctrl+u")
    await program.type("4o")
    assert offered(program) == ["gpt-4o", "gpt-4o-mini"]
    await program.type("x")
    assert offered(program) == []
