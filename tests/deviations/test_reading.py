"""On each known server: every row that it gives is seen, in few requests, and read as it is."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant_tui.core.raw_json import RawJson
from tests.deviations.known_servers import KEY_VARIABLE, KNOWN
from tests.deviations.program import session
from tests.fakeserver.rules import goes_on_from_the_oldest_alone


class Seen(NamedTuple):
    """What the end of a list of sixty looks like, in pages of fifty."""

    shown: str = "51–60 of 60 (all)"
    asked: tuple[str, ...] = ("list", "list")
    said: str = ""
    asked_anew: tuple[str, ...] = ("list",)
    """What is asked when all is loaded once more: one page where no cursor is taken."""


LOOKED_UP = ("list", "list", "retrieve")
"""Whether the cursor's row is gone is to be found out: it is not in what came."""
ONE_PAGE = Seen(
    "1–50 of 50+",
    ("list", "list", "list"),
    "! This server gives one page only; a larger page_size may show more",
)
"""The third one is in the other order, which might have brought the rest."""
SEEN = {
    "foundry": Seen(asked=("list", "list", "list"), asked_anew=("list", "list", "list")),
    "litellm": Seen(
        "1–20 of 20+",
        ("list", "list", "list"),
        "! This server gives one page only; there may be more",
    ),
    "astra": Seen(asked=LOOKED_UP),
    "leapfrog": Seen(),
    "myla": ONE_PAGE._replace(asked=(*LOOKED_UP, "list")),
    "myla, told": ONE_PAGE._replace(asked=(*LOOKED_UP, "list")),
    "localai": ONE_PAGE,
    "localai, told": ONE_PAGE,
}
"""Where it is not as by the book: two pages, and the second one is the last."""
BY_THE_BOOK = Seen(asked_anew=("list", "list"))


@pytest.mark.parametrize("name", KNOWN)
async def test_every_row_that_is_given_is_seen_in_few_requests_and_in_no_more_when_loaded_anew(
    name: str, tmp_path: Path
) -> None:
    """What a server showed that it cannot do is not asked for again."""
    seen = SEEN.get(name, BY_THE_BOOK)
    async with session(KNOWN[name], tmp_path) as on:
        await on.to_the_end()
        rows = on.program.main.list_model.listing.rows
        assert len({row.id for row in rows}) == len(rows)
        assert {row.id for row in rows} <= {*on.server.texts}
        assert not any(row.problem for row in rows)
        assert seen.shown in on.program.header
        assert (on.status, tuple(on.server.parts)) == (seen.said, seen.asked)
        count = on.program.header
        on.server.requests.clear()
        await on.press("r")
        assert on.program.main.list_model.listing.rows == rows
        assert on.program.header == count
        assert on.server.parts == [*seen.asked_anew]


@pytest.mark.parametrize("count", [49, 50, 51, 100])
@pytest.mark.parametrize("name", ["laplas", "foundry", "openopenai", "leapfrog", "astra"])
async def test_all_is_said_of_all_that_there_is(name: str, count: int, tmp_path: Path) -> None:
    async with session(KNOWN[name], tmp_path, count) as on:
        await on.to_the_end()
        assert len(on.program.main.list_model.listing) == count
        certain = name not in ("leapfrog", "astra") or count != 50
        assert (f"of {count} (all)" in on.program.header) is certain
        assert len(on.server.parts) <= 4


@pytest.mark.parametrize("name", KNOWN)
async def test_an_assistant_is_read_as_the_server_sent_it(name: str, tmp_path: Path) -> None:
    async with session(KNOWN[name], tmp_path, 3) as on:
        sent = on.server.shown(on.row.id)
        assert on.row.text == sent
        detail = on.program.text
        assert on.row.id in detail and "2023-11-14" in detail and "Be kind." in detail
        await on.press("v")
        shown = on.program.text
        for line in RawJson(sent).pretty.splitlines()[:30]:
            assert line.strip() in shown
        await on.press("escape", "q")
        assert on.program.app.return_code == 0
        assert set(on.server.parts) == {"list"}


async def test_what_lies_beyond_a_dead_end_comes_in_the_other_order(tmp_path: Path) -> None:
    one_way = replace(KNOWN["laplas"].rules, page=goes_on_from_the_oldest_alone)
    for before in ((), ("G", "G")):
        known = replace(KNOWN["laplas"], rules=one_way)
        async with session(known, tmp_path / str(len(before)), 260) as on:
            await on.press(*before, "slash", *"name:7", "enter")
            assert "44 of 260 (all)" in on.program.header
            await on.press("escape", "G")
            assert "251–260 of 260 (all)" in on.program.header
            assert on.status == ""


async def test_nothing_is_found_so_far_where_the_server_shows_a_part(tmp_path: Path) -> None:
    async with session(KNOWN["litellm"], tmp_path) as on:
        await on.press("G", "slash", *"zzz", "enter")
        assert "0 of 20+" in on.program.header
        assert "Nothing matches /zzz so far" in on.program.text


async def test_a_cursor_that_is_gone_is_not_taken_for_a_server_of_one_page(tmp_path: Path) -> None:
    """Its row was deleted elsewhere, and the server answers with page one."""
    async with session(KNOWN["bella"], tmp_path) as on:
        del on.server.texts["asst_0011"]
        await on.to_the_end()
        assert len(on.program.main.list_model.listing) == 59
        assert "of 59 (all)" in on.program.header
        assert on.status == ""
        assert "one page only" not in await on.help()


async def test_an_assistant_created_meanwhile_does_not_make_one_page_all(tmp_path: Path) -> None:
    async with session(KNOWN["myla"], tmp_path) as on:
        await on.press("n", "x", "ctrl+s")
        await on.to_the_end()
        assert "51–51 of 51+" in on.program.header
        assert "one page only" in on.status


async def test_a_wrong_key_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-another")
    async with session(KNOWN["myla"], tmp_path) as on:
        assert "Forbidden" in on.program.text
        assert "The key of profile work may not list assistants." in on.program.text
        assert "sk-another" not in on.program.text
