"""Saves to a server on a socket that others use too, or that does not do as it is asked."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.assistants.fields import FIELDS
from tests.e2e.terminal import CTRL_S, DOWN, ENTER, ESCAPE, TAB, UP, Program, Terminal
from tests.fakeserver.deviations import after_carrying_out, altering, answer, lost
from tests.fakeserver.relay import RelayServer
from tests.fakeserver.requests import Json, json_of, part_of, with_json

SIZE = (120, 30)
"""Room for whole sentences on the status line."""
LOST = "the answer was lost, but it has arrived"


@pytest.fixture
def edited(server: RelayServer, home: Path) -> Iterator[Terminal]:
    """The form over the only assistant there is, its name changed to `Plain!`."""
    server.make("Plain", description="before", metadata={"team": "search"})
    with Program("--base-url", server.url, home=home, size=SIZE) as terminal:
        terminal.shows("> Plain")
        terminal.offers("n New")
        terminal.press(ENTER)
        terminal.shows("Edit asst_")
        terminal.press(b"!")
        terminal.shows("*Name", "Plain!")
        yield terminal


def describe(terminal: Terminal) -> None:
    """Change the description to `My before`."""
    terminal.press(TAB, TAB, b"My ")
    terminal.shows("*Description", "My before")


def only(server: RelayServer) -> Json:
    """The one assistant that the server has."""
    (one,) = server.held()
    return one


def test_a_conflict_is_settled_field_by_field(edited: Terminal, server: RelayServer) -> None:
    describe(edited)
    server.change(only(server)["id"], name="Theirs", description="theirs")
    edited.press(CTRL_S)
    edited.shows("Changed here and elsewhere", '"Theirs"', '"My before"', "Save as chosen")
    edited.press(DOWN, b" ")
    edited.shows("> (x) theirs    ")
    edited.press(TAB, TAB, TAB, ENTER)
    edited.says("Saved Theirs")
    edited.says("changed elsewhere and kept: name")
    assert (only(server)["name"], only(server)["description"]) == ("Theirs", "My before")
    assert server.sent == [{"description": "My before"}]


def test_a_change_elsewhere_in_another_field_is_kept_and_said(
    edited: Terminal, server: RelayServer
) -> None:
    server.change(only(server)["id"], metadata={"team": "ads"})
    edited.press(CTRL_S)
    edited.says("changed elsewhere and kept: metadata")
    assert (only(server)["name"], only(server)["metadata"]) == ("Plain!", {"team": "ads"})
    assert server.sent == [{"name": "Plain!"}]


def test_a_field_that_the_server_ignores_is_named_and_stays_in_the_form(
    edited: Terminal, server: RelayServer
) -> None:
    describe(edited)
    server.deviations["modify"] = altering(lambda body: {"name": body["name"]}, server.pass_on)
    edited.press(CTRL_S)
    edited.says("the server did not take: description")
    edited.until(lambda: "*Name" not in edited.text, "a name that is saved")
    edited.shows("*Description", "My before")
    edited.offers("Ctrl+S Save")
    assert (only(server)["name"], only(server)["description"]) == ("Plain!", "before")
    server.deviations.clear()
    edited.press(CTRL_S)
    edited.offers("n New")
    assert only(server)["description"] == "My before"
    assert server.sent == [
        {"name": "Plain!", "description": "My before"},
        {"description": "My before"},
    ]


def test_a_field_that_the_server_wipes_is_named_and_u_brings_it_back(
    edited: Terminal, server: RelayServer
) -> None:
    before = only(server)
    server.deviations["modify"] = altering(lambda body: {"metadata": {}, **body}, server.pass_on)
    edited.press(CTRL_S)
    edited.says("the server wiped: metadata")
    edited.offers("n New")
    assert only(server) == {**before, "name": "Plain!", "metadata": {}}
    edited.press(b"u")
    edited.shows("Undo this change of Plain!", "metadata", "Cancel")
    edited.press(TAB, ENTER)
    edited.shows("This server replaces the whole object", "Send all fields")
    assert len(server.sent) == 1, "it would wipe more, so it asks first"
    edited.press(TAB, ENTER)
    edited.says("Saved Plain · ")
    assert only(server) == before
    assert server.sent[1:] == [{name: before[name] for name in before if name in FIELDS}]


def test_a_modify_whose_answer_is_lost_is_found_and_not_repeated(
    edited: Terminal, server: RelayServer
) -> None:
    server.deviations["modify"] = after_carrying_out(server.pass_on, lost)
    edited.press(CTRL_S)
    edited.says(LOST)
    edited.offers("n New")
    assert only(server)["name"] == "Plain!"
    assert server.writes == ["modify"]


@pytest.fixture
def new(server: RelayServer, home: Path) -> Iterator[Terminal]:
    """The form on a new assistant, `Fresh`, on a server that has another of just that name."""
    server.make("Fresh")
    with Program("--base-url", server.url, home=home, size=SIZE) as terminal:
        terminal.shows("> Fresh")
        terminal.offers("n New")
        terminal.press(b"n")
        terminal.until(
            lambda: re.search(r"Model +6/256 gpt-4o", terminal.text) is not None, "a model"
        )
        terminal.press(b"Fresh")
        terminal.shows("*Name      5/256 Fresh")
        yield terminal


def names(server: RelayServer) -> list[str]:
    """What the server has, newest first."""
    return [assistant["name"] for assistant in server.held()]


def test_a_create_whose_answer_is_lost_is_found_and_not_repeated(
    new: Terminal, server: RelayServer
) -> None:
    server.deviations["create"] = after_carrying_out(server.pass_on, lost)
    new.press(CTRL_S)
    new.says(LOST)
    new.offers("n New")
    assert names(server) == ["Fresh", "Fresh"]
    assert server.writes == ["create"]


@pytest.mark.parametrize("arrives", [True, False])
def test_a_create_that_is_tried_again_makes_just_one(
    arrives: bool, new: Terminal, server: RelayServer
) -> None:
    """The first request is lost on its way, or it comes to the server when nobody looks for it."""
    server.deviations["create"] = lost
    new.press(CTRL_S)
    new.says("it is not there, but may still arrive")
    new.offers("Ctrl+S Save")
    new.shows("*Name      5/256 Fresh")
    server.deviations.clear()
    if arrives:
        server.pass_on(next(request for request in server.requests if part_of(request) == "create"))
    new.press(CTRL_S)
    new.says("Created Fresh")
    assert (LOST in new.status) is arrives
    assert names(server) == ["Fresh", "Fresh"]
    assert server.writes == ["create"] * (1 if arrives else 2)


def delete_elsewhere(terminal: Terminal, server: RelayServer) -> str:
    """Save what somebody else deletes meanwhile; its id."""
    identity = str(only(server)["id"])
    server.remove(identity)
    terminal.press(CTRL_S)
    terminal.shows("It was deleted elsewhere", "Name  Plain!", identity, "Keep editing")
    return identity


def test_what_was_deleted_elsewhere_is_created_anew_with_the_edits(
    edited: Terminal, server: RelayServer
) -> None:
    before = only(server)
    identity = delete_elsewhere(edited, server)
    edited.press(TAB, ENTER)
    edited.says("Created Plain!")
    now = only(server)
    assert now == {**before, "id": now["id"], "created_at": now["created_at"], "name": "Plain!"}
    assert now["id"] != identity and now["id"] in edited.status
    assert server.writes == ["create"]
    edited.offers("n New")
    edited.shows("> Plain!", "1–1 of 1 (all)")


def test_an_edit_of_what_was_deleted_elsewhere_can_be_kept(
    edited: Terminal, server: RelayServer
) -> None:
    identity = delete_elsewhere(edited, server)
    edited.press(ENTER)
    edited.says("the edit is kept here")
    edited.shows(f"Edit {identity}", "*Name", "Plain!")
    edited.press(b"?")
    edited.shows("Plain!?")
    assert (server.held(), server.writes) == ([], [])
    edited.press(ESCAPE)
    edited.shows("There are unsaved changes", "Changed: Name")


VENDORS: Json = {
    "tools": [{"type": "code_interpreter", "x_sandbox": {"size": 12345678901234567890}}],
    "tool_resources": {"x_search": {"index": [1.50]}},
    "response_format": {"type": "text", "x_style": None},
}
"""What this program knows nothing of, inside of what it does."""


def replaces(server: RelayServer, request: httpx.Request) -> httpx.Response:
    """Take what a modify does not name back to its default."""
    return with_a_tenant(server, with_json(request, {**dict.fromkeys(FIELDS), **json_of(request)}))


def with_a_tenant(server: RelayServer, request: httpx.Request) -> httpx.Response:
    """Show a field of the server's own."""
    done = server.pass_on(request)
    kind = b'"object":"assistant"'
    return answer(done.content.replace(kind, b'"x_tenant":7,' + kind), done.status_code)


