"""What a dialog is about is told from everything else by its id, on the screen of 80x24."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.raw_json import RawJson
from assistant_tui.journal.drafts import dump_draft
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.journal import Journal
from assistant_tui.server.app import create_app
from assistant_tui.transport.in_process import ASGIApp
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

TWINS = ("asst_twin", "asst_twin\u3164")
LONG = ("a" * 4_000, "a" * 2_000 + "b" + "a" * 1_999)
PADDINGS = {
    "spaces": " " * 900,
    "filler": "\u3164" * 900,
    "letters": "x" * 900,
    "marks": "\u0301" * 900,
    "wide": "日" * 900,
    "words": "Id    asst_other  " * 50,
}


def assistant(identity: str, name: str = "Twin", **members: Any) -> dict[str, Any]:
    """What a server says of one."""
    body = {"id": identity, "object": "assistant", "created_at": 1, "name": name, "model": "m"}
    return {**body, "tools": [], "instructions": None, "metadata": {}, **members}


def serving(*assistants: dict[str, Any]) -> InProcessServer:
    """A server that has these, deletes what it is asked to, and takes every change."""
    sound: ASGIApp = create_app(SampleStore(0), models=("m",))
    server, held = InProcessServer(sound), {each["id"]: each for each in assistants}

    def answer(method: str, path: str) -> tuple[int, bytes] | None:
        identity = path.removeprefix("/assistants").removeprefix("/")
        if method == "GET" and not identity:
            said: Any = {"object": "list", "data": [*held.values()], "has_more": False}
        elif method == "GET" and identity in held:
            said = held[identity]
        elif method == "DELETE" and identity in held:
            del held[identity]
            said = {"id": identity, "deleted": True}
        elif path.startswith("/assistants"):
            return 404, b'{"error": {"message": "there is none"}}'
        else:
            return None
        return 200, json.dumps(said).encode()

    server.refuse = answer
    return server


@asynccontextmanager
async def twins(folder: Path, ids: tuple[str, str] = TWINS) -> AsyncIterator[Driver]:
    """The program on two that differ in their ids alone."""
    async with running(serving(*map(assistant, ids)), folder) as program:
        yield program


def id_line(program: Driver) -> str:
    """The line that says the id."""
    (line,) = [line for line in program.lines if line.strip(" │").startswith("Id    ")]
    return line.strip(" │")


def question(program: Driver) -> list[str]:
    """The lines of a dialog as they are seen: without what is invisible."""
    seen = (line.replace("\u3164", "").replace("  ", "") for line in program.lines)
    return [line for line in seen if "│" in line]


@pytest.mark.parametrize("ids", [TWINS, LONG], ids=["invisible", "long"])
async def test_the_deletion_of_each_of_two_looks_different(
    ids: tuple[str, str], tmp_path: Path
) -> None:
    async with twins(tmp_path, ids) as program:
        await program.press("d")
        one = question(program)
        await program.press("escape", "down", "d")
        assert "Delete this assistant?" in program.text
        assert one != question(program)


@pytest.mark.parametrize("padding", PADDINGS.values(), ids=PADDINGS)
@pytest.mark.parametrize("size", [(80, 24), (80, 14)], ids=["24 lines", "14 lines"])
async def test_no_name_pushes_id_or_answers_out_of_the_question(
    padding: str, size: tuple[int, int], tmp_path: Path
) -> None:
    tools = [{"type": padding[:400]}] * 3
    one = assistant("asst_padded", "Twin" + padding, model="m" + padding, tools=tools)
    async with running(serving(one), tmp_path, size=size) as program:
        await program.press("d")
        assert id_line(program) == "Id    asst_padded"
        assert "Twin" in program.text and "Cancel" in program.text


async def test_the_lines_of_many_look_different_and_a_broken_one_is_told_from_the_next(
    tmp_path: Path,
) -> None:
    long = "asst_" + "l" * 50
    others = [assistant(each) for each in TWINS]
    rows = [*others, assistant(long, "asst_no_id_but_a_name")]
    async with running(serving(*rows), tmp_path) as program:
        await program.press("plus", "d")
        shown = [line.strip(" ▏│┃") for line in program.lines]
        assert f"{TWINS[0]} · Twin" in shown
        assert "asst_twin\\u3164 · Twin" in shown
        (broken,) = [line for line in program.lines if "asst_no_id_but_a_name" in line]
        (first,) = [line for line in program.lines if long in line]
        assert broken.index("asst_no_id") > first.index("asst_l")


async def test_what_is_compared_is_named_by_its_id(tmp_path: Path) -> None:
    async with twins(tmp_path) as program:
        await program.press("space", "down", "space", "equals_sign")
        (line,) = [line for line in program.lines if "≠" in line]
        assert [part.strip() for part in line.split("≠")] == ["asst_twin", "asst_twin\\u3164"]


async def test_detail_and_plain_id_show_what_cannot_be_seen(tmp_path: Path) -> None:
    async with twins(tmp_path) as program:
        await program.press("down", "Y")
        assert "asst_twin\\u3164" in program.text
    async with running(serving(*map(assistant, TWINS)), tmp_path, size=(120, 30)) as program:
        await program.press("down")
        await program.until(lambda: "asst_twin\\u3164" in program.text)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """A journal in which each of the two was changed, deleted, and left in an edit."""
    with Journal(tmp_path / "journal.db") as journal:
        for each in TWINS:
            before = json.dumps(assistant(each, instructions="\n".join(map(str, range(100)))))
            after = json.dumps(assistant(each, "Twin", instructions=""))
            journal.entries.add("local", Change(each, ChangeKind.DELETED, before, None))
            journal.entries.add("local", Change(each, ChangeKind.CHANGED, before, after))
        yield tmp_path


async def test_undo_shows_the_id_with_its_buttons_below_a_long_difference(kept: Path) -> None:
    async with twins(kept) as program:
        await program.press("u")
        assert "Undo" in program.text and "Cancel" in program.text
        assert id_line(program) == "Id    asst_twin\\u3164"


async def test_the_trash_tells_what_was_deleted_by_its_id(kept: Path) -> None:
    async with twins(kept) as program:
        await program.main.run_action("run('trash')")
        await program.settle()
        shown = [line.strip(" │") for line in program.lines]
        assert "asst_twin" in shown and "asst_twin\\u3164" in shown


async def test_what_is_brought_back_is_told_by_its_id(kept: Path) -> None:
    async with running(serving(assistant("asst_other")), kept) as program:
        await program.main.run_action("run('trash')")
        await program.settle()
        await program.press("enter")
        assert id_line(program) == "Id    asst_twin\\u3164"
        await program.press("escape")


async def test_the_history_names_its_assistant_by_the_id(kept: Path) -> None:
    async with twins(kept) as program:
        await program.press("down", "H")
        assert "Versions of Twin · asst_twin\\u3164" in program.text


async def test_edits_that_were_left_are_told_by_their_ids(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        for each in TWINS:
            draft = Draft(RawJson(json.dumps(assistant(each)))).edited("name", "Mine")
            journal.drafts.keep("local", each, dump_draft(draft))
    async with twins(tmp_path) as program:
        await program.press("R")
        shown = [line.strip(" │") for line in program.lines]
        assert "asst_twin" in shown and "asst_twin\\u3164" in shown
        await program.press("enter")
        assert id_line(program) in ("Id    asst_twin", "Id    asst_twin\\u3164")


async def test_an_id_that_is_gone_to_is_named_as_it_is(tmp_path: Path) -> None:
    async with twins(tmp_path) as program:
        await program.press("i")
        await program.type("asst_twin\u3165")
        await program.press("enter")
        assert "This server has no assistant asst_twin\\u3165" in program.status
