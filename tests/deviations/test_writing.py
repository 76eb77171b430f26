"""On each known server: what is sent, what it then holds, and what is said of the difference."""

from pathlib import Path
from typing import NamedTuple

import pytest

from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.json_text import compose, members, write_json
from tests.deviations.known_servers import KNOWN
from tests.deviations.program import Session, session
from tests.deviations.seeds import sendable
from tests.fakeserver.requests import Members

EMPTY = ("null", "[]", "{}")
MODIFYING = [name for name in KNOWN if name not in ("litellm", "myla", "localai")]
"""Those on which a modify of what was touched, or of all where the profile says so, is all well."""


class Manner(NamedTuple):
    """How a modify goes."""

    whole: bool = False
    """It carries the whole object, since the profile says so."""
    clears: bool = True
    """Null is taken."""


NO_NULL = Manner(clears=False)
MANNERS = {
    "bella": NO_NULL,
    "bella that deletes nothing": NO_NULL,
    "astra": NO_NULL,
    "leapfrog": NO_NULL,
    "myla, told": Manner(whole=True),
    "localai, told": Manner(whole=True),
}
"""Where it is not as by the book."""


def received(on: Session) -> Members:
    """The highlighted assistant as it was sent."""
    return members(on.row.text)


@pytest.mark.parametrize("name", MODIFYING)
async def test_edits_send_what_was_touched_and_change_nothing_else(
    name: str, tmp_path: Path
) -> None:
    manner = MANNERS.get(name, Manner())
    async with session(KNOWN[name], tmp_path, 3) as on:
        on.server.requests.clear()
        for more in ("!", "?"):
            old, shown, others = dict(on.held), received(on), len(on.server.texts)
            new = {"name": write_json(on.row.name + more)}
            await on.edit_name(more)
            sent = members(on.server.bodies[-1])
            assert sent == (sendable(shown) | new if manner.whole else new)
            assert sendable(on.held) == sendable(old) | new
            assert len(on.server.texts) == others
            assert on.status == f"Saved {on.row.name} · {on.row.id}"
            assert on.row.text == on.server.shown(on.row.id)
        assert on.server.parts == ["models", "retrieve", "modify"] * 2


async def test_what_a_modify_wiped_is_named_and_comes_back_with_u(tmp_path: Path) -> None:
    async with session(KNOWN["localai"], tmp_path, 3) as on:
        old = dict(on.held)
        await on.edit_name("!")
        assert on.server.bodies == ['{"name": "Bot 3!"}']
        wiped = "model, description, instructions, tools, metadata"
        assert on.status == f"! Saved Bot 3! · the server wiped: {wiped} · u undoes it"
        await on.undo()
        assert "This server replaces the whole object" in on.program.text
        await on.press("tab", "enter")
        assert on.held == old
        assert "set full_replace" in await on.help()


@pytest.mark.parametrize("name", [name for name in MODIFYING if "hosted" not in name])
async def test_a_field_is_cleared_or_said_not_to_be(name: str, tmp_path: Path) -> None:
    manner = MANNERS.get(name, Manner())
    async with session(KNOWN[name], tmp_path, 3) as on:
        old, shown = dict(on.held), received(on)
        await on.clear_description()
        cleared = {"description": "null"}
        sent = members(on.server.bodies[0])
        assert sent == (sendable(shown) | cleared if manner.whole else cleared)
        if manner.clears:
            assert sendable(on.held) == sendable(old) | cleared
            await on.undo()
            assert sendable(on.held) == sendable(old)
        else:
            assert on.held == old
            assert "the server did not take: description" in on.status
            assert on.in_form, "what was not taken is still there, as an edit"
            assert "*Description" in on.program.text
            await on.press("escape", "tab", "enter")
            await on.press("u")
            assert "Nothing was done here that could be undone" in on.status


