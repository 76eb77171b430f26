"""Where a profile's key comes from, and what is said where it does not come."""

import asyncio
import os
import select
import shlex
import sys
from pathlib import Path

import pytest

from assistant_tui.config import api_keys
from assistant_tui.config.api_keys import ApiKeySource, known_secrets
from assistant_tui.config.loading import Flags
from assistant_tui.config.settings import Profile
from tests.config.support import SECRET, URL, key_of, refusal_of, settings_of
from tests.limits import LIMIT


def python(code: str) -> str:
    """A command that runs Python code."""
    return shlex.join([sys.executable, "-c", code])


async def test_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f" {SECRET}\n")
    assert await key_of(api_key_env="MY_KEY")() == SECRET


@pytest.mark.parametrize("value", [None, ""])
async def test_a_variable_that_is_not_set_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    if value is not None:
        monkeypatch.setenv("MY_KEY", value)
    message = await refusal_of(api_key_env="MY_KEY")
    assert message == "the environment variable MY_KEY is not set"


async def test_a_named_profile_never_falls_back_to_another_vendors_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("ASSISTANT_TUI_API_KEY", SECRET)
    text = f'[profiles.p]\nbase_url = "{URL}"'
    profile = settings_of(tmp_path, text, Flags(profile="p")).profile
    assert await ApiKeySource(profile)() is None


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"ASSISTANT_TUI_API_KEY": "own", "OPENAI_API_KEY": "sk-openai"}, "own"),
        ({"ASSISTANT_TUI_API_KEY": "", "OPENAI_API_KEY": "sk-openai"}, "sk-openai"),
        ({"OPENAI_API_KEY": "sk-openai"}, "sk-openai"),
        ({}, None),
    ],
)
async def test_a_server_that_is_named_by_its_url_has_two_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environ: dict[str, str], key: str | None
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for settings in (
        settings_of(tmp_path, "", Flags(base_url=URL)),
        settings_of(tmp_path, "", environ={"OPENAI_BASE_URL": URL}),
    ):
        assert await ApiKeySource(settings.profile)() == key


async def test_the_first_line_that_a_command_prints_is_the_key() -> None:
    command = python(f"print('  {SECRET} '); print('user: me')")
    assert await key_of(api_key_command=command)() == SECRET


async def test_a_command_is_run_once_and_anew_on_demand(tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = f"p = {str(count)!r}; open(p, 'a').write('x'); print('key', len(open(p).read()))"
    key = key_of(api_key_command=python(code))
    assert [await key(), await key(), await key(again=True), await key()] == [
        "key 1",
        "key 1",
        "key 2",
        "key 2",
    ]
    assert count.read_text() == "xx"


async def test_the_arguments_of_a_command_see_no_shell() -> None:
    command = python("import sys; print(sys.argv[1])") + " '$HOME; a b'"
    assert await key_of(api_key_command=command)() == "$HOME; a b"


async def test_a_command_reads_nothing_from_the_terminal() -> None:
    command = python("import sys; print('read', repr(sys.stdin.read()))")
    assert await key_of(api_key_command=command)() == "read ''"


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        (f"print('{SECRET}'); raise SystemExit(3)", 3),
        ("pass", 0),
        ("print(); print('late')", 0),
        ("print('  ')", 0),
        ("import os; os.kill(os.getpid(), 9)", -9),
        (f"import sys; sys.exit('{SECRET}')", 1),
    ],
)
async def test_a_command_that_gives_no_key(code: str, exit_code: int) -> None:
    message = await refusal_of(api_key_command=python(code))
    assert message == f"api_key_command gave no key (exit code {exit_code})"


@pytest.mark.parametrize("command", ["/no/such/program", "'", "   ", "/", "a\0b"])
async def test_a_command_that_cannot_be_started(command: str) -> None:
    message = await refusal_of(api_key_command=command)
    assert message.startswith("api_key_command could not be started: ")


def _hanging(pipe: Path) -> str:
    """A command that hangs, and a child of it; both hold its output and an end of the pipe."""
    code = f"""
import os, signal
end = os.open({str(pipe)!r}, os.O_WRONLY)
os.fork()
while True:
    signal.pause()
"""
    return python(code)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe; reading it ends when the last process that writes to it is gone."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


async def test_a_command_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "COMMAND_TIMEOUT", 0.01)
    message = await refusal_of(api_key_command=python("import signal; signal.pause()"))
    assert message == "api_key_command gave no key within 0.01 s"


async def test_a_command_that_nobody_waits_for_is_ended_with_all_it_started(pipe: Path) -> None:
    fetching = asyncio.create_task(key_of(api_key_command=_hanging(pipe))())
    end = await asyncio.to_thread(os.open, pipe, os.O_RDONLY)
    fetching.cancel()
    ended, _ = await asyncio.wait([fetching], timeout=LIMIT)
    assert ended and fetching.cancelled()
    assert select.select([end], [], [], LIMIT)[0] and os.read(end, 1) == b""
    os.close(end)


async def test_what_prints_without_end_is_ended() -> None:
    message = await refusal_of(api_key_command=python("while True: print('x' * 1000)"))
    assert message == "api_key_command printed more than 64,000 bytes"


async def test_nobody_waits_for_what_a_command_left_behind(pipe: Path) -> None:
    """It goes on and holds the output of the command, as an agent does that was started by it."""
    code = f"""
import os, signal
if os.fork():
    print({SECRET!r})
else:
    os.open({str(pipe)!r}, os.O_RDONLY)
"""
    assert await key_of(api_key_command=python(code))() == SECRET
    os.close(await asyncio.to_thread(os.open, pipe, os.O_WRONLY))


async def test_more_than_a_pipe_holds_is_read_while_the_command_runs() -> None:
    command = python(f"print({SECRET!r}); print('x' * 62_000, end='')")
    assert await key_of(api_key_command=command)() == SECRET


async def test_no_repr_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", SECRET)
    key = key_of(api_key_env="MY_KEY")
    await key()
    assert repr(key) == "ApiKeySource('p')"


def test_what_else_a_profile_holds_is_known_as_secret() -> None:
    url = "https://me:of-a-login@host/v1?code=of-the-address"
    ApiKeySource(Profile("p", base_url=url, query={"code": "of-the-query"}))
    assert {"of-a-login", "of-the-address", "of-the-query"} <= known_secrets()
