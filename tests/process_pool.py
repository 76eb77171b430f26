"""Several processes that begin a thing at the same moment, so that they really compete."""

import multiprocessing
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier

_barrier: Barrier
"""Where the processes of a crowd wait for each other."""


def process_pool(processes: int) -> Pool:
    """Processes that share nothing with this one; a context manager that ends them.

    They are forked from a process that has imported the program, and done nothing else.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assistant_tui.services.profiles", "assistant_tui.server.app"])
    return context.Pool(processes, _keep, [context.Barrier(processes, timeout=120)])


def _keep(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def wait_for_all() -> None:
    """Wait until all of the crowd have come here; only in one of its processes."""
    _barrier.wait()
