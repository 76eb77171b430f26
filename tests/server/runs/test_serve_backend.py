"""`serve --backend` as a process: its runs are answered by the backend that it names."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from tests.fakeserver.streaming_app import Call, on_socket
from tests.limits import LIMIT
from tests.server.runs.fake_backend import FakeBackend, refusing, streaming
from tests.server.runs.support import Api

KEY = "sk-backend-0123456789"


async def answering(call: Call) -> None:
    """Both routes of a backend."""
    listing = refusing(200, {"data": [{"id": "m"}]})
    await (listing if call.path.endswith("/models") else streaming())(call)


@pytest.mark.parametrize("by", ["option", "environment"])
async def test_a_run_is_answered(by: str, tmp_path: Path) -> None:
    app = FakeBackend(answering)
    async with asyncio.timeout(LIMIT), on_socket(app) as endpoint:
        url = f"{endpoint.base_url}/v1"
        named = {"option": ["--backend", url], "environment": []}[by]
        variables = {"option": {}, "environment": {"ASSISTANT_TUI_BACKEND_URL": url}}[by]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant_tui", "serve", "--port", "0"),
            *("--database", str(tmp_path / "store.db"), *named, "--backend-key-env", "BACKEND_KEY"),
            env={**os.environ, **variables, "BACKEND_KEY": KEY},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        served = (await process.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(base_url=served, timeout=LIMIT) as http:
            api = Api(http)
            assert [each["id"] for each in (await api.get("/models"))["data"]] == ["m"]
            thread = await api.thread("hi")
            run = await api.wait(
                await api.run(thread, await api.assistant()), "completed", "failed"
            )
            answer = (await api.messages(thread))[-1]
        process.terminate()
        printed, told = await process.communicate()
    assert (run["status"], told) == ("completed", b"")
    database = tmp_path / "store.db"
    assert printed.decode().splitlines() == [f"Database: {database}", f"Backend: {url}"]
    assert answer["content"][0]["text"]["value"] == "Good day"
    assert {call.headers["authorization"] for call in app.calls} == {f"Bearer {KEY}"}
    assert all(KEY.encode() not in each.read_bytes() for each in tmp_path.iterdir())
