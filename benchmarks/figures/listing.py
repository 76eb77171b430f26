"""A whole listing over a slow line, against the official SDK in the same run."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.client_walk import Walk, memory_of_walk, walk_with_client
from benchmarks.measure import Figure, Group, Readings
from benchmarks.programs import environment
from benchmarks.service import service
from benchmarks.session import BenchmarkFailed

Outcome = TypeVar("Outcome")

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


async def walk_with_sdk(base_url: str, folder: Path) -> int:
    """Lists everything by the SDK's own pagination; the number of assistants.

    The import stands here because it makes the harness, and so each fork of it, heavier; the round
    that does not count pays for it.
    """
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0) as client:
        return len([found async for found in client.beta.assistants.list(limit=PAGE)])


def timed(who: str, walk: Walk, count: int, *, again: bool = False) -> Readings:
    """Milliseconds from the first connection to the last assistant, all of them seen.

    With `again` it is the second walk that counts, which may use what the first one learned.
    """
    with _server(count) as url, TemporaryDirectory(prefix="bench-walk-") as folder:
        if again:
            asyncio.run(_bounded(who, walk(url, Path(folder))))
        start = time.perf_counter()
        seen = asyncio.run(_bounded(who, walk(url, Path(folder))))
        taken = (time.perf_counter() - start) * 1000
    if seen != count:
        raise BenchmarkFailed(f"{who} saw {seen} of {count} assistants")
    return {"taken": taken}


def weighed(count: int) -> Readings:
    """Bytes for each assistant that the program has loaded."""
    with _server(count) as url:
        return {"each": asyncio.run(_bounded("the client", memory_of_walk(url)))}


async def _bounded(who: str, walk: Awaitable[Outcome]) -> Outcome:
    try:
        async with asyncio.timeout(LIMIT):
            return await walk
    except TimeoutError as error:
        raise BenchmarkFailed(f"{who} had not listed everything within {LIMIT} s") from error


def group(count: int) -> Group:
    """The project's own ways to list ``count`` assistants."""
    sdk = ("sdk", "taken")
    title = f"Listing {count:,}, {SECONDS * 1000:g} ms an answer, against the SDK"
    return Group(
        {
            "sdk": lambda: timed("the SDK", walk_with_sdk, count),
            "client": lambda: timed("the client", walk_with_client, count),
            "again": lambda: timed("the client", walk_with_client, count, again=True),
            "memory": lambda: weighed(count),
        },
        [
            Figure(f"{title}: from both ends", "ms", ("client", "taken"), sdk, 0.5),
            Figure(
                "… at the places remembered from an earlier time",
                "ms",
                ("again", "taken"),
                sdk,
                0.15,
            ),
            Figure("… memory of each, its text not counted", "B", ("memory", "each"), at_most=1000),
        ],
        warm_up=True,
    )
