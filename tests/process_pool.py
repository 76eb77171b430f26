"""Several processes that begin a thing at the same moment, so that they really compete."""

import multiprocessing
from multiprocessing.pool import Pool
from multiprocessing.synchronize import Barrier

_barrier: Barrier
"""Where the processes of a crowd wait for each other."""


def process_pool(processes: int) -> Pool:
    """Processes of their own, started anew; a context manager that ends them."""
    context = multiprocessing.get_context("spawn")
    return context.Pool(processes, _keep, [context.Barrier(processes, timeout=120)])


def _keep(barrier: Barrier) -> None:
    global _barrier
    _barrier = barrier


def wait_for_all() -> None:
    """Wait until all of the crowd have come here; only in one of its processes."""
    _barrier.wait()
