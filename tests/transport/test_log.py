"""One line for every attempt, with nothing in it that is nobody's business."""

import logging

import httpx
import pytest

from assistant_tui.core.errors import Offline
from tests.api.support import KEY, KeyRing, Reply, ScriptedServer, client

SECRET = "gamma-ray"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    ours = [record for record in caplog.records if record.name == "assistant_tui.transport"]
    assert all(record.levelno == logging.INFO for record in ours)
    return [record.getMessage() for record in ours]


async def test_answers_and_failures(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "assistant_tui.transport")
    script = ScriptedServer(
        httpx.ConnectError("x"),
        Reply(503, SECRET),
        Reply(200, f'{{"id": "a/b", "name": "{SECRET}"}}', {"x-request-id": "req_\x851"}),
    )
    async with client(script, key=KeyRing(KEY), query={"code": SECRET}) as opened:
        await opened.retrieve("a/b")
    method_and_path = "GET /v1/assistants/a%2Fb"
    first, second, third = lines(caplog)
    assert first.startswith(f"{method_and_path} Offline: no connection to server.test:443 ")
    assert first.endswith(" ms -")
    assert second.startswith(f"{method_and_path} 503 ")
    assert third.startswith(f"{method_and_path} 200 ")
    assert third.endswith(" ms req_\ufffd1")
    assert SECRET not in "".join(lines(caplog))
    assert KEY not in "".join(lines(caplog))


async def test_bodies_stay_out(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "assistant_tui.transport")
    async with client(ScriptedServer(httpx.ReadError(SECRET))) as opened:
        with pytest.raises(Offline):
            await opened.create({"name": f'"{SECRET}"'})
    (line,) = lines(caplog)
    assert line.startswith("POST /v1/assistants Offline: connection to server.test lost ")
    assert SECRET not in line
