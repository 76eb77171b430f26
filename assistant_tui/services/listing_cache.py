"""Keeps the first page of each server on disk, so that the next start has rows at once.

And the ids at which pages ended (checkpoints), so that the next full listing is a short one.

Only the standard library is imported: this is read before the first frame.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant_tui.config.folders import Folders
from assistant_tui.config.identity import identity_of
from assistant_tui.config.settings import Profile, Settings, Source
from assistant_tui.core.assistants.summary import AssistantSummary, summary_of
from assistant_tui.core.listing import Listing
from assistant_tui.core.rows import ResourceRow
from assistant_tui.storage.private_files import write_private

FORMAT = 2
MAX_CHARACTERS = 1_000_000
"""Characters of JSON that are kept at most; a start must not wait for long instructions."""
MAX_ACCOUNTS = 20
"""Accounts whose rows are kept at most; a key that changes every hour must not fill the disk."""
_NAME, _FORMER_NAME = "rows-", "listing-"
CHECKPOINT_DISTANCE = 100
"""Rows from one checkpoint to the next."""


_UNUSABLE = (OSError, ValueError, KeyError, TypeError, RecursionError)
"""What a file raises that is not there, or is not what was written."""


class ListingCache:
    """The first rows and the checkpoints of one account, in one file with mode 0600."""

    def __init__(self, folder: Path, *identity: str) -> None:
        """`identity` are texts that together identify the server and the account."""
        digest = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:24]
        self.path = folder / f"{_NAME}{digest}.json"

    def read(self) -> Listing:
        """The rows of an earlier run, marked as such; none where there are none to read."""
        try:
            data = self._load()
            rows = tuple(_row(*row) for row in data["rows"])
            return Listing(rows, complete=bool(data["complete"]), remembered=True)
        except _UNUSABLE:
            return Listing()

    def checkpoints(self) -> tuple[str, ...]:
        """Ids at even distances in the list as it was when all of it was last seen."""
        try:
            return _texts(self._load()["seams"])
        except _UNUSABLE:
            return ()

    def _load(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        if data["format"] != FORMAT:
            raise ValueError("written by another version")
        return data

    def write(self, listing: Listing, count: int) -> None:
        """Replace what is cached by the first `count` rows, and the checkpoints if all is loaded.

        An error of the disk is ignored: the next start then begins without rows.
        """
        rows = [
            (row.id, *summary_of(row), row.created_at, row.text, row.problem)
            for row in _within_room(listing.rows[:count])
        ]
        complete = listing.complete and len(rows) == len(listing)
        checkpoints = _checkpoints(listing) if listing.complete else self.checkpoints()
        kept = {"format": FORMAT, "complete": complete, "seams": checkpoints, "rows": rows}
        with suppress(OSError):
            write_private(self.path, json.dumps(kept))
            self._sweep()

    def _sweep(self) -> None:
        """Remove what older versions remembered, which did not tell accounts apart, and the rows of
        the accounts that were not opened for longest. Raises OSError."""
        folder = self.path.parent
        for path in folder.glob(f"{_FORMER_NAME}*.json"):
            path.unlink(missing_ok=True)
        others = [path for path in folder.glob(f"{_NAME}*.json") if path != self.path]
        for path in sorted(others, key=lambda each: -each.stat().st_mtime)[MAX_ACCOUNTS - 1 :]:
            path.unlink(missing_ok=True)


def listing_cache_of(settings: Settings, profile: Profile, folders: Folders) -> ListingCache | None:
    """The cache of a profile; None if rows are not remembered, or its account has no identity."""
    if not settings.remember or profile.source is Source.DEMO:
        return None
    try:
        return ListingCache(folders.cache, identity_of(settings, profile, folders).text())
    except OSError:
        return None


def _within_room(rows: Iterable[ResourceRow]) -> list[ResourceRow]:
    kept: list[ResourceRow] = []
    room = MAX_CHARACTERS
    for row in rows:
        room -= len(row.text)
        if room < 0:
            break
        kept.append(row)
    return kept


def _checkpoints(listing: Listing) -> tuple[str, ...]:
    """Nothing follows the last row, so that it is no checkpoint."""
    checkpoints = tuple(
        row.id
        for row in listing.rows[CHECKPOINT_DISTANCE - 1 : -1 : CHECKPOINT_DISTANCE]
        if row.has_id
    )
    return checkpoints if sum(map(len, checkpoints)) <= MAX_CHARACTERS else ()


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise TypeError("not what was written")
    return tuple(values)


def _row(
    id: str,
    name: str,
    model: str,
    tools: list[str],
    created_at: int | None,
    text: str,
    problem: str,
) -> ResourceRow:
    _texts([id, name, model, text, problem])
    if not isinstance(created_at, int | None):
        raise TypeError("not what was written")
    summary = AssistantSummary(name, model, _texts(tools))
    return ResourceRow(id, created_at, text, problem, summary)
