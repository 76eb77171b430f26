"""Pages that are wanted while something else is under way, or that fail, are not forgotten."""

from pathlib import Path

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.assistants.samples import sample
from assistant_tui.core.listing import Listing
from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import running

PAGES = Profile("p", Source.LOCAL, page_size=50)
FORBIDDEN = 403, b'{"error": {"message": "for a moment", "type": "x", "param": null, "code": null}}'


async def first_page(folder: Path) -> Listing:
    """What the server answers first, to the letter."""
    server = InProcessServer(create_app(SampleStore(200), models=()))
    async with running(server, folder, profile=PAGES) as program:
        return Listing(program.main.list_model.listing.rows[:50], remembered=True)


async def test_a_page_wanted_before_the_server_has_answered_comes_with_the_answer(
    tmp_path: Path,
) -> None:
    opening = await first_page(tmp_path)
    server = InProcessServer(create_app(SampleStore(200), models=()))
    server.hold = lambda method, path: True
    app = running(server, tmp_path, profile=PAGES, opening=opening, settle=False)
    async with app as program:
        await program.pilot.press("right_square_bracket")
        await server.arrived.wait()
        server.opened.set()
        await program.settle()
        assert "51–100 of 100+" in program.header
        assert program.highlighted == sample(50)["name"]
        assert len(server.requests) == 2


async def test_a_page_that_failed_comes_with_the_next_refresh(tmp_path: Path) -> None:
    server = InProcessServer(create_app(SampleStore(200), models=()))
    async with running(server, tmp_path, profile=PAGES) as program:
        server.refuse = lambda method, path: FORBIDDEN
        await program.press("G")
        assert "1–50 of 50+" in program.header and "r tries again" in program.status
        server.refuse = lambda method, path: None
        await program.press("r")
        assert "1–50 of 100+" in program.header
        assert program.highlighted == sample(49)["name"]


async def test_what_was_deleted_during_a_refresh_does_not_come_back(
    tmp_path: Path, server: InProcessServer
) -> None:
    async with running(server, tmp_path) as program:
        name = program.highlighted
        rows = ",".join(row.text for row in program.main.list_model.listing.rows)
        older = f'{{"object": "list", "data": [{rows}], "has_more": false}}'.encode()
        server.hold = lambda method, path: method == "GET"
        await program.pilot.press("r")
        await server.arrived.wait()
        answers = iter([(200, older)])
        server.refuse = lambda method, path: next(answers, None) if method == "GET" else None
        await program.pilot.press("d", "tab", "enter")
        await program.pilot.pause()
        server.opened.set()
        await program.settle()
        assert program.status.startswith(f"Deleted {name}")
        assert name not in [row.name for row in program.main.list_model.listing.rows]
        assert "of 2 (all)" in program.header
