"""Ids of files and vector stores: chosen from what the server lists, typed where it lists none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste

from assistant_tui.server.app import create_app
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

FILES = [
    {"id": "file-1", "filename": "report.pdf", "bytes": 12_000},
    {"id": "file-2", "filename": "[red]list\x1b[31m.csv", "bytes": 3},
]
STORES = [{"id": "vs_1", "name": "Library", "usage_bytes": 2_500_000}]
HELD = {
    "code_interpreter": {"file_ids": ["file-1", "file-9"]},
    "file_search": {"vector_store_ids": ["vs_1"]},
}


def server_with(
    members: dict[str, Any], files: object = FILES, stores: object = STORES
) -> InProcessServer:
    """A server with one assistant, and what it lists; None: it has no such route."""
    store = SampleStore(0)
    store.create({"name": "n", "model": "m", **members})
    server = InProcessServer(create_app(store, models=("m",)))
    server.refuse = lists({"/files": files, "/vector_stores": stores})
    return server


def lists(routes: dict[str, object]) -> Callable[[str, str], tuple[int, bytes] | None]:
    def answer(method: str, path: str) -> tuple[int, bytes] | None:
        for route, data in routes.items():
            if path.endswith(route):
                listed = json.dumps({"data": data, "has_more": False}).encode()
                return (404, b"{}") if data is None else (200, listed)
        return None

    return answer


async def to_the_files(program: Driver) -> None:
    """Open the form and go to the first id of a file."""
    await program.press("enter", *["tab"] * 11)


def paths(server: InProcessServer) -> list[str]:
    """The paths of all requests, in their order."""
    return [request.url.path for request in server.requests]


def line(program: Driver, text: str) -> str:
    """The first line on the screen that holds this."""
    return next((line for line in program.lines if text in line), "")


async def test_names_and_sizes_stand_beside_the_ids_and_unknown_ones_are_marked(
    tmp_path: Path,
) -> None:
    server = server_with({"tool_resources": HELD})
    async with running(server, tmp_path, size=(80, 30)) as program:
        await to_the_files(program)
        await program.until(lambda: "report.pdf · 12 kB" in line(program, "file-1"))
        assert "! not on this server" in line(program, "file-9")
        await program.until(lambda: "Library · 2.5 MB" in line(program, "vs_1"))


async def test_ids_are_chosen_by_name_from_what_the_server_lists(tmp_path: Path) -> None:
    server = server_with({})
    async with running(server, tmp_path) as program:
        await to_the_files(program)
        await program.until(lambda: "file-1  report.pdf · 12 kB" in program.text)
        await program.type("report")
        assert "file-2" not in program.text
        await program.press("down", "enter", "tab", "tab", "down", "enter", "ctrl+s")
    assert json.loads(server.bodies[0])["tool_resources"] == {
        "code_interpreter": {"file_ids": ["file-1"]},
        "file_search": {"vector_store_ids": ["vs_1"]},
    }


async def test_a_name_of_a_file_is_shown_as_text_and_steers_nothing(tmp_path: Path) -> None:
    async with running(server_with({}), tmp_path) as program:
        await to_the_files(program)
        await program.until(lambda: "[red]list\ufffd[31m.csv · 3 B" in program.text)


async def test_where_the_server_lists_none_ids_are_typed_and_none_is_marked(
    tmp_path: Path,
) -> None:
    server = server_with({"tool_resources": HELD}, files=None, stores=None)
    async with running(server, tmp_path) as program:
        await to_the_files(program)
        assert "not on this server" not in program.text
        await program.type("0")
        await program.press("ctrl+s")
    assert json.loads(server.bodies[0])["tool_resources"]["code_interpreter"]["file_ids"] == [
        "file-10",
        "file-9",
    ]


async def test_a_form_without_ids_asks_for_none_until_a_person_comes_there(
    tmp_path: Path,
) -> None:
    server = server_with({})
    async with running(server, tmp_path) as program:
        await program.press("enter")
        assert not [each for each in server.requests if "/files" in each.url.path]
        await program.press(*["tab"] * 12)
        await program.until(lambda: {"/files", "/vector_stores"} <= {*paths(server)})
        assert paths(server).count("/files") == paths(server).count("/vector_stores") == 1


async def test_a_list_that_fails_is_said_and_the_ids_stay(tmp_path: Path) -> None:
    server = server_with({"tool_resources": HELD}, files=None)
    answer = server.refuse

    def refuse(method: str, path: str) -> tuple[int, bytes] | None:
        return (500, b"{}") if path.endswith("/files") else answer(method, path)

    server.refuse = refuse
    async with running(server, tmp_path) as program:
        await program.press("enter")
        await program.until(lambda: "Code files could not be listed" in program.status)
        await program.press("escape")
    assert server.write_paths() == []


@pytest.mark.parametrize(
    ("pasted", "ids"),
    [
        ("file-1\nfile-2\r\nfile-3\n", ["a", "file-1", "file-2", "file-3"]),
        (" file-1 \n", ["a", "file-1"]),
    ],
)
async def test_ids_that_are_pasted_together_stand_each_in_its_own_row(
    pasted: str, ids: list[str], tmp_path: Path
) -> None:
    server = server_with({"tool_resources": {"code_interpreter": {"file_ids": ["a"]}}})
    async with running(server, tmp_path) as program:
        await to_the_files(program)
        await program.press("tab")
        program.app.post_message(Paste(pasted))
        await program.settle()
        await program.press("ctrl+s")
    assert json.loads(server.bodies[0])["tool_resources"]["code_interpreter"]["file_ids"] == ids


async def test_more_ids_than_allowed_are_told_and_none_is_left_out(tmp_path: Path) -> None:
    server = server_with({})
    async with running(server, tmp_path) as program:
        await to_the_files(program)
        await program.press("tab")
        program.app.post_message(Paste("vs_1\nvs_2"))
        await program.settle()
        assert "Vector store: at most 1, these are 2" in program.text
        await program.press("ctrl+s")
    assert server.bodies == []
