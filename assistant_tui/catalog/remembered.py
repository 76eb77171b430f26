"""Keeps the first page of each server on disk, so that the next start has rows at once.

Only the standard library is imported: this is read before the first paint.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from assistant_tui.core.listing import Listing, Row

FORMAT = 1
LARGEST = 1_000_000
"""Characters of JSON that are kept at most; a start must not wait for long instructions."""


class Memory:
    """The remembered rows of one server, in one 0600 file."""

    def __init__(self, folder: Path, *identity: str) -> None:
        """`identity` tells servers apart: the profile's name, its URL, organization, project."""
        digest = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:24]
        self._path = folder / f"listing-{digest}.json"

    def read(self) -> Listing:
        """The rows of an earlier run, marked as such; none where there are none to read."""
        try:
            data = json.loads(self._path.read_text("utf-8"))
            if data["format"] != FORMAT:
                return Listing()
            rows = tuple(_row(*row) for row in data["rows"])
            return Listing(rows, complete=bool(data["complete"]), remembered=True)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return Listing()

    def write(self, rows: Iterable[Row], *, complete: bool) -> None:
        """Replace what is remembered; a disk that refuses costs only the head start."""
        kept: list[Row] = []
        room = LARGEST
        for row in rows:
            room -= len(row.text)
            if room < 0:
                complete = False
                break
            kept.append(row)
        text = json.dumps({"format": FORMAT, "complete": complete, "rows": kept})
        with suppress(OSError):
            self._replace(text)

    def _replace(self, text: str) -> None:
        folder = self._path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".listing-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, self._path)
        except OSError:
            os.unlink(name)
            raise


def _row(
    id: str,
    name: str,
    model: str,
    tools: list[str],
    created_at: int | None,
    text: str,
    problem: str,
) -> Row:
    texts = [id, name, model, *tools, text, problem]
    sound = isinstance(tools, list) and isinstance(created_at, int | None)
    if not sound or not all(isinstance(each, str) for each in texts):
        raise TypeError("not what was written")
    return Row(id, name, model, tuple(tools), created_at, text, problem)
