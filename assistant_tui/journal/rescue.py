"""Drafts in files of their own beside the journal, for the moment when it cannot take them.

Written when the program is ended from outside while another program holds the journal, or where it
is damaged. They are offered and taken up as those in the journal are.
"""

import glob
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from assistant_tui.journal.drafts import OPEN_HERE, KeptDraft
from assistant_tui.journal.errors import JournalError
from assistant_tui.storage.private import write_private

_MEMBERS = ("server", "key", "at", "text", "owner")


class RescuedDrafts:
    """The files with drafts beside one journal, mode 0600; one for each owner and assistant."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal

    def keep(self, draft: KeptDraft) -> None:
        """Write a draft in the place of its owner's former one. Raises OSError."""
        members = {name: getattr(draft, name) for name in _MEMBERS}
        # Escapes would join two lone surrogates that stand side by side into one character.
        text = json.dumps(members, ensure_ascii=False)
        write_private(self._path(draft.server, draft.key, draft.owner), text, "surrogatepass")

    def of(self, server: str) -> Iterator[KeptDraft]:
        """The drafts of all owners on one server; a file that cannot be read is passed over."""
        for path in self._journal.parent.glob(f"{glob.escape(self._journal.name)}.draft-*"):
            with suppress(OSError, ValueError, KeyError, TypeError):
                data = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
                draft = KeptDraft(**{name: data[name] for name in _MEMBERS})
                if draft.server == server:
                    yield draft

    def hand_over(self, draft: KeptDraft, owner: str) -> bool:
        """Make a draft another owner's; False if there is none in a file (any more).

        Raises:
            JournalError: that owner has such a file already, which would be lost.
            OSError: it cannot be done; the draft is as it was.
        """
        path, own = (self._path(draft.server, draft.key, who) for who in (draft.owner, owner))
        if own.exists():
            raise JournalError(OPEN_HERE)
        try:
            os.rename(path, own)
        except FileNotFoundError:
            return False
        return True

    def forget(self, server: str, key: str, owner: str) -> bool:
        """Remove an owner's draft; False if there was none. Raises OSError."""
        try:
            self._path(server, key, owner).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, server: str, key: str, owner: str) -> Path:
        about = "\0".join((server, key)).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(about, digest_size=8).hexdigest()
        return self._journal.with_name(f"{self._journal.name}.draft-{owner}-{digest}")
