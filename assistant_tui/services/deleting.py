"""Deletes one assistant and makes sure of it."""

from contextlib import suppress

from assistant_tui.api.capabilities import Capability
from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.verification import changed_since
from assistant_tui.core.errors import Conflict, NotFound, NotServed, ServiceError, Unreadable
from assistant_tui.core.raw_json import RawJson
from assistant_tui.services.lookup import fetch


def check_unchanged(then: str, now: str) -> None:
    """Make sure that an assistant is as it was.

    Raises:
        Conflict: it was changed meanwhile.
    """
    changed = changed_since(RawJson(then), RawJson(now))
    if changed:
        raise Conflict(f"{', '.join(changed)}: changed since it was created; it was not deleted")


async def delete(client: AssistantsClient, assistant_id: str, above: str | None = None) -> None:
    """Delete an assistant; one that is gone already counts as deleted.

    Raises:
        NotServed: the server has the assistant but no way to delete it.
        ServiceError: it was not deleted, or whether it was could not be found out.
    """
    try:
        told = await client.delete(assistant_id)
    except (NotFound, NotServed) as error:
        if await _is_there(client, assistant_id, above):
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
            there = await _is_there(client, assistant_id, above)
        except ServiceError:
            error.message = f"it may have been deleted all the same: {error.message}"
            raise error from None
        if there:
            error.message = f"it is still there: {error.message}"
            error.may_have_arrived = False
            raise error from None
    else:
        if not told:
            await _make_sure(client, assistant_id, above)


async def _make_sure(client: AssistantsClient, assistant_id: str, above: str | None) -> None:
    """Look after an answer of success without a word of a deletion, as some proxies give it."""
    there = False
    with suppress(ServiceError):
        there = await _is_there(client, assistant_id, above)
    if there:
        raise Unreadable(
            "it is still there: the answer is not about a deletion", may_have_arrived=True
        )


async def _is_there(client: AssistantsClient, assistant_id: str, above: str | None) -> bool:
    try:
        await fetch(client, assistant_id, above)
    except NotFound:
        return False
    return True
