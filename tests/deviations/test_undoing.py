"""On each known server: new ones are taken back, and what somebody changed since is kept."""

from pathlib import Path

import pytest

from assistant_tui.core.json_text import compose
from tests.deviations.known_servers import KNOWN
from tests.deviations.program import Session, session

DELETING = [name for name in KNOWN if name != "bella that deletes nothing"]


async def clone_two(on: Session) -> list[str]:
    """Clone two; the ids of the new ones, newest first."""
    before = {*on.server.texts}
    await on.press("space", "space", "C", "tab", "enter")
    # A server that does not take all that it is sent is told of.
    if on.program.asked:
        await on.press("escape")
    return [each for each in on.server.texts if each not in before]


async def test_new_ones_are_taken_back(tmp_path: Path) -> None:
    async with session(KNOWN["laplas"], tmp_path, 3) as on:
        before = [*on.server.texts]
        assert len(await clone_two(on)) == 2
        await on.press("u", "2", "enter")
        assert [*on.server.texts] == before
        assert on.status.startswith("Deleted 2")


@pytest.mark.parametrize("name", DELETING)
async def test_a_new_one_that_was_changed_since_is_kept_and_the_other_taken_back(
    name: str, tmp_path: Path
) -> None:
    async with session(KNOWN[name], tmp_path, 3) as on:
        before = [*on.server.texts]
        theirs, _ = await clone_two(on)
        on.server.texts[theirs] = compose(on.held_as(theirs) | {"name": '"theirs"'})
        await on.press("u", "2", "enter")
        assert "changed since it was created" in on.program.text
        assert sorted(on.server.texts) == sorted([theirs, *before])
