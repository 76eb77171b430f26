"""Creates, each once: one that got no answer is looked for before anything is sent again."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from weakref import WeakValueDictionary

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.dialect import Capability
from assistant_tui.catalog.lookup import SEARCH_LIMIT
from assistant_tui.core.document import Document, compose
from assistant_tui.core.draft import Draft
from assistant_tui.core.errors import Forbidden, Invalid, NotServed, ServiceError
from assistant_tui.core.listing import Row
from assistant_tui.core.outcome import Saved, compare, is_made_of

RECENT = 20
"""How many of the newest assistants are searched for one whose create got no answer."""

MOST_PAGES = 20
"""Pages of the list that are searched for what a create of an earlier run has made."""
Sending = Callable[[Collection[str] | None], Awaitable[None]]
"""Hears, before a create is sent, of the newest ids that are there; None if they are not told."""

_NO_METHOD = (405, 501)
"""Answers that mean the route itself; a 404 to a creation may as well be about the model."""


class Creating:
    """The creates of one catalog; of those that are just alike, one is under way at a time."""

    def __init__(self, client: AssistantsClient) -> None:
        self._client = client
        self._unanswered: dict[str, frozenset[str]] = {}
        """Creates without an answer, by their body, with the ids that were there before."""
        self._made: set[str] = set()
        """What was acknowledged, and so is what no other create has made."""
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(
        self, draft: Draft, known: Collection[str], sending: Sending | None = None
    ) -> Saved:
        """Create an assistant from a draft; `known` are ids that cannot be the new one.

        Raises:
            ServiceError: it was not created, or whether it was could not be found out.
        """
        body = compose(draft.patch())
        turn = self._turns.setdefault(body, asyncio.Lock())
        async with turn:
            saved = await self._once(draft, body, known, sending)
        self._made.add(saved.row.id)
        return saved

    async def _once(
        self, draft: Draft, body: str, known: Collection[str], sending: Sending | None
    ) -> Saved:
        before = self._unanswered.get(body)
        if before is not None:
            found = await self._find(draft, before)
            if found is not None:
                del self._unanswered[body]
                return Saved(found, answer_lost=True)
        else:
            newest = await self._newest()
            before = None if newest is None else newest | frozenset(known)
        if sending is not None:
            await sending(before)
        try:
            saved = await self._send(draft, before)
        except ServiceError as error:
            if error.may_have_arrived and before is not None:
                self._unanswered[body] = before
            raise
        self._unanswered.pop(body, None)
        return saved

    async def _send(self, draft: Draft, before: Collection[str] | None) -> Saved:
        body = draft.patch()
        try:
            row = await self._client.create(body)
        except NotServed as error:
            if error.status in _NO_METHOD:
                self._client.dialect.learn_missing(Capability.CREATE)
            raise
        except ServiceError as error:
            if not error.may_have_arrived:
                raise
            return await self._look_for(draft, before, error)
        return Saved(row, outcome=compare(body, None, Document(row.text)))

    async def _newest(self) -> frozenset[str] | None:
        """The ids that a create must not be taken to have made; None where the server tells none.

        Raises:
            ServiceError: they cannot be had just now; nothing is to be sent without them.
        """
        try:
            page = await self._client.list(limit=RECENT)
        except (NotServed, Forbidden, Invalid):
            return None
        except ServiceError as error:
            error.message = f"nothing was sent yet: {error.message}"
            raise
        return frozenset(row.id for row in page.rows)

    async def _find(self, draft: Draft, before: Collection[str]) -> Row | None:
        """Look among the newest assistants for what a create of this draft has made.

        It has what was sent, and nothing that was not. Raises ServiceError.
        """
        page = await self._client.list(limit=RECENT)
        body, others = draft.patch(), self._made.union(before)
        for row in page.rows:
            if not row.problem and row.id not in others and is_made_of(body, Document(row.text)):
                return row
        return None

    async def find(self, draft: Draft, before: Collection[str]) -> Row | None:
        """Look for what a create of this draft made in an earlier run of the program.

        `before` are the newest ids of that time: the pages behind one of them are older.
        Raises ServiceError.
        """
        body, cursor = draft.patch(), None
        for _ in range(MOST_PAGES):
            page = await self._client.list(limit=SEARCH_LIMIT, after=cursor)
            for row in page.rows:
                fresh = not row.problem and row.id not in before
                if fresh and is_made_of(body, Document(row.text)):
                    return row
            older = any(row.id in before for row in page.rows)
            if older or not page.has_more or not page.rows or page.rows[-1].id == cursor:
                return None
            cursor = page.rows[-1].id
        return None

    async def _look_for(
        self, draft: Draft, before: Collection[str] | None, error: ServiceError
    ) -> Saved:
        """Look for what was created; not where an older one like it would be taken for it."""
        try:
            if before is None:
                raise error
            found = await self._find(draft, before)
        except ServiceError:
            error.message = f"it may have been created all the same: {error.message}"
            raise error from None
        if found is None:
            error.message = f"it is not there, but may still arrive: {error.message}"
            raise error
        return Saved(found, answer_lost=True)