def without_a_tenant(request: httpx.Request) -> httpx.Request:
    """Take that field as it came: the sound server does not know it."""
    members = {name: value for name, value in json_of(request).items() if name != "x_tenant"}
    return with_json(request, members)


def test_a_server_that_replaces_the_whole_object_is_sent_the_whole(
    server: RelayServer, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(
        f'default = "whole"\n[profiles.whole]\nbase_url = "{server.url}"\nfull_replace = true\n'
    )
    identity = server.make("Plain", description="kept", temperature=0.5, **VENDORS)
    before = only(server)
    server.deviations["modify"] = lambda request: replaces(server, without_a_tenant(request))
    server.deviations["list"] = server.deviations["retrieve"] = lambda request: with_a_tenant(
        server, request
    )
    with Program(home=home, size=SIZE) as terminal:
        terminal.shows(" whole ", "> Plain", "x_tenant  7")
        terminal.offers("n New")
        terminal.press(ENTER)
        terminal.shows(f"Edit {identity}")
        terminal.press(b"!", CTRL_S)
        terminal.says(f"Saved Plain! · {identity}")
        assert terminal.status.endswith(identity), "all is as asked"
    assert only(server) == {**before, "name": "Plain!"}
    (body,) = server.sent
    fields = {name: value for name, value in only(server).items() if name in FIELDS}
    assert body == {**fields, "x_tenant": 7}, "what is not sent would be gone"
    assert body.items() >= VENDORS.items()


def test_a_burst_without_bracketed_paste_is_one_insertion_and_keys_keep_their_order(
    edited: Terminal, server: RelayServer
) -> None:
    """As GNU screen pastes: 10 kB into Instructions, a key at a time."""
    lines = [f"{number:04} some words of instructions" for number in range(330)]
    began = time.monotonic()
    edited.press(TAB, TAB, TAB, "\r".join(lines).encode(), b"\x1b[D", b"!", UP, b"\x7f", b"?")
    edited.shows("instruction!s")
    took = time.monotonic() - began
    edited.press(CTRL_S)
    edited.says("Saved")
    lines[-1] = lines[-1].replace("instructions", "instruction!s")
    lines[-2] = lines[-2][:-1] + "?"
    assert only(server)["instructions"] == "\n".join(lines)
    assert took < 5, took


def test_a_no_break_space_and_a_non_joiner_are_typed_shown_and_saved(
    edited: Terminal, server: RelayServer
) -> None:
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u00a0\u06f1"
    edited.press(b"\x15")
    for letter in name:
        edited.press(letter.encode())
        edited.idle(0.05)
    edited.press(TAB, TAB, "\u00a0".encode(), b"\x1b[32;;8204u", TAB, "\u200c".encode())
    edited.press(CTRL_S)
    edited.says("Saved")
    assert only(server)["name"] == name
    assert only(server)["description"] == "\u00a0\u200cbefore"
    assert only(server)["instructions"] == "\u200c"
    assert "\ufffd" not in edited.text
    assert "\u06cc\u200c".encode() in edited.raw
