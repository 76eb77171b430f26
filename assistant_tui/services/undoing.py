"""Takes back what the journal has: a creation, a change or a deletion of one object."""

from collections.abc import Collection
from http import HTTPStatus

from assistant_tui.core.assistants.draft import Draft, recreation_draft, reverting_draft
from assistant_tui.core.batch import DeleteResult
from assistant_tui.core.errors import Conflict, NotFound, ServerFault
from assistant_tui.core.json_text import compose, write_json
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.verification import SaveResult
from assistant_tui.journal.entries import ChangeKind, Entry
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.assistants import AssistantService
from assistant_tui.services.writes import WriteContext

NOT_GONE = "it is still there: its deletion did not arrive"


async def take_back(
    service: AssistantService,
    entry: Entry,
    present_id: str,
    *,
    known: Collection[str] = (),
    previous_id: str | None = None,
) -> SaveResult | DeleteResult:
    """Take one entry back; what was changed elsewhere since then is not touched.

    Args:
        service: of the account whose journal has the entry.
        entry: what was done.
        present_id: the id under which the object goes on; see `AccountJournal.present_id`.
        known: the ids that are loaded, none of which is what is created anew.
        previous_id: the row before it in the list.

    Raises:
        Conflict: it was changed elsewhere, or a deletion did not come about.
        ServiceError: the server cannot be asked, or refuses.
    """
    context = WriteContext(previous_id=previous_id, undoes=entry.number)
    if entry.kind is ChangeKind.CREATED:
        await service.delete(present_id, context, unchanged_since=entry.after)
        return DeleteResult(present_id)
    if entry.kind is ChangeKind.DELETED:
        try:
            if await is_still_there(service, entry):
                raise Conflict(NOT_GONE)
        except ServerFault as fault:
            # One server answers so for every id that it does not know; others are not to be had.
            if fault.status != HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
        draft = recreation_draft(RawJson(entry.before or "{}"))
        return await service.create(draft, known, context)
    return await service.save(await backwards(service.journal, entry), context)


async def is_still_there(service: AssistantService, entry: Entry) -> bool:
    """Whether a deletion did not come about, so that there is nothing to undo.

    Raises:
        ServiceError: that cannot be found out.
    """
    try:
        await service.fetch(entry.object_id)
    except NotFound:
        return False
    await service.journal.withdraw(entry.number)
    return True


async def backwards(journal: AccountJournal, entry: Entry) -> Draft:
    """The edit that takes a change back, of the assistant under the id that it has now."""
    assert entry.before is not None
    assert entry.after is not None
    present = await journal.present_id(entry.object_id)
    after = {**RawJson(entry.after).members, "id": write_json(present)}
    return reverting_draft(RawJson(compose(after)), RawJson(entry.before))
