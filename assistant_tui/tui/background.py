"""Starts what runs beside the keys."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def start(node: DOMNode, job: Callable[[], Coroutine[Any, Any, None]], group: str) -> Worker[None]:
    """Run a job in a worker of a screen or the app; it ends when that one goes.

    The coroutine is made when the worker runs: one that never gets its turn leaves none behind,
    which Python would complain about on the person's terminal.
    """
    return node.run_worker(job, group=group)
