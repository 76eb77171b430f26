"""A whole listing over a slow line, against the official SDK in the same run."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.client_walk import Walk
from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import environment
from benchmarks.service import service
from benchmarks.session import BenchmarkFailed

SECONDS = 0.1
"""What the server waits before each answer."""
LIMIT = 120.0
PAGE = 100


@contextmanager
def _server(count: int) -> Iterator[str]:
    command = (sys.executable, "-m", "benchmarks.delayed_server", str(count), str(SECONDS))
    with (
        TemporaryDirectory(prefix="bench-") as home,
        service(command, environment(Path(home))) as url,
    ):
        yield url


async def walk_with_sdk(base_url: str) -> int:
    """Lists everything by the SDK's own pagination; the number of assistants.

    The import stands here because it makes the harness, and so each fork of it, heavier; the round
    that does not count pays for it.
    """
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0) as client:
        return len([found async for found in client.beta.assistants.list(limit=PAGE)])


def timed(who: str, walk: Walk, count: int) -> Readings:
    """Milliseconds from the first connection to the last assistant, all of them seen."""
    with _server(count) as url:
        start = time.perf_counter()
        seen = asyncio.run(_bounded(who, walk, url))
        taken = (time.perf_counter() - start) * 1000
    if seen != count:
        raise BenchmarkFailed(f"{who} saw {seen} of {count} assistants")
    return {"taken": taken}


async def _bounded(who: str, walk: Walk, url: str) -> int:
    try:
        async with asyncio.timeout(LIMIT):
            return await walk(url)
    except TimeoutError as error:
        raise BenchmarkFailed(f"{who} had not listed everything within {LIMIT} s") from error


def group(walk: Walk, count: int) -> Group:
    """``walk`` is the project's own way to list ``count`` assistants."""
    return Group(
        {
            "sdk": lambda: timed("the SDK", walk_with_sdk, count),
            "client": lambda: timed("the client", walk, count),
        },
        [
            Figure(
                f"Listing {count:,}, {SECONDS * 1000:g} ms an answer, against the SDK",
                "ms",
                ("client", "taken"),
                ("sdk", "taken"),
                0.5,
            )
        ],
        warm_up=True,
    )
