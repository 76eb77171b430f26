"""Drafts in files of their own beside the journal, for the moment when it cannot take them.

Written while another program holds the journal, or where it is damaged or full. They are offered
and taken up as those in the journal are. One without a text says that the draft is forgotten, of
which the journal still has a version.
"""

import glob
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from assistant_tui.journal.drafts import OPEN_HERE, KeptDraft
from assistant_tui.journal.errors import JournalError
from assistant_tui.storage.private_files import write_private

_MEMBERS = ("server", "key", "at", "text")


class DraftFiles:
    """The files with drafts beside one journal, mode 0600; one for each owner and assistant."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._prefix = f"{journal.name}.draft-"

    def keep(self, draft: KeptDraft) -> None:
        """Write a draft in the place of its owner's former one. Raises OSError."""
        members = {name: getattr(draft, name) for name in _MEMBERS}
        # Escapes would join two lone surrogates that stand side by side into one character.
        text = json.dumps(members, ensure_ascii=False)
        write_private(self._path(draft), text, "surrogatepass")

    def note_forgotten(self, draft: KeptDraft) -> None:
        """Write that a draft is forgotten, in the place of any text. Raises OSError."""
        self.keep(replace(draft, text=""))

    def of(self, server: str) -> Iterator[KeptDraft]:
        """The drafts of all owners on one server; a file that cannot be read is passed over."""
        for path in self._journal.parent.glob(f"{glob.escape(self._prefix)}*"):
            draft = self._read(path)
            if draft is not None and draft.server == server:
                yield draft

    def _read(self, path: Path) -> KeptDraft | None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
            # Whose it is says the name alone, which hand_over changes.
            owner = path.name.removeprefix(self._prefix).rpartition("-")[0]
            return KeptDraft(**{name: data[name] for name in _MEMBERS}, owner=owner)
        return None

    def hand_over(self, draft: KeptDraft, owner: str) -> bool:
        """Make a draft another owner's; False if there is none in a file (any more).

        Raises:
            JournalError: that owner has such a file already, which would be lost.
            OSError: it cannot be done; the draft is as it was.
        """
        path, own = (self._path(each) for each in (draft, replace(draft, owner=owner)))
        there = self._read(own) if own.exists() else None
        if there is not None and not is_forgotten(there):
            raise JournalError(OPEN_HERE)
        try:
            os.rename(path, own)
        except FileNotFoundError:
            return False
        return True

    def forget(self, draft: KeptDraft) -> bool:
        """Remove the file of an owner's draft; False if there was none. Raises OSError."""
        try:
            self._path(draft).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, draft: KeptDraft) -> Path:
        about = "\0".join((draft.server, draft.key)).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(about, digest_size=8).hexdigest()
        return self._journal.with_name(f"{self._prefix}{draft.owner}-{digest}")


def is_forgotten(draft: KeptDraft) -> bool:
    """Whether a draft of a file says no more than that it is forgotten."""
    return not draft.text
