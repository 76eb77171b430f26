"""The main states of the screen, each at three sizes."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import httpx
import pytest

from assistant_tui.config.settings import LOCAL, Profile, demo
from assistant_tui.core.assistants.description import describe
from assistant_tui.core.assistants.samples import sample
from assistant_tui.server.app import create_app
from assistant_tui.transport.endpoint import Endpoint
from tests.fakeserver.in_process import InProcessServer
from tests.snapshots.conftest import Looks
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

SIZES = [(80, 24), (120, 36), (60, 20)]
MODELS = ("gpt-4o", "gpt-4o-mini", "o3-mini")
REMOTE = Profile(
    "work", base_url="https://assistants.example.com/v1", api_key_env="WORK_API_KEY", page_size=50
)
READ_ONLY = Profile("work", base_url="https://assistants.example.com/v1", read_only=True)
Start = Callable[..., AbstractAsyncContextManager[Driver]]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Start:
    """Starts the program at one of the sizes, on a server, with a profile."""
    return partial(running, folder=tmp_path, size=request.param)


def samples(count: int = 250) -> InProcessServer:
    """A server with the samples of the demo."""
    return InProcessServer(create_app(SampleStore(count), models=MODELS))


def refusing(status: int, message: str) -> InProcessServer:
    """A server that refuses everything."""
    body = {"error": {"message": message, "type": "x", "param": None, "code": None}}
    server = samples()
    server.refuse = lambda method, path: (status, json.dumps(body).encode())
    return server


def listing_of(*objects: object) -> InProcessServer:
    """A server whose list holds these objects."""
    body = {"object": "list", "data": objects, "has_more": False}
    server = samples()
    server.refuse = lambda method, path: (200, json.dumps(body).encode())
    return server


async def detail_follows(program: Driver) -> None:
    """Wait until the cursor has rested and the detail shows its row."""
    detail, model = program.main.browser.detail_pane, program.main.list_model
    await program.until(lambda: detail.lines == describe(model.highlighted))


async def test_list(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("j", "j")
        await detail_follows(program)
        looks_as_before(program)


async def test_detail(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("tab")
        looks_as_before(program)


async def test_form(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("enter", "!", "tab", "tab")
        looks_as_before(program)


async def test_form_with_an_error(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("enter", "tab", "tab", "tab", "tab", "9", "ctrl+s")
        looks_as_before(program)


async def test_new_form(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("n", "tab")
        looks_as_before(program)


async def test_delete_dialog(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("d")
        looks_as_before(program)


async def test_unsaved_changes(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("enter", "!", "tab", "x", "escape")
        looks_as_before(program)


async def test_json(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("v")
        looks_as_before(program)


async def test_help(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(), profile=demo(250)) as program:
        await program.press("question_mark")
        looks_as_before(program)


async def test_empty(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(0), profile=LOCAL) as program:
        looks_as_before(program)


async def test_offline(start: Start, looks_as_before: Looks) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused")

    endpoint = Endpoint(REMOTE.base_url, transport=httpx.MockTransport(refuse))
    async with start(endpoint, profile=REMOTE) as program:
        looks_as_before(program)


async def test_unauthorized(start: Start, looks_as_before: Looks) -> None:
    async with start(refusing(401, "Incorrect API key provided."), profile=REMOTE) as program:
        looks_as_before(program)


async def test_not_served(start: Start, looks_as_before: Looks) -> None:
    async with start(refusing(404, "Not Found"), profile=REMOTE) as program:
        looks_as_before(program)


async def test_failed_with_rows(start: Start, looks_as_before: Looks) -> None:
    server = samples(3)
    async with start(server, profile=REMOTE) as program:
        server.refuse = refusing(403, "Your project may not list assistants.").refuse
        await program.press("r")
        looks_as_before(program)


async def test_unreadable_row(start: Start, looks_as_before: Looks) -> None:
    server = listing_of(sample(0), {"id": "asst_odd", "model": ["gpt-4o"], "created_at": "?"})
    async with start(server, profile=REMOTE) as program:
        await program.press("j")
        await detail_follows(program)
        looks_as_before(program)


async def test_read_only(start: Start, looks_as_before: Looks) -> None:
    async with start(samples(3), profile=READ_ONLY) as program:
        looks_as_before(program)


async def test_names_of_the_world(start: Start, looks_as_before: Looks) -> None:
    names = (3, 14, 57, 60, 84, 96, 101, 172, 210, 232)
    server = listing_of(*(sample(index) for index in names))
    async with start(server, profile=REMOTE) as program:
        await program.press("j", "j")
        await detail_follows(program)
        looks_as_before(program)
