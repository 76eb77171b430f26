"""A server that is killed at any moment of a run: nothing that was acknowledged is lost.

ASSISTANT_TUI_KILLS names how often it is killed, 4 times unless given; the moments differ.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from assistant_tui.core.runs import FINAL
from assistant_tui.transport.sse import EventParser, ServerSentEvent
from tests.limits import LIMIT
from tests.server.runs.support import Json, told_text

KILLS = int(os.environ.get("ASSISTANT_TUI_KILLS", "4"))

_SERVE = """
import sys
from pathlib import Path
from assistant_tui.server.app import create_app
from assistant_tui.server.http.serving import listen, origin, serve
from assistant_tui.server.runs import executor, lease_watch
from assistant_tui.server.runs.canned import CannedModels
from assistant_tui.server.store.sqlite_store import SQLiteStore

# A lease runs out sooner than usual, so that the test does not have to wait.
executor.LEASE_SECONDS = lease_watch.LEASE_SECONDS = 1.0
lease_watch._RENEW_SECONDS = lease_watch.WATCH_SECONDS = 0.1
with SQLiteStore(Path(sys.argv[1])) as store, listen("127.0.0.1", 0) as listener:
    app = create_app(store, models=["m"], make_chat_models=lambda: CannedModels(pause=0.01))
    serve(app, listener, lambda: print(origin("127.0.0.1", listener), flush=True))
"""
"""A server whose model takes about a third of a second for an answer."""


@contextmanager
def serving(database: Path) -> Iterator[tuple[httpx.Client, "subprocess.Popen[str]"]]:
    """A client of a server in a process of its own, and that process; it is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(database)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with httpx.Client(base_url=url, timeout=LIMIT) as client:
                yield client, process
        finally:
            process.kill()


def posted(client: httpx.Client, path: str, body: Json) -> Json:
    """What a POST has answered."""
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: Json = response.json()
    return answer


def run_until_killed(client: httpx.Client, process: "subprocess.Popen[str]", after: int) -> Json:
    """Run a new thread and kill the server after so many parts of the stream."""
    asked = {"role": "user", "content": "hi"}
    thread = posted(client, "/threads", {"messages": [asked]})["id"]
    assistant = posted(client, "/assistants", {"model": "m"})["id"]
    body = {"assistant_id": assistant, "stream": True}
    parser = EventParser()
    events: list[ServerSentEvent] = []
    with client.stream("POST", f"/threads/{thread}/runs", json=body) as response:
        for number, chunk in enumerate(response.iter_raw()):
            events += parser.feed(chunk)
            if number == after:
                process.send_signal(signal.SIGKILL)
                break
    return {"thread": thread, "assistant": assistant, "told": told_text(events)}


def check_what_is_left(client: httpx.Client, left: Json) -> str:
    """The run ends, nothing that was told is lost or doubled, and the thread is free."""
    path = f"/threads/{left['thread']}"
    deadline = time.monotonic() + LIMIT
    while (run := client.get(f"{path}/runs").json()["data"][0])["status"] not in FINAL:
        assert time.monotonic() < deadline, run
        time.sleep(0.05)
    asked, *answers = client.get(f"{path}/messages?order=asc").json()["data"]
    assert asked["content"][0]["text"]["value"] == "hi" and len(answers) <= 1
    text = "".join(part["text"]["value"] for each in answers for part in each["content"])
    assert text.startswith(left["told"])
    assert all(each["status"] != "in_progress" for each in answers)
    steps = client.get(f"{path}/runs/{run['id']}/steps").json()["data"]
    assert all(each["status"] != "in_progress" for each in steps)
    posted(client, f"{path}/messages", {"role": "user", "content": "again"})
    posted(client, f"{path}/runs", {"assistant_id": left["assistant"]})
    return str(run["status"])


@pytest.mark.parametrize("first", [0, 9], ids=["early", "late"])
def test_a_server_that_is_killed_leaves_no_run_behind(tmp_path: Path, first: int) -> None:
    left: Json | None = None
    statuses = []
    for number in range(KILLS // 2 + 1):
        with serving(tmp_path / "store.db") as (client, process):
            if left is not None:
                statuses.append(check_what_is_left(client, left))
            left = run_until_killed(client, process, first + number)
    assert statuses and {*statuses} <= {"failed", "completed"}
