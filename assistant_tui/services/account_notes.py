"""Notes of what this program must not leave behind, which the next start finds after a crash."""

from assistant_tui.core.resource import ResourceKind
from assistant_tui.journal.drafts import KeptDraft
from assistant_tui.journal.journal import Journal
from assistant_tui.services.journal_access import JournalAccess


class AccountNotes:
    """The notes of one kind of one account; each belongs to the program that has made it.

    They are kept as drafts are: one whose program runs no more is left behind, and another program
    can take it over.
    """

    def __init__(self, access: JournalAccess, kind: ResourceKind) -> None:
        self._access = access
        self._kind = kind

    async def keep(self, key: str, text: str) -> None:
        """Keep a note, in the place of the former one with this key.

        Raises:
            JournalError: it was not kept.
        """
        await self._access.attempt(
            lambda journal, server: journal.drafts.keep(server, key, text, self._kind), None
        )

    async def forget(self, key: str) -> None:
        """Take a note out; where that fails, the next start finds it done already."""
        await self._access.ask(
            lambda journal, server: journal.drafts.forget(server, key, self._kind), None
        )

    async def left_behind(self) -> tuple[KeptDraft, ...]:
        """Take over the notes of programs that run no more."""
        none: tuple[KeptDraft, ...] = ()
        return await self._access.ask(self._take_over, none)

    def _take_over(self, journal: Journal, server: str) -> tuple[KeptDraft, ...]:
        found = journal.drafts.orphans(server, self._kind)
        return tuple(note for note in found if journal.drafts.adopt(note))
