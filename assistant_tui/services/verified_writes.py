"""Changes and deletions that are verified: fetch, compare, send, look again, keep a journal."""

from contextlib import suppress
from dataclasses import replace

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.bulk_edits import BulkEdit
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.errors import (
    ChangedElsewhere,
    EditConflict,
    Incomplete,
    Invalid,
    NoBackup,
    NotFound,
    NotServed,
    ServiceError,
    Unreadable,
)
from assistant_tui.core.raw_json import RawJson, same_json
from assistant_tui.core.resource import Capability
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import SaveResult, changed_since, verify
from assistant_tui.journal.entries import Change, ChangeKind
from assistant_tui.journal.errors import JournalError
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.fetching import fetch
from assistant_tui.services.writes import WriteContext

_MISSING = ("missing_required_parameter", "missing", "value_error.missing")
"""The API's code for a field that has to be sent, and FastAPI's, of today and of before."""


class VerifiedWrite:
    """One write to one server, from its first look at the object to its entry in the journal."""

    def __init__(
        self,
        client: AssistantsClient,
        journal: AccountJournal,
        context: WriteContext,
        *,
        full_replace: bool = False,
    ) -> None:
        """`full_replace` sends the whole object where a draft changes a part of it."""
        self._client = client
        self._journal = journal
        self._context = context
        self._full_replace = full_replace

    async def save(self, draft: Draft) -> SaveResult:
        """Send what a draft changes, unless somebody else changed the same fields meanwhile.

        Raises:
            EditConflict: they did; nothing was sent.
            NotFound: the assistant was deleted elsewhere.
            ServiceError: it was not saved, or whether it was could not be found out.
        """
        assert draft.assistant_id is not None, "a new assistant is created, not modified"
        newer = await self._fetch(draft.assistant_id)
        document = RawJson(newer.text)
        if conflicts := draft.conflicts(document):
            raise EditConflict(conflicts, newer)
        saved = await self._save_over(newer, draft.rebased(document))
        return await self._record_change(replace(saved, merged=draft.changed_in(document)))

    async def change(self, assistant_id: str, edit: BulkEdit) -> SaveResult:
        """Make an edit of an assistant as the server has it now; nothing is sent if it has it.

        Raises:
            NotFound: it was deleted elsewhere.
            Unreadable: it does not fit the API.
            ServiceError: it was not saved, or whether it was could not be found out.
        """
        newer = await self._fetch(assistant_id)
        if newer.problem:
            raise Unreadable(f"it does not fit the API: {newer.problem}")
        return await self._record_change(await self._save_over(newer, edit(RawJson(newer.text))))

    async def delete(
        self, assistant_id: str, *, allow_without_backup: bool, unchanged_since: str | None
    ) -> bool:
        """Keep an assistant in the journal, then delete it. See AssistantService.delete."""
        try:
            before = (await self._fetch(assistant_id)).text
        except NotFound:
            await self._journal.pass_over(self._context.undoes)
            return False
        if unchanged_since is not None:
            _check_unchanged(unchanged_since, before)
        self._client.activity.writing()  # ending here would leave a copy of what is still there
        number = await self._back_up(assistant_id, before, allow_without_backup)
        try:
            await self.delete_and_confirm(assistant_id)
        except ServiceError as error:
            if not error.may_have_arrived:
                await self._journal.withdraw(number)
            raise
        return True

    async def record(self, saved: SaveResult, kind: ChangeKind) -> SaveResult:
        """Keep what was done, or say in the result why it cannot be undone."""
        change = _change(self._context, saved.row.id, kind, saved.before, saved.row.text)
        key = self._context.idempotency_key if kind is ChangeKind.CREATED else ""
        try:
            await self._journal.add(change, key)
        except JournalError as error:
            return replace(saved, why_no_undo=str(error))
        return saved

    async def _record_change(self, saved: SaveResult) -> SaveResult:
        if saved.before is not None and not same_json(saved.before, saved.row.text):
            return await self.record(saved, ChangeKind.CHANGED)
        await self._journal.pass_over(self._context.undoes)
        return saved

    async def _back_up(
        self, assistant_id: str, before: str, allow_without_backup: bool
    ) -> int | None:
        """Keep what is to be deleted; the number of its entry, None if there is none."""
        try:
            return await self._journal.add(
                _change(self._context, assistant_id, ChangeKind.DELETED, before, None)
            )
        except JournalError as error:
            if not allow_without_backup:
                raise NoBackup(f"nothing was sent, since no copy is kept: {error}") from error
            return None

    async def _fetch(self, assistant_id: str) -> ResourceRow:
        return await fetch(self._client, assistant_id, self._context.previous_id)

    async def _save_over(self, newer: ResourceRow, draft: Draft) -> SaveResult:
        """Send what a draft changes in the assistant that it was made over."""
        document, patch = RawJson(newer.text), draft.patch()
        if not patch:
            return SaveResult(newer, unchanged=True)
        body = draft.full_body() if self._full_replace else patch
        row, answer_lost = await self._send(newer, body)
        outcome = verify(patch, document, RawJson(row.text))
        if not outcome.as_asked and not answer_lost:
            # It is saved whatever becomes of this second look, so a failure here is none.
            with suppress(ServiceError):
                row = await self._fetch(newer.id)
                outcome = verify(patch, document, RawJson(row.text))
        if outcome.wiped and not self._full_replace:
            self._client.capabilities.learn_missing(Capability.PATCH)
        return SaveResult(row, newer.text, outcome, answer_lost=answer_lost)

    async def _send(self, newer: ResourceRow, body: dict[str, str]) -> tuple[ResourceRow, bool]:
        """Send a modify; where the answer is lost, look whether it arrived.

        Returns:
            The object, and whether the answer was lost.
        """
        capabilities = self._client.capabilities
        try:
            return await self._client.modify(newer.id, body), False
        except Invalid as error:
            absent = error.field in RawJson(newer.text).members and error.field not in body
            if error.code not in _MISSING or not absent:
                raise
            capabilities.learn_missing(Capability.PATCH)
            raise incomplete(error.message) from error
        except (NotFound, NotServed) as error:
            await self._fetch(newer.id)  # says so where it was deleted since the first look
            capabilities.learn_missing(Capability.MODIFY)
            raise _not_served("cannot modify assistants", "refuses the request", error) from error
        except ServiceError as error:
            if not error.may_have_arrived:
                raise
            return await self._check_after_lost_answer(newer, body, error), True

    async def _check_after_lost_answer(
        self, newer: ResourceRow, body: dict[str, str], error: ServiceError
    ) -> ResourceRow:
        """The object after a modify without an answer; raises the error if it is not changed."""
        try:
            now = await self._fetch(newer.id)
        except ServiceError:
            error.message = f"it may have been saved all the same: {error.message}"
            raise error from None
        if not verify(body, RawJson(newer.text), RawJson(now.text)).ignored:
            return now
        error.message = f"the change is not there, but may still arrive: {error.message}"
        raise error

    async def delete_and_confirm(self, assistant_id: str) -> None:
        """Delete an assistant without keeping it; one that is gone already counts as deleted.

        Raises:
            NotServed: the server has the assistant but no way to delete it.
            ServiceError: it was not deleted, or whether it was could not be found out.
        """
        try:
            confirmed = await self._client.delete(assistant_id)
        except (NotFound, NotServed) as error:
            if await self._is_there(assistant_id):
                self._client.capabilities.learn_missing(Capability.DELETE)
                raise _not_served("cannot delete assistants", "refuses", error) from error
        except ServiceError as error:
            if not error.may_have_arrived:
                raise
            await self._check_after_lost_deletion(assistant_id, error)
        else:
            if not confirmed:
                await self._check_unconfirmed_deletion(assistant_id)

    async def _check_after_lost_deletion(self, assistant_id: str, error: ServiceError) -> None:
        """Return if a deletion without an answer was done; raise the error if not."""
        try:
            there = await self._is_there(assistant_id)
        except ServiceError:
            error.message = f"it may have been deleted all the same: {error.message}"
            raise error from None
        if there:
            error.message = f"it is still there: {error.message}"
            error.may_have_arrived = False
            raise error from None

    async def _check_unconfirmed_deletion(self, assistant_id: str) -> None:
        """Check after an answer of success that confirms no deletion, as some proxies send it."""
        there = False
        with suppress(ServiceError):
            there = await self._is_there(assistant_id)
        if there:
            raise Unreadable(
                "it is still there: the answer is not about a deletion", may_have_arrived=True
            )

    async def _is_there(self, assistant_id: str) -> bool:
        try:
            await self._fetch(assistant_id)
        except NotFound:
            return False
        return True


def _change(
    context: WriteContext, object_id: str, kind: ChangeKind, before: str | None, after: str | None
) -> Change:
    return Change(object_id, kind, before, after, undoes=context.undoes, batch=context.batch)


def incomplete(message: str) -> Incomplete:
    """The error for a server that takes only the whole object."""
    error = Incomplete(message)
    error.hint = "set full_replace"
    return error


def _not_served(lack: str, what: str, error: ServiceError) -> NotServed:
    return NotServed(
        f"this server {lack}: it has the assistant, but {what}",
        status=error.status,
        request_id=error.request_id,
    )


def _check_unchanged(then: str, now: str) -> None:
    """Raise ChangedElsewhere if an assistant is not as it was."""
    changed = changed_since(RawJson(then), RawJson(now))
    if changed:
        raise ChangedElsewhere(
            f"{', '.join(changed)}: changed since it was created; it was not deleted"
        )
