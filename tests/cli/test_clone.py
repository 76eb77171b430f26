"""`clone`: another of the kind, here or on another server, and what could not be copied."""

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run
from tests.fakeserver.deviations import altering, answer, refusal
from tests.fakeserver.relay import RelayServer

USES = {
    "tools": [{"type": "code_interpreter"}, {"type": "file_search"}],
    "tool_resources": {
        "code_interpreter": {"file_ids": ["file-1", "file-2"]},
        "file_search": {"vector_store_ids": ["vs_1"]},
    },
}


def here(run: Run, **members: object) -> str:
    """Create an assistant in the local store; its id."""
    body = json.dumps({"model": "gpt-4o", "name": "One", **members}).encode()
    return run("create", "--profile", "local", "--file", "-", stdin=body).lines[0]


def there(server: RelayServer, home: Path, **settings: object) -> None:
    """Let the profile `there` be the server with deviations."""
    home.mkdir(exist_ok=True)
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    (home / "config.toml").write_text(f'[profiles.there]\nbase_url = "{server.url}"\n{text}')


def listed(*ids: str) -> Any:
    """A list of files or stores that is all there is."""
    data = json.dumps({"data": [{"id": each} for each in ids], "has_more": False}).encode()
    return lambda request: answer(data)


def test_a_clone_is_another_with_the_same(ask: Run, server: RelayServer) -> None:
    who = server.make("One", instructions="Be brief.", metadata={"a": "1"})
    done = ask("clone", who)
    new, old = server.held()
    assert (done.code, done.out.decode(), done.err) == (0, f"{new['id']}\n", "")
    assert new["name"] == "One (copy)"
    assert all(new[each] == old[each] for each in ("model", "instructions", "metadata"))


def test_what_a_create_does_not_take_is_told(ask: Run, server: RelayServer) -> None:
    text = b'{"id": "asst_1", "model": "gpt-4o", "owner": "me"}'
    server.deviations["retrieve"] = lambda request: answer(text)
    done = ask("clone", "asst_1")
    assert (done.code, done.err) == (0, "assistant-tui: cannot be copied: owner\n")
    assert server.sent == [{"model": "gpt-4o"}]


def test_what_does_not_fit_the_api_is_not_cloned(ask: Run, server: RelayServer) -> None:
    server.deviations["retrieve"] = lambda request: answer(b'{"id": "asst_1", "tools": 5}')
    done = ask("clone", "asst_1")
    assert (done.code, done.out, server.writes) == (1, b"", [])
    assert "asst_1 does not fit the API, so it cannot be cloned" in done.err


def test_it_goes_to_another_server_as_it_is(run: Run, server: RelayServer, home: Path) -> None:
    there(server, home)
    server.deviations["files"] = listed("file-1", "file-2")
    server.deviations["vector_stores"] = listed("vs_1")
    who = here(run, temperature=0.5, **USES)
    done = run("clone", who, "--to", "there", "--profile", "local")
    [held] = server.held()
    assert (done.code, done.out.decode(), done.err) == (0, f"{held['id']}\n", "")
    assert held["name"] == "One" and held["tool_resources"] == USES["tool_resources"]


def test_what_is_not_there_is_left_out_and_told(run: Run, server: RelayServer, home: Path) -> None:
    there(server, home)
    server.deviations["files"] = listed("file-2")
    server.deviations["vector_stores"] = lambda request: refusal(404)
    server.deviations["models"] = lambda request: answer(b'{"data": [{"id": "llama"}]}')
    done = run("clone", here(run, **USES), "--to", "there", "--profile", "local")
    assert done.code == 0
    assert done.err.splitlines() == [
        "assistant-tui: model gpt-4o is not among the models that are listed there",
        "assistant-tui: tool_resources.code_interpreter.file_ids: file-1 is not there and was left "
        "out",
        "assistant-tui: tool_resources.file_search.vector_store_ids: vs_1 may not be there: the "
        "server does not list all it has",
    ]
    assert server.held()[0]["tool_resources"] == {
        "code_interpreter": {"file_ids": ["file-2"]},
        "file_search": {"vector_store_ids": ["vs_1"]},
    }


def test_what_the_other_server_ignores_is_told(run: Run, server: RelayServer, home: Path) -> None:
    there(server, home)
    server.deviations["create"] = altering(lambda body: {"model": "gpt-4o"}, server.pass_on)
    done = run("clone", here(run), "--to", "there", "--profile", "local")
    who = done.out.decode().strip()
    assert f"assistant-tui: {who}: the server ignored or altered name\n" in done.err


def test_a_refusal_there_is_told_with_the_profile(
    run: Run, server: RelayServer, home: Path
) -> None:
    there(server, home, api_key_env="THERE_KEY")
    who = here(run)
    done = run("clone", who, "--to", "there", "--profile", "local")
    assert (done.code, done.out, server.writes) == (1, b"", [])
    assert done.err.startswith("assistant-tui: --to there: Unauthorized: ")
    assert "THERE_KEY" in done.err


def test_where_it_cannot_go(run: Run, server: RelayServer, home: Path) -> None:
    there(server, home, read_only=True)
    who = here(run)
    for name, told in (
        ("nowhere", "--to: no profile 'nowhere'; there are: local, there"),
        ("there", "--to: profile there is read-only"),
    ):
        done = run("clone", who, "--to", name, "--profile", "local")
        assert (done.code, done.out) == (2, b"")
        assert done.err == f"assistant-tui: {told}\n"
    assert not server.requests


def test_from_a_read_only_profile_it_may_go_elsewhere(
    run: Run, server: RelayServer, home: Path
) -> None:
    there(server, home, read_only=True)
    who = server.make("One")
    done = run("clone", who, "--profile", "there")
    assert (done.code, server.writes) == (2, [])
    done = run("clone", who, "--profile", "there", "--to", "local")
    assert done.code == 0
    [line] = run("list", "--profile", "local", "--json").lines
    assert json.loads(line)["id"] == done.lines[0]
