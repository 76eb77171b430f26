"""Starts what runs beside the keys, and is the way in for what comes of it."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.worker import Worker

from assistant_tui.tui.faults import ContainingApp, is_there

Job = Callable[[], Coroutine[Any, Any, None]]


def start(node: DOMNode, job: Job, group: str) -> Worker[None]:
    """Run a job in a worker of a screen or the app; it ends when that one goes.

    A fault of the job is reported, and ends nothing else. The coroutine is made when the worker
    runs: one that never gets its turn leaves none behind, which Python would complain about on the
    person's terminal.
    """
    return node.run_worker(partial(_contained, node, job), group=group)


async def _contained(node: DOMNode, job: Job) -> None:
    app = node.app
    try:
        await job()
    except NoMatches as fault:
        # What the job wanted to show something on may have gone with its screen meanwhile.
        if is_there(node):
            _contain(app, fault)
    except Exception as fault:
        _contain(app, fault)


def _contain(app: object, fault: Exception) -> None:
    if not isinstance(app, ContainingApp):
        raise fault
    app.contain(fault)
