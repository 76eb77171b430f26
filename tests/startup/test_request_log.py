"""The log: there only when asked for, private, cut into generations, without secrets."""

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.cli import composition
from assistant_tui.config.api_keys import ApiKeySource
from assistant_tui.config.settings import Profile
from assistant_tui.core.errors import Unauthorized
from assistant_tui.startup import diagnostics
from assistant_tui.transport.endpoint import Endpoint
from tests.limits import LIMIT
from tests.startup.conftest import Screen

KEY = "sk-very-secret-0123456789"
BODY = "the instructions of a company"


@pytest.fixture(autouse=True)
def own_logger() -> Iterator[None]:
    """Leave the program's logger as it was."""
    logger = logging.getLogger("assistant_tui")
    before = (logger.level, logger.propagate, [*logger.handlers])
    yield
    for handler in logger.handlers:
        if handler not in before[2]:
            handler.close()
    logger.level, logger.propagate, logger.handlers = before


def answer(request: httpx.Request) -> httpx.Response:
    """Tell one who asks for /assistants/denied the key, and all others the instructions."""
    headers = {"x-request-id": "req_7"}
    if request.url.path.endswith("/denied"):
        return httpx.Response(401, json={"error": {"message": f"wrong key {KEY}"}}, headers=headers)
    return httpx.Response(200, json={"id": "asst_1", "instructions": BODY}, headers=headers)


async def test_requests_are_logged_without_key_and_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    path = tmp_path / "state" / "assistant-tui.log"
    diagnostics.start_request_log(path)
    profile = Profile("p", api_key_env="MY_KEY")
    endpoint = Endpoint(
        "https://server.test/v1",
        key=ApiKeySource(profile),
        query={"code": KEY},
        headers={"x-own": KEY},
        transport=httpx.MockTransport(answer),
    )
    for each in (endpoint, replace(endpoint, key_header="api-key")):
        async with AssistantsClient(each) as client:
            await client.modify("asst_1", {"instructions": f'"{BODY}"'})
            with pytest.raises(Unauthorized):
                await client.retrieve("denied")
    text = path.read_text()
    lines = text.splitlines()
    assert len(lines) == 4
    assert " INFO POST /v1/assistants/asst_1 200 " in lines[0]
    assert lines[0].endswith(" ms req_7")
    assert KEY not in text and BODY not in text and "code" not in text


def test_every_generation_is_its_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnostics, "LOG_FILE_BYTES", 200)
    before = os.umask(0)
    try:
        diagnostics.start_request_log(tmp_path / "state" / "a.log")
        for number in range(40):
            logging.getLogger("assistant_tui.transport").info("line %d", number)
    finally:
        os.umask(before)
    files = sorted((tmp_path / "state").iterdir())
    assert [file.name for file in files] == ["a.log", "a.log.1", "a.log.2", "a.log.3"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(file.stat().st_size <= 200 for file in files)
    assert "line 39" in files[0].read_text() and "line 0" not in files[3].read_text()
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_log_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("earlier\n")
    diagnostics.start_request_log(path)
    logging.getLogger("assistant_tui.transport").info("lone surrogate \ud800")
    lines = path.read_text().splitlines()
    assert lines[0] == "earlier" and lines[1].endswith("lone surrogate \\ud800")


def test_no_complaint_of_a_library_reaches_the_terminal() -> None:
    code = """
import logging
from assistant_tui.startup.diagnostics import silence_libraries
logging.getLogger("httpx").error("first")
silence_libraries()
logging.getLogger("httpx").error("second")
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT)
    assert (done.stdout, done.stderr) == ("", "first\n")


def test_nothing_is_logged_unless_asked_for(screen: Screen, home: Path) -> None:
    assert composition.main(["--demo"]) == 0
    assert [*home.iterdir()] == []
    assert composition.main(["--demo", "--log"]) == 0
    assert [each.name for each in home.iterdir()] == ["assistant-tui.log"]
