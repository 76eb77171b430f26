"""Creates and modifies: fetch, compare, send, compare."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.dialect import Capability
from assistant_tui.catalog.lookup import fetch
from assistant_tui.core.bulk import Edit
from assistant_tui.core.document import Document
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import (
    EditConflict,
    Forbidden,
    Invalid,
    NotFound,
    NotServed,
    ServiceError,
    Unreadable,
)
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved, compare, is_made_of

RECENT = 20
"""How many of the newest assistants are searched for one whose create got no answer."""

_NO_METHOD = (405, 501)
"""Answers that mean the route itself; a 404 to a creation may as well be about the model."""


async def create(client: AssistantsClient, draft: Draft, known: Collection[str] | None) -> Saved:
    """Create an assistant from a draft; `known` are ids that cannot be the new one.

    Where nobody knows those (None), a create that got no answer is not looked for: an older one
    just like it would be taken for the new one.

    Raises:
        ServiceError: it was not created, or whether it was could not be found out.
    """
    body = draft.patch()
    try:
        row = await client.create(body)
    except NotServed as error:
        if error.status in _NO_METHOD:
            client.dialect.learn_missing(Capability.CREATE)
        raise
    except ServiceError as error:
        if not error.may_have_arrived:
            raise
        return await _look_for_created(client, body, known, error)
    return Saved(row, outcome=compare(body, None, Document(row.text)))


async def newest_ids(client: AssistantsClient) -> frozenset[str] | None:
    """The ids that a create must not be taken to have made; None where the server tells none.

    Raises:
        ServiceError: they cannot be had just now; nothing is to be sent without them.
    """
    try:
        page = await client.list(limit=RECENT)
    except (NotServed, Forbidden, Invalid):
        return None
    except ServiceError as error:
        error.message = f"nothing was sent yet: {error.message}"
        raise
    return frozenset(row.id for row in page.rows)


async def find_created(
    client: AssistantsClient, body: Mapping[str, str], known: Collection[str]
) -> Row | None:
    """Look among the newest assistants for what a create with this body has made.

    It has what was sent, and nothing that was not. Raises ServiceError.
    """
    for row in (await client.list(limit=RECENT)).rows:
        if not row.problem and row.id not in known and is_made_of(body, Document(row.text)):
            return row
    return None


async def _look_for_created(
    client: AssistantsClient,
    body: Mapping[str, str],
    known: Collection[str] | None,
    error: ServiceError,
) -> Saved:
    try:
        if known is None:
            raise error
        found = await find_created(client, body, known)
    except ServiceError:
        error.message = f"it may have been created all the same: {error.message}"
        raise error from None
    if found is None:
        error.message = f"it is not there, but may still arrive: {error.message}"
        raise error
    return Saved(found, answer_lost=True)


async def modify(
    client: AssistantsClient, draft: Draft, *, above: str | None = None, full_replace: bool = False
) -> Saved:
    """Send what a draft changes, unless somebody else changed the same fields meanwhile.

    Raises:
        EditConflict: they did; nothing was sent.
        NotFound: the assistant was deleted elsewhere.
        ServiceError: it was not saved, or whether it was could not be found out.
    """
    assert draft.assistant_id is not None, "a new assistant is created, not modified"
    newer = await fetch(client, draft.assistant_id, above)
    document = Document(newer.text)
    if conflicts := draft.conflicts(document):
        raise EditConflict(conflicts, newer)
    saved = await _save_over(client, newer, draft.rebased(document), above, full_replace)
    return replace(saved, merged=draft.changed_in(document))


async def change(
    client: AssistantsClient,
    assistant_id: str,
    edit: Edit,
    *,
    above: str | None = None,
    full_replace: bool = False,
) -> Saved:
    """Make an edit of an assistant as the server has it now; nothing is sent for one that it has.

    Raises:
        NotFound: it was deleted elsewhere.
        Unreadable: it does not fit the API.
        ServiceError: it was not saved, or whether it was could not be found out.
    """
    newer = await fetch(client, assistant_id, above)
    if newer.problem:
        raise Unreadable(f"it does not fit the API: {newer.problem}")
    return await _save_over(client, newer, edit(Document(newer.text)), above, full_replace)


async def _save_over(
    client: AssistantsClient, newer: Row, draft: Draft, above: str | None, full_replace: bool
) -> Saved:
    """Send what a draft changes in the assistant that it was made over."""
    document, patch = Document(newer.text), draft.patch()
    if not patch:
        return Saved(newer, unchanged=True)
    body = draft.whole() if full_replace else patch
    row, answer_lost = await _send(client, newer, body, above)
    outcome = compare(patch, document, Document(row.text))
    if not outcome.as_asked and not answer_lost:
        # It is saved whatever becomes of this second look, so a failure here is none.
        with suppress(ServiceError):
            row = await fetch(client, newer.id, above)
            outcome = compare(patch, document, Document(row.text))
    return Saved(row, newer.text, outcome, answer_lost=answer_lost)


async def _send(
    client: AssistantsClient, newer: Row, body: dict[str, str], above: str | None
) -> tuple[Row, bool]:
    """Send a modify; where the answer is lost, look whether it arrived."""
    try:
        return await client.modify(newer.id, body), False
    except (NotFound, NotServed) as error:
        await fetch(client, newer.id, above)  # says so where it was deleted since the first look
        client.dialect.learn_missing(Capability.MODIFY)
        raise NotServed(
            "this server cannot modify assistants: it has the assistant, but refuses the request",
            status=error.status,
            request_id=error.request_id,
        ) from error
    except ServiceError as error:
        if not error.may_have_arrived:
            raise
        return await _look_after(client, newer, body, above, error), True


async def _look_after(
    client: AssistantsClient,
    newer: Row,
    body: dict[str, str],
    above: str | None,
    error: ServiceError,
) -> Row:
    try:
        now = await fetch(client, newer.id, above)
    except ServiceError:
        error.message = f"it may have been saved all the same: {error.message}"
        raise error from None
    if compare(body, None, Document(now.text)).as_asked:
        return now
    error.message = f"the change is not there, but may still arrive: {error.message}"
    raise error
