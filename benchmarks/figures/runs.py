"""Runs of the local server, against reading its backend directly in the same run."""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx

from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import Subject, environment
from benchmarks.service import service
from benchmarks.session import BenchmarkFailed

AT_ONCE = 50
ONE, MANY = "200x400", "50x150"
"""Models of the backend: tokens a second, and how many of them."""
FIRST = "20x2"
SAMPLES = 9
LIMIT = 120.0
_LISTENING = "0A"
"""The state of a listening socket in `/proc/net/tcp`."""
_CONFIGURATION = """
[server.backends.bench]
base_url = "{url}"
models = ["{models}"]
concurrency = {at_once}
"""


@dataclass(frozen=True)
class Servers:
    """The backend and the server before it."""

    backend: str
    server: str


@contextmanager
def servers(subject: Subject, *more: str) -> Iterator[Servers]:
    """A backend, and `serve` before it; `more` are models of the backend."""
    with TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        backend = (sys.executable, "-m", "benchmarks.token_backend")
        with service(backend, environment(home)) as url:
            models = '", "'.join((ONE, MANY, FIRST, *more))
            text = _CONFIGURATION.format(url=url, models=models, at_once=AT_ONCE)
            (home / "config.toml").write_text(text, "utf-8")
            serve = (subject.executable, "serve", "--port", "0")
            with service(serve, environment(home)) as server:
                yield Servers(url, server)


async def _events(
    client: httpx.AsyncClient, url: str, body: dict[str, object], mark: bytes
) -> AsyncIterator[float]:
    """The times at which parts of a stream arrive that have a mark."""
    async with client.stream("POST", url, json=body) as response:
        if response.status_code != 200:
            raise BenchmarkFailed(f"{url} answered {await response.aread()!r}")
        async for part in response.aiter_raw():
            if mark in part:
                yield time.perf_counter()


class Question(NamedTuple):
    """A request for a stream, and what marks a word in it."""

    url: str
    body: dict[str, object]
    mark: bytes

    async def answer(self, client: httpx.AsyncClient) -> list[float]:
        """Seconds to the first and to the last word."""
        begun = time.perf_counter()
        events = _events(client, self.url, self.body, self.mark)
        times = [at - begun async for at in events]
        return [times[0], times[-1]]


