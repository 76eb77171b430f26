"""A journal that another program holds, and does not let go of."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_WAIT = 120.0
"""Seconds to wait for the program that writes just now."""


@contextmanager
def write_lock_held(path: Path) -> Iterator[None]:
    """Hold SQLite's lock for writers as long as this lasts."""
    with closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
