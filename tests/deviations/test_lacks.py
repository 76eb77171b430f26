"""What a server cannot do is met once, said in words, greyed out and told in the help."""

from pathlib import Path

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import Incomplete
from assistant_tui.core.json_text import members
from assistant_tui.core.raw_json import RawJson
from tests.deviations.known_servers import GONE, KNOWN
from tests.deviations.program import Session, session
from tests.deviations.seeds import sendable


async def palette(on: Session) -> str:
    """The commands that the palette offers about JSON."""
    await on.press("ctrl+p")
    await on.program.type("json")
    await on.program.until(lambda: "Copy as JSON" in on.program.text)
    text = on.program.text
    await on.press("escape")
    return text


async def test_where_nothing_can_be_modified_the_edits_can_go_into_a_new_one(
    tmp_path: Path,
) -> None:
    async with session(KNOWN["litellm"], tmp_path, 3) as on:
        old, first = dict(on.held), on.row.id
        await on.edit_name("!")
        assert "This server cannot modify assistants" in on.program.text
        assert "cannot be copied: x_vendor" in on.program.text
        await on.press("enter")
        assert "the edit is kept here" in on.status and on.in_form
        assert on.server.writes == ["modify"]
        await on.press("ctrl+s", "tab", "enter")
        assert on.server.writes == ["modify", "create"], "the modify is not tried again"
        assert on.held_as(first) == old
        assert on.row.name == "Bot 3!" and on.row.id != first
        assert on.held["tools"] == old["tools"]
        assert on.status == f"Created Bot 3! · could not be copied: x_vendor · {on.row.id}"


async def test_where_nothing_can_be_modified_enter_reads(tmp_path: Path) -> None:
    async with session(KNOWN["litellm"], tmp_path, 3) as on:
        assert "Enter Edit" in on.keys
        assert "in your editor" in await palette(on)
        await on.edit_name("!")
        await on.press("escape", "escape", "tab", "enter")
        assert not on.in_form
        assert "Enter Read" in on.keys
        assert "in your editor" not in await palette(on)
        on.server.requests.clear()
        await on.press("enter", "e", "escape", "r")
        assert not on.in_form
        assert on.server.parts == ["list"]
        said = await on.help()
        assert "It cannot retrieve one assistant: each is looked up through the list." in said
        assert "It cannot modify assistants." in said


async def test_one_page_only_is_told_in_the_help(tmp_path: Path) -> None:
    async with session(KNOWN["myla"], tmp_path) as on:
        assert "What this server does not do" not in await on.help()
        await on.to_the_end()
        assert "It gives one page only" in await on.help()


async def test_all_fields_are_sent_where_the_server_wants_them_and_the_person_agrees(
    tmp_path: Path,
) -> None:
    async with session(KNOWN["myla"], tmp_path, 3) as on:
        old, shown = dict(on.held), members(on.row.text)
        await on.edit_name("!")
        assert "This server replaces the whole object" in on.program.text
        assert on.server.bodies == ['{"name": "Bot 3!"}']
        await on.press("tab", "enter")
        assert on.held == old | {"name": '"Bot 3!"'}
        assert members(on.server.bodies[1]) == sendable(shown) | {"name": '"Bot 3!"'}
        assert on.status == f"Saved Bot 3! · {on.row.id}"
        await on.edit_name("?")
        assert on.held == old | {"name": '"Bot 3!?"'}, "it is asked once"
        assert len(on.server.bodies) == 3


async def test_after_a_wipe_nothing_is_sent_before_the_person_agrees_to_send_all(
    tmp_path: Path,
) -> None:
    async with session(KNOWN["localai"], tmp_path, 3) as on:
        await on.edit_name("!")
        await on.press("j")
        old = dict(on.held)
        await on.edit_name("!")
        assert "This server replaces the whole object" in on.program.text
        await on.press("escape")
        assert on.held == old and on.in_form
        await on.press("ctrl+s", "tab", "enter")
        assert on.held == old | {"name": '"Bot 2!"'}


async def test_what_is_changed_together_stops_at_the_first_wipe(tmp_path: Path) -> None:
    async with session(KNOWN["localai"], tmp_path, 3) as on:
        service = on.program.main.context.service
        rows = [row.id for row in on.program.main.list_model.listing.rows]
        old = dict(on.server.texts)
        await service.change(rows[0], renamed)
        for each in rows[1:]:
            with pytest.raises(Incomplete, match="nothing was sent"):
                await service.change(each, renamed)
            assert on.server.texts[each] == old[each]


def renamed(document: RawJson) -> Draft:
    """An edit as it is made of many."""
    return Draft(document).edited("name", "other")


async def test_a_server_that_wants_the_whole_object_is_said_to(tmp_path: Path) -> None:
    async with session(KNOWN["myla"], tmp_path, 3, size=(80, 24)) as on:
        old = dict(on.held)
        await on.edit_name("!")
        await on.press("escape")
        assert on.server.bodies == ['{"name": "Bot 3!"}']
        assert on.held == old
        assert on.in_form
        line = on.program.lines[-2]
        assert "Not saved; the edit is kept here" in line and line.endswith("· set full_replace")
        await on.press("escape", "tab", "enter")
        assert "A modify needs the whole object: set full_replace" in await on.help()


@pytest.mark.parametrize("name", GONE)
async def test_a_host_that_serves_nothing_says_what_to_do(name: str, tmp_path: Path) -> None:
    async with session(GONE[name], tmp_path, 3, size=(80, 24)) as on:
        text = " ".join(on.program.text.split())
        assert "Not served here" in text
        assert "r tries again · P another profile" in text
        assert "<h1>" not in text
        if name == "openai":
            assert "OpenAI switched its own Assistants API off on 2026-08-26." in text
            assert "use the local store" in text
        else:
            assert "https://api.apilaplas.com does not serve the Assistants API" in text
            assert "Check base_url" in text
        assert on.server.parts == ["list"]
        await on.press("r")
        assert on.server.parts == ["list"] * 2


@pytest.mark.parametrize("name", GONE)
async def test_what_is_typed_for_a_host_that_serves_nothing_is_kept(
    name: str, tmp_path: Path
) -> None:
    async with session(GONE[name], tmp_path, 3) as on:
        await on.press("n", "x", "tab", "m", "ctrl+s")
        assert on.in_form and "the edit is kept here" in on.status
        assert on.server.writes == ["create"]