async def _directly(client: httpx.AsyncClient, servers: Servers, model: str) -> Question:
    """A question to the backend."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    return Question(f"{servers.backend}/chat/completions", body, b"word")


async def _by_a_run(client: httpx.AsyncClient, servers: Servers, model: str) -> Question:
    """A run of the server, its thread and assistant being there."""
    assistant = await _made(client, f"{servers.server}/assistants", {"model": model})
    messages = [{"role": "user", "content": "hi"}]
    thread = await _made(client, f"{servers.server}/threads", {"messages": messages})
    body: dict[str, object] = {"assistant_id": assistant, "stream": True}
    return Question(f"{servers.server}/threads/{thread}/runs", body, b"thread.message.delta")


async def _made(client: httpx.AsyncClient, url: str, body: dict[str, object]) -> str:
    response = await client.post(url, json=body)
    if response.status_code != 200:
        raise BenchmarkFailed(f"{url} answered {response.text}")
    return str(response.json()["id"])


Ask = Callable[[httpx.AsyncClient, Servers, str], Awaitable[Question]]


def _timed(subject: Subject, measure: Callable[[Servers], Awaitable[Readings]]) -> Readings:
    async def bounded(servers: Servers) -> Readings:
        async with asyncio.timeout(LIMIT):
            return await measure(servers)

    with servers(subject) as there:
        try:
            return asyncio.run(bounded(there))
        except TimeoutError as error:
            raise BenchmarkFailed(f"the runs had not ended within {LIMIT} s") from error


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=LIMIT, trust_env=False, limits=httpx.Limits())


async def _first_words(servers: Servers) -> Readings:
    """Milliseconds that a run adds to the first word."""
    async with _client() as client:
        direct: list[float] = []
        ours: list[float] = []
        for _ in range(SAMPLES):
            for ask, times in ((_directly, direct), (_by_a_run, ours)):
                question = await ask(client, servers, FIRST)
                times.append((await question.answer(client))[0])
    return {"added": (statistics.median(ours) - statistics.median(direct)) * 1000}


def _one(ask: Ask) -> Callable[[Servers], Awaitable[Readings]]:
    async def measure(servers: Servers) -> Readings:
        async with _client() as client:
            question = await ask(client, servers, ONE)
            return {"taken": (await question.answer(client))[1] * 1000}

    return measure


def _many(ask: Ask) -> Callable[[Servers], Awaitable[Readings]]:
    async def measure(servers: Servers) -> Readings:
        async with _client() as client:
            questions = [await ask(client, servers, MANY) for _ in range(AT_ONCE)]
            before = _resident(servers)
            runs = [asyncio.create_task(each.answer(client)) for each in questions]
            answers, memory = await _ask_meanwhile(client, servers, runs)
            ends = [(await run)[1] for run in runs]
        return {
            "taken": max(ends) * 1000,
            "answer": statistics.median(answers) * 1000,
            "memory": (memory - before) / AT_ONCE,
        }

    return measure


async def _ask_meanwhile(
    client: httpx.AsyncClient, servers: Servers, runs: list["asyncio.Task[list[float]]"]
) -> tuple[list[float], int]:
    """Seconds that lists and gets take while there are runs, and the memory of the server."""
    answers, memory = [0.0], 0
    while not all(run.done() for run in runs):
        begun = time.perf_counter()
        await client.get(f"{servers.server}/assistants?limit=20")
        answers.append(time.perf_counter() - begun)
        memory = max(memory, _resident(servers))
        await asyncio.sleep(0.05)
    return answers, memory


def _resident(servers: Servers) -> int:
    """Bytes of memory of the process that listens at the server's port."""
    port = int(servers.server.split(":")[2].split("/")[0])
    listener = _listener(port)
    for process in Path("/proc").glob("[0-9]*"):
        if listener in _open_files(process):
            return int((process / "statm").read_text().split()[1]) * 4096
    raise BenchmarkFailed(f"no process listens at port {port}")


def _listener(port: int) -> str:
    """What the descriptor of the socket that listens at a port is a link to."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, address, _, state, *_, inode = line.split()[:10]
        if state == _LISTENING and address.endswith(f":{port:04X}"):
            return f"socket:[{inode}]"
    raise BenchmarkFailed(f"nothing listens at port {port}")


def _open_files(process: Path) -> set[str]:
    try:
        return {os.readlink(each) for each in (process / "fd").iterdir()}
    except OSError:  # it has ended, or is somebody else's
        return set()


def group(subject: Subject) -> Group:
    """What a run adds to its backend."""
    direct = ("direct, many", "taken")
    return Group(
        {
            "first": lambda: _timed(subject, _first_words),
            "direct, one": lambda: _timed(subject, _one(_directly)),
            "one": lambda: _timed(subject, _one(_by_a_run)),
            "direct, many": lambda: _timed(subject, _many(_directly)),
            "many": lambda: _timed(subject, _many(_by_a_run)),
        },
        [
            Figure(
                "Run: added to the first word", "ms", ("first", "added"), None, 10, of_ratio=False
            ),
            Figure(
                "… 400 words at 200 a second, against the backend",
                "ms",
                ("one", "taken"),
                ("direct, one", "taken"),
                1 / 0.9,
            ),
            Figure(
                f"… {AT_ONCE} at once at 50 a second, against the backend",
                "ms",
                ("many", "taken"),
                direct,
                1 / 0.9,
            ),
            Figure("… a list meanwhile", "ms", ("many", "answer"), None, 20, of_ratio=False),
            Figure(
                "… memory of each run", "B", ("many", "memory"), None, 1_000_000, of_ratio=False
            ),
        ],
    )
