"""Looks at runs that were under way when a program was ended: nobody has seen how they went on."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.runs import ACTIVE
from assistant_tui.journal.threads import KnownThread
from assistant_tui.services.account_threads import AccountThreads

MOST_LOOKED_AT = 20
"""The threads used last whose runs are looked at: a request for each."""
_AT_ONCE = 4


async def look_at_runs(
    client: ThreadsClient, journal: AccountThreads, known: Sequence[KnownThread]
) -> list[KnownThread]:
    """Ask for each run that is under way as far as is known, and note how it is.

    Returns:
        The threads in their order. One whose run cannot be had stays as it was.
    """
    places = asyncio.Semaphore(_AT_ONCE)

    async def look(thread: KnownThread) -> KnownThread:
        async with places:
            try:
                run = (await client.retrieve_run(thread.id, thread.run_id)).run
            except ServiceError:
                return thread
        if run.status in ("", thread.status):
            return thread
        await journal.keep(KnownThread(thread.id, run_id=thread.run_id, status=run.status))
        return replace(thread, status=run.status)

    unsettled = [each for each in known if each.run_id and each.status in ACTIVE]
    looked = await asyncio.gather(*map(look, unsettled[:MOST_LOOKED_AT]))
    now = {each.id: each for each in looked}
    return [now.get(each.id, each) for each in known]
