"""Creates that are noted in the journal before they are sent: the program may end meanwhile.

What a create made whose answer was never known is found by whoever tries the same once more.
"""

from collections.abc import Collection

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.verification import SaveResult
from assistant_tui.core.errors import ServiceError
from assistant_tui.core.rows import ResourceRow
from assistant_tui.journal.errors import JournalError
from assistant_tui.services.creating import Creating
from assistant_tui.services.record import Record


class NotedCreating:
    """The creates of one service that have a key: what tells their purpose from all others."""

    def __init__(self, creating: Creating, record: Record) -> None:
        self._creating = creating
        self._record = record

    async def create(self, draft: Draft, known: Collection[str], key: str) -> SaveResult:
        """Create an assistant, unless an earlier create with this key is found to have made it.

        Raises:
            ServiceError: as Creating.create does, or an earlier one cannot be looked for.
        """
        try:
            row = await self.find(draft, key)
        except ServiceError as error:
            error.message = f"nothing was sent, since it may be there already: {error.message}"
            error.may_have_arrived = False
            raise
        if row is not None:
            return SaveResult(row, answer_lost=True)
        return await self._send(draft, known, key)

    async def find(self, draft: Draft, key: str) -> ResourceRow | None:
        """Look for what an earlier create with this key made, whose answer was never known.

        Raises ServiceError.
        """
        earlier = (await self._record.creates([key])).get(key)
        if earlier is None or earlier.assistant_id is not None or earlier.before is None:
            return None
        return await self._creating.find(draft, earlier.before, await self._record.made())

    async def _send(self, draft: Draft, known: Collection[str], key: str) -> SaveResult:
        only, trouble = False, ""

        async def sending(before: Collection[str] | None) -> None:
            nonlocal only, trouble
            try:
                only = await self._record.begin_create(key, before)
            except JournalError as error:
                trouble = str(error)

        try:
            return await self._creating.create(draft, known, sending)
        except ServiceError as error:
            if only and not error.may_have_arrived:
                await self._record.drop_create(key)
            if trouble and error.may_have_arrived:
                error.message += (
                    f"; a repetition may create it twice, since nothing is noted: {trouble}"
                )
            raise
