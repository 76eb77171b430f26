"""What the program says when there is nothing, not yet anything, or something wrong."""

import json
from pathlib import Path

import httpx
import pytest

from assistant_tui.config.settings import LOCAL, Profile, Settings, Source
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.server.app import create_app
from assistant_tui.transport.endpoint import Endpoint
from tests.fakeserver.in_process import InProcessServer
from tests.stores import SampleStore
from tests.tui.driver import Driver, running

WORK = Profile("work", Source.REMOTE, "https://gateway.example/v1", api_key_env="WORK_KEY")


def refusing(status: int, message: str) -> Endpoint:
    """A server that answers every request like this."""
    body = json.dumps({"error": {"message": message}})
    return endpoint(lambda request: httpx.Response(status, text=body))


def endpoint(handler: object) -> Endpoint:
    """A server made of one function."""
    transport = httpx.MockTransport(handler)  # type: ignore[arg-type]  # lambdas have no types
    return Endpoint(WORK.base_url, transport=transport)


async def test_an_empty_store_offers_to_create_and_to_add_samples(tmp_path: Path) -> None:
    store = SampleStore(0)
    server = InProcessServer(create_app(store, models=("m",)))
    async with running(server, tmp_path) as program:
        assert "No assistants yet" in program.text
        assert "n creates one" in program.text
        await program.press("a")
        assert server.write_paths() == ["POST /assistants"] * 3
        assert "of 3 (all)" in program.header
        assert "Added 3 samples" in program.status
        await program.press("a")
        assert len(server.write_paths()) == 3


async def test_loading_says_so_and_every_key_works_meanwhile(
    server: InProcessServer, tmp_path: Path
) -> None:
    server.hold = lambda method, path: True
    async with running(server, tmp_path, settle=False) as program:
        await server.arrived.wait()
        await program.pilot.pause()
        assert "Loading…" in program.text
        await program.pilot.press("question_mark")
        assert "Help" in program.text
        await program.pilot.press("escape")
        server.opened.set()
        await program.settle()
        assert program.highlighted


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (refusing(401, "bad key"), ["Unauthorized", "bad key", "Profile work", "WORK_KEY"]),
        (refusing(403, "not you"), ["Forbidden", "not you", "work"]),
        (refusing(404, "gone"), ["Not served here", "gateway.example", "/v1"]),
        (refusing(410, "gone"), ["Not served here"]),
        (refusing(400, "what?"), ["Refused", "what?"]),
    ],
)
async def test_a_list_that_is_refused_has_its_own_words_and_names_the_key(
    tmp_path: Path, server: Endpoint, words: list[str]
) -> None:
    async with running(server, tmp_path, profile=WORK) as program:
        for word in [*words, "r tries again"]:
            assert word in program.text


async def test_openais_switch_off_is_named(tmp_path: Path) -> None:
    profile = Profile("old", Source.REMOTE, "https://api.openai.com/v1")
    server = Endpoint(
        profile.base_url, transport=httpx.MockTransport(lambda _: httpx.Response(404))
    )
    async with running(server, tmp_path, profile=profile) as program:
        assert "2026-08-26" in program.text


async def test_an_answer_that_is_no_json_is_told_and_r_tries_again(tmp_path: Path) -> None:
    answers = ["<html>proxy</html>", '{"data": [{"id"', '{"data": [{"id": "asst_1"}]}']
    server = endpoint(lambda request: httpx.Response(200, text=answers.pop(0)))
    async with running(server, tmp_path, profile=WORK) as program:
        for _ in range(3):
            if program.main.list_model.listing.rows:
                break
            assert "Unreadable" in program.text
            assert "<html>" not in program.text
            await program.press("r")
        assert "asst_1" in program.text


async def test_one_unreadable_object_spoils_only_its_own_row(tmp_path: Path) -> None:
    text = '{"data": [{"id": "a", "name": "good"}, {"id": "b", "name": {"no": 1}}, {"id": "c"}]}'
    server = endpoint(lambda request: httpx.Response(200, text=text))
    async with running(server, tmp_path, profile=WORK) as program:
        assert "good" in program.text
        assert "! unreadable · b · name" in program.text
        await program.press("j", "enter")
        assert '"no": 1' in program.text
        await program.press("escape", "j")
        assert program.main.list_model.highlighted is not None
        assert program.main.list_model.highlighted.id == "c"


@pytest.mark.parametrize("status", [401, 403])
async def test_what_is_remembered_goes_when_the_key_is_refused(tmp_path: Path, status: int) -> None:
    old = ResourceRow(
        "asst_old", 1, '{"id": "asst_old"}', summary=AssistantSummary("somebody else's", "m")
    )
    opening = Listing((old,), remembered=True)
    server = refusing(status, "no")
    async with running(server, tmp_path, profile=WORK, opening=opening, settle=False) as program:
        await program.until(lambda: "r tries again" in program.text)
        assert "somebody else's" not in program.text
        assert "work" in program.text


async def test_read_only_offers_nothing_that_writes(
    server: InProcessServer, tmp_path: Path
) -> None:
    profile = Profile("work", Source.LOCAL, read_only=True)
    async with running(server, tmp_path, profile=profile) as program:
        assert "READ-ONLY" in program.header
        for word in ("New", "Delete"):
            assert word not in program.lines[-1]
        await program.press("n", "d", "e")
        assert not program.asked
        await program.press("enter")
        assert not program.main.query("AssistantForm")
        assert server.write_paths() == []


async def test_a_server_that_cannot_page_is_said_to_give_one_page_only(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "after" in request.url.params or not request.url.path.endswith("/assistants"):
            return httpx.Response(400, json={"detail": "after is not supported"})
        return httpx.Response(200, json=[{"id": f"a{n}"} for n in range(50)])

    async with running(endpoint(answer), tmp_path, profile=WORK) as program:
        await program.press("G")
        assert "1–50 of 50+" in program.header
        assert "one page only" in program.status


async def test_a_server_that_cannot_modify_is_greyed_out_and_told_in_the_help(
    tmp_path: Path,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and request.url.path.endswith("/assistants"):
            return httpx.Response(200, json={"data": [{"id": "a1", "name": "n", "model": "m"}]})
        return httpx.Response(405)

    async with running(endpoint(answer), tmp_path, profile=WORK) as program:
        await program.press("enter", "x", "ctrl+s")
        assert "This server cannot modify assistants" in program.text
        await program.press("escape")
        assert "*Name" in program.text
        await program.press("escape", "tab", "enter", "question_mark", "G")
        assert "It cannot modify assistants." in program.text
        assert "It cannot retrieve one assistant" in program.text
        await program.press("escape", "e")
        assert "$EDITOR is not available with this server. It cannot modify" in program.status


async def test_another_profile_starts_afresh(server: InProcessServer, tmp_path: Path) -> None:
    other = Profile("other", Source.LOCAL)
    settings = Settings(LOCAL, profiles={"local": LOCAL, "other": other})
    async with running(server, tmp_path, settings=settings) as program:
        await program.press("j", "P")
        assert "* local" in program.text
        await program.press("down", "enter")
        assert program.header.startswith("other")
        assert program.main.browser.list_pane.cursor == 0


async def test_the_palette_carries_out_a_command(program: Driver) -> None:
    await program.press("ctrl+p")
    await program.type("show id")
    await program.until(lambda: "as plain text" in program.text)
    await program.press("enter")
    row = program.main.list_model.highlighted
    assert row is not None
    await program.until(lambda: program.text.count(row.id) == 1)