@pytest.mark.parametrize("name", KNOWN)
async def test_what_is_deleted_comes_back_anew(name: str, tmp_path: Path) -> None:
    async with session(KNOWN[name], tmp_path, 3) as on:
        gone, called, old, shown = on.row.id, on.row.name, dict(on.held), received(on)
        on.server.requests.clear()
        await on.delete()
        if name == "bella that deletes nothing":
            assert f"{called} was not deleted" in on.status and "it is still there" in on.status
            assert (on.row.id, on.held) == (gone, old)
            await on.press("u")
            assert "Nothing was done here that could be undone" in on.status
            return
        assert len(on.server.texts) == 2 and gone not in on.server.texts
        assert on.status == f"Deleted {called} · {gone} · u undoes it"
        await on.undo()
        sent = members(on.server.bodies[-1])
        assert sent == {n: t for n, t in shown.items() if n in FIELDS and t not in EMPTY}
        assert {n: on.held[n] for n in sent} == {n: old[n] for n in sent}
        assert on.row.id != gone and on.row.name == called
        assert on.server.parts.count("list") <= 3


@pytest.mark.parametrize("name", KNOWN)
async def test_a_new_one_and_a_clone(name: str, tmp_path: Path) -> None:
    async with session(KNOWN[name], tmp_path, 3) as on:
        on.check_requests()
        on.server.requests.clear()
        await on.press("n")
        await on.program.type("New")
        await on.press("ctrl+s")
        assert on.server.bodies == ['{"model": "gpt-4o", "name": "New"}']
        assert on.held["name"] == '"New"' and len(on.server.texts) == 4
        assert on.status == f"Created New · {on.row.id}"
        await on.press("j")
        like, shown = on.row, received(on)
        await on.press("C", "ctrl+s")
        assert len(on.server.texts) == 5
        assert on.row.name == f"{like.name} (copy)"
        wanted = {n: t for n, t in shown.items() if n in FIELDS and n != "name" and t not in EMPTY}
        assert {n: on.held[n] for n in wanted} == {n: on.held_as(like.id)[n] for n in wanted}
        assert on.server.parts.count("list") <= 3
        on.check_requests()


@pytest.mark.parametrize("name", ["hosted", "hosted by another"])
async def test_what_a_create_and_a_modify_accept_and_ignore_is_named(
    name: str, tmp_path: Path
) -> None:
    async with session(KNOWN[name], tmp_path, 3) as on:
        await on.press("n", "x", "tab", "tab")
        await on.program.type("about it")
        await on.press("ctrl+s")
        assert on.status == f"! Created x · the server did not take: description · {on.row.id}"
        assert on.in_form and "about it" in on.program.text
        await on.press("ctrl+s")
        assert on.server.bodies[-1] == '{"description": "about it"}'
        assert on.status == f"! Saved x · the server did not take: description · {on.row.id}"
        assert on.server.writes == ["create", "modify"]


async def test_that_it_is_not_known_whether_one_is_gone_is_said_before_it_is_brought_back(
    tmp_path: Path,
) -> None:
    """By a server that answers 500 for every id that it does not have."""
    async with session(KNOWN["openopenai"], tmp_path, 3) as on:
        await on.delete()
        await on.press("u")
        assert "Whether it is gone is not known: No assistant found" in on.program.text


async def test_a_modify_of_what_is_gone_creates_nothing(tmp_path: Path) -> None:
    """Where a modify of an unknown id would create one."""
    async with session(KNOWN["astra"], tmp_path, 3) as on:
        await on.press("enter", "x")
        del on.server.texts[on.row.id]
        await on.press("ctrl+s")
        assert "It was deleted elsewhere" in on.program.text
        assert on.server.writes == []


async def test_a_refused_value_is_told_beside_its_field(tmp_path: Path) -> None:
    """By a server that allows less than the API, and says so in its own words."""
    async with session(KNOWN["open-assistant-api"], tmp_path, 3) as on:
        longest = on.held | {"instructions": write_json("x" * 32_768)}
        on.server.texts[on.row.id] = compose(longest)
        await on.press("r")
        await on.press("enter", "tab", "tab", "tab", "x", "ctrl+s")
        assert "Refused: instructions: String should have at most 32768" in on.status
        assert on.in_form and "✗ instructions: String should have at most" in on.program.text


async def test_a_field_that_the_server_itself_sets_is_not_taken_back(tmp_path: Path) -> None:
    async with session(KNOWN["open-assistant-api"], tmp_path, 3) as on:
        for more in ("!", "?"):
            await on.edit_name(more)
        await on.undo()
        assert on.server.bodies[2:] == ['{"name": "Bot 3!"}']
        assert on.held["updated_at"] == "1700000620"
