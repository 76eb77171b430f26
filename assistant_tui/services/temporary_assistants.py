"""Assistants that are made to try an edit, and deleted afterwards, whatever happens meanwhile.

Before one is created, a note with the token that its metadata will carry is in the journal, and
with its id as soon as the server has answered. The note goes when the assistant is gone; what a
crash leaves behind is found by it at the next start. Only an assistant whose metadata carries the
token of the note is ever deleted.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.trial import carries_token, temporary_draft
from assistant_tui.core.errors import NoBackup, NotFound, ServiceError, Unreadable
from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import Capability, ResourceKind
from assistant_tui.core.rows import ResourceRow
from assistant_tui.journal.errors import JournalError
from assistant_tui.services.account_notes import AccountNotes
from assistant_tui.services.creating import MAX_PAGES, Creator
from assistant_tui.services.fetching import SEARCH_LIMIT, fetch
from assistant_tui.services.verified_writes import VerifiedWrite

NOTES = ResourceKind("assistants", "temporary_assistant", "a temporary assistant")
"""The kind under which the journal keeps the notes."""
CLOSING = 5.0
"""Seconds that the end of the program waits for deletions."""
LATE = 600.0
"""Seconds after which a create without an answer is not expected to arrive any more."""
BeginWrite = Callable[[Capability], AbstractContextManager[VerifiedWrite]]
"""Counts a write while its block runs; raises ServiceError where the profile allows none."""


@dataclass(frozen=True)
class TemporaryAssistant:
    """One that stands on the server until it is deleted."""

    id: str
    token: str
    ignored: tuple[str, ...] = ()
    """The fields of the edit that the server did not take."""


@dataclass(frozen=True)
class Removal:
    """What became of a temporary assistant that an earlier run of the program left behind."""

    assistant_id: str
    """Empty where the earlier run did not learn it, and it was not found."""
    problem: str = ""
    """Why it could not be deleted; it is tried again at the next start."""


class TemporaryAssistants:
    """Makes and deletes the temporary assistants of one account."""

    def __init__(
        self,
        client: AssistantsClient,
        notes: AccountNotes,
        begin_write: BeginWrite,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`notes` are those of the kind `NOTES`; `clock` tells Unix seconds."""
        self._client = client
        self._notes = notes
        self._begin_write = begin_write
        self._clock = clock
        self._creator = Creator(client)
        self._standing: dict[str, TemporaryAssistant] = {}
        """Those that were made here and are not deleted yet, by their ids."""

    async def make(self, draft: Draft) -> TemporaryAssistant:
        """Create an assistant that answers as if a draft were saved.

        Raises:
            ServiceError: there is none; where it may have been created all the same, the next
                start looks for it.
        """
        token = secrets.token_urlsafe(16)

        async def note_it(before: Collection[str] | None) -> None:
            await self._note(token, None, before or ())

        with self._begin_write(Capability.CREATE):
            try:
                saved = await self._creator.create(temporary_draft(draft, token), (), note_it)
            except ServiceError as error:
                if not error.may_have_arrived:
                    await self._notes.forget(token)
                raise
            made = TemporaryAssistant(saved.row.id, token, saved.outcome.ignored)
            await self._check_marked(saved.row, token)
            self._standing[made.id] = made
            await self._note(token, made.id, ())
        return made

    async def _note(self, token: str, assistant_id: str | None, before: Collection[str]) -> None:
        text = write_json({"id": assistant_id, "before": sorted(before)})
        try:
            await self._notes.keep(token, text)
        except JournalError as error:
            raise NoBackup(
                f"no temporary assistant is made without a note of it: {error}"
            ) from error

    async def _check_marked(self, row: ResourceRow, token: str) -> None:
        """Make sure that the new assistant can be told from all others when it is deleted."""
        if carries_token(RawJson(row.text), row.id, token):
            return
        with suppress(ServiceError):  # an answer may leave out what is there
            shown = await fetch(self._client, row.id)
            if carries_token(RawJson(shown.text), row.id, token):
                return
        await self._notes.forget(token)
        who = shown_id(await self._client.redact(row.id))
        raise Unreadable(
            f"the temporary assistant {who} does not have the metadata that it was created with,"
            " so it is not deleted by this program: please delete it"
        )

    async def delete(self, made: TemporaryAssistant) -> None:
        """Delete one; returns when it is certainly gone.

        Raises:
            ServiceError: it is still there, as far as is known; the next start tries again.
        """
        await self._delete(made.id, made.token)
        self._standing.pop(made.id, None)
        await self._notes.forget(made.token)

    async def close(self) -> None:
        """Delete those that still stand, for a few seconds; the next start deletes the rest."""
        with suppress(ServiceError, TimeoutError):
            async with asyncio.timeout(CLOSING):
                for made in [*self._standing.values()]:
                    await self.delete(made)

    async def _delete(self, assistant_id: str, token: str) -> None:
        with self._begin_write(Capability.DELETE) as write:
            try:
                row = await fetch(self._client, assistant_id)
            except NotFound:
                return
            if carries_token(RawJson(row.text), assistant_id, token):
                await write.delete_and_confirm(assistant_id)

    async def delete_left_behind(self) -> tuple[Removal, ...]:
        """Delete those of programs that ended before they could do it."""
        removals = []
        for note in await self._notes.left_behind():
            held = _held(note.text)
            try:
                removal = await self._delete_noted(note.key, *held, note.at)
            except ServiceError as error:
                removal = Removal(held[0], str(error))
            if removal is not None:
                removals.append(removal)
        return tuple(removals)

    async def _delete_noted(
        self, token: str, assistant_id: str, before: Collection[str], at: float
    ) -> Removal | None:
        """Delete what a note tells of; None where there is none (any more)."""
        found = assistant_id or await self._find(token, before)
        if not found:
            if self._clock() - at > LATE:
                await self._notes.forget(token)
            return None
        await self._delete(found, token)
        await self._notes.forget(token)
        return Removal(found)

    async def _find(self, token: str, before: Collection[str]) -> str:
        """The id of the one that carries a token, among those newer than `before`; else empty."""
        cursor = None
        for _ in range(MAX_PAGES):
            page = await self._client.list(limit=SEARCH_LIMIT, after=cursor)
            for row in page.rows:
                if carries_token(RawJson(row.text), row.id, token):
                    return row.id
            older = any(row.id in before for row in page.rows)
            if older or not page.has_more or not page.rows or page.rows[-1].id == cursor:
                break
            cursor = page.rows[-1].id
        return ""


def _held(text: str) -> tuple[str, tuple[str, ...]]:
    """The id in a note, empty where it was not known yet, and the ids that were there before."""
    try:
        note = read_json(text)
        return str(note["id"] or ""), tuple(map(str, note["before"]))
    except (ValueError, KeyError, TypeError):
        return "", ()
