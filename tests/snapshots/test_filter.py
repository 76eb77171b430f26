"""The filter: while one types, unfinished, kept, sorted, in vain, and while pages come."""

from assistant_tui.config.settings import Profile, Source, demo
from tests.snapshots.conftest import Looks
from tests.snapshots.test_pictures import Start, detail_follows, samples, start

__all__ = ["start"]

SMALL_PAGES = Profile("work", Source.LOCAL, page_size=30)


async def test_typing(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("slash")
        await program.type("invoice !o3")
        await detail_follows(program)
        looks_as_before(program)


async def test_unfinished(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("slash")
        await program.type("tutor created:>")
        await detail_follows(program)
        looks_as_before(program)


async def test_kept_and_sorted(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("slash")
        await program.type("tutor")
        await program.press("enter", "s", "S", "j")
        await detail_follows(program)
        looks_as_before(program)


async def test_in_vain(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("slash")
        await program.type("modle:gpt-4o")
        looks_as_before(program)


async def test_pages_under_way(start: Start, looks_as_before: Looks) -> None:
    server = samples()
    async with start(server, profile=SMALL_PAGES) as program:
        server.hold = lambda method, path: True
        await program.pilot.press("slash", *"help", "enter")
        await server.arrived.wait()
        await detail_follows(program)
        looks_as_before(program)
        server.opened.set()
        await program.settle()


async def test_an_id_is_asked_for(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("i", "enter")
        looks_as_before(program)
