"""Modifies: fetch, compare, send, compare."""

from contextlib import suppress
from dataclasses import replace

from assistant_tui.api.capabilities import Capability
from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.bulk_edits import BulkEdit
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.verification import SaveResult, changed_since, verify
from assistant_tui.core.errors import (
    Conflict,
    EditConflict,
    Incomplete,
    Invalid,
    NotFound,
    NotServed,
    ServiceError,
    Unreadable,
)
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.services.fetching import fetch

_MISSING = ("missing_required_parameter", "missing", "value_error.missing")
"""The API's code for a field that has to be sent, and FastAPI's, of today and of before."""


async def modify(
    client: AssistantsClient,
    draft: Draft,
    *,
    previous_id: str | None = None,
    full_replace: bool = False,
) -> SaveResult:
    """Send what a draft changes, unless somebody else changed the same fields meanwhile.

    Raises:
        EditConflict: they did; nothing was sent.
        NotFound: the assistant was deleted elsewhere.
        ServiceError: it was not saved, or whether it was could not be found out.
    """
    assert draft.assistant_id is not None, "a new assistant is created, not modified"
    newer = await fetch(client, draft.assistant_id, previous_id)
    document = RawJson(newer.text)
    if conflicts := draft.conflicts(document):
        raise EditConflict(conflicts, newer)
    saved = await _save_over(client, newer, draft.rebased(document), previous_id, full_replace)
    return replace(saved, merged=draft.changed_in(document))


async def change(
    client: AssistantsClient,
    assistant_id: str,
    edit: BulkEdit,
    *,
    previous_id: str | None = None,
    full_replace: bool = False,
) -> SaveResult:
    """Make an edit of an assistant as the server has it now; nothing is sent for one that it has.

    Raises:
        NotFound: it was deleted elsewhere.
        Unreadable: it does not fit the API.
        ServiceError: it was not saved, or whether it was could not be found out.
    """
    newer = await fetch(client, assistant_id, previous_id)
    if newer.problem:
        raise Unreadable(f"it does not fit the API: {newer.problem}")
    return await _save_over(client, newer, edit(RawJson(newer.text)), previous_id, full_replace)


async def _save_over(
    client: AssistantsClient,
    newer: ResourceRow,
    draft: Draft,
    previous_id: str | None,
    full_replace: bool,
) -> SaveResult:
    """Send what a draft changes in the assistant that it was made over."""
    document, patch = RawJson(newer.text), draft.patch()
    if not patch:
        return SaveResult(newer, unchanged=True)
    body = draft.full_body() if full_replace else patch
    try:
        row, answer_lost = await _send(client, newer, body, previous_id)
    except Invalid as error:
        absent = error.field in document.members and error.field not in body
        if error.code not in _MISSING or not absent:
            raise
        client.capabilities.learn_missing(Capability.PATCH)
        raise incomplete(error.message) from error
    outcome = verify(patch, document, RawJson(row.text))
    if not outcome.as_asked and not answer_lost:
        # It is saved whatever becomes of this second look, so a failure here is none.
        with suppress(ServiceError):
            row = await fetch(client, newer.id, previous_id)
            outcome = verify(patch, document, RawJson(row.text))
    if outcome.wiped and not full_replace:
        client.capabilities.learn_missing(Capability.PATCH)
    return SaveResult(row, newer.text, outcome, answer_lost=answer_lost)


def incomplete(message: str) -> Incomplete:
    """What is raised where only the whole object would do."""
    error = Incomplete(message)
    error.hint = "set full_replace"
    return error


async def _send(
    client: AssistantsClient, newer: ResourceRow, body: dict[str, str], previous_id: str | None
) -> tuple[ResourceRow, bool]:
    """Send a modify; where the answer is lost, look whether it arrived."""
    try:
        return await client.modify(newer.id, body), False
    except (NotFound, NotServed) as error:
        await fetch(
            client, newer.id, previous_id
        )  # says so where it was deleted since the first look
        client.capabilities.learn_missing(Capability.MODIFY)
        raise NotServed(
            "this server cannot modify assistants: it has the assistant, but refuses the request",
            status=error.status,
            request_id=error.request_id,
        ) from error
    except ServiceError as error:
        if not error.may_have_arrived:
            raise
        return await _look_after(client, newer, body, previous_id, error), True


async def _look_after(
    client: AssistantsClient,
    newer: ResourceRow,
    body: dict[str, str],
    previous_id: str | None,
    error: ServiceError,
) -> ResourceRow:
    try:
        now = await fetch(client, newer.id, previous_id)
    except ServiceError:
        error.message = f"it may have been saved all the same: {error.message}"
        raise error from None
    if not verify(body, RawJson(newer.text), RawJson(now.text)).ignored:
        return now
    error.message = f"the change is not there, but may still arrive: {error.message}"
    raise error


def check_unchanged(then: str, now: str) -> None:
    """Make sure that an assistant is as it was.

    Raises:
        Conflict: it was changed meanwhile.
    """
    changed = changed_since(RawJson(then), RawJson(now))
    if changed:
        raise Conflict(f"{', '.join(changed)}: changed since it was created; it was not deleted")


async def delete(
    client: AssistantsClient, assistant_id: str, previous_id: str | None = None
) -> None:
    """Delete an assistant; one that is gone already counts as deleted.

    Raises:
        NotServed: the server has the assistant but no way to delete it.
        ServiceError: it was not deleted, or whether it was could not be found out.
    """
    try:
        told = await client.delete(assistant_id)
    except (NotFound, NotServed) as error:
        if await _is_there(client, assistant_id, previous_id):
            client.capabilities.learn_missing(Capability.DELETE)
            raise NotServed(
                "this server cannot delete assistants: it has the assistant, but refuses",
                status=error.status,
                request_id=error.request_id,
            ) from error
    except ServiceError as error:
        if not error.may_have_arrived:
            raise
        try:
            there = await _is_there(client, assistant_id, previous_id)
        except ServiceError:
            error.message = f"it may have been deleted all the same: {error.message}"
            raise error from None
        if there:
            error.message = f"it is still there: {error.message}"
            error.may_have_arrived = False
            raise error from None
    else:
        if not told:
            await _make_sure(client, assistant_id, previous_id)


async def _make_sure(client: AssistantsClient, assistant_id: str, previous_id: str | None) -> None:
    """Look after an answer of success without a word of a deletion, as some proxies give it."""
    there = False
    with suppress(ServiceError):
        there = await _is_there(client, assistant_id, previous_id)
    if there:
        raise Unreadable(
            "it is still there: the answer is not about a deletion", may_have_arrived=True
        )


async def _is_there(client: AssistantsClient, assistant_id: str, previous_id: str | None) -> bool:
    try:
        await fetch(client, assistant_id, previous_id)
    except NotFound:
        return False
    return True
