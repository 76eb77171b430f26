"""Creates each assistant once: one without an answer is looked for before it is sent again.

What a server answers is taken for the new assistant only if it was not there before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Set
from weakref import WeakValueDictionary

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.errors import Forbidden, Invalid, NotServed, ServiceError, WrongObject
from assistant_tui.core.json_text import compose
from assistant_tui.core.labels import shown_id
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.resource import Capability
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import ListBefore, SaveResult, is_made_of, newer_rows, verify
from assistant_tui.journal.errors import JournalError
from assistant_tui.services.account_journal import AccountJournal
from assistant_tui.services.fetching import SEARCH_LIMIT

RECENT = 20
"""How many of the newest assistants are searched for one whose create got no answer."""
MAX_PAGES = 20
"""Pages of the list that are searched for what a create of an earlier run has made."""
BeforeSending = Callable[[Collection[str] | None], Awaitable[None]]
"""Called before a create is sent, with the newest ids on the server; None if it lists none."""

_NO_METHOD = (405, 501)
"""Answers that mean the route itself; a 404 to a creation may as well be about the model."""


class _Create:
    """One create: what was there before it was sent, and what the server made of it."""

    def __init__(self, client: AssistantsClient, body: Mapping[str, str], made: Set[str]) -> None:
        """`made` are the ids of what other creates have made; it may grow meanwhile."""
        self._client = client
        self._body = body
        self._made = made
        self.before: ListBefore | None = None
        """None where the server lists nothing."""

    async def look_before(self, known: Collection[str]) -> None:
        """Note what must not be taken for the new assistant.

        Raises:
            ServiceError: it cannot be had just now; nothing is to be sent without it.
        """
        try:
            page = await self._client.list(limit=RECENT)
        except (NotServed, Forbidden, Invalid):
            return
        except ServiceError as error:
            error.message = f"nothing was sent yet: {error.message}"
            raise
        self.before = ListBefore.of(page, self._made | frozenset(known))

    async def send(self) -> SaveResult:
        """Send it; where the answer is lost or about another assistant, look for the new one."""
        try:
            row = await self._client.create(self._body)
        except NotServed as error:
            if error.status in _NO_METHOD:
                self._client.capabilities.learn_missing(Capability.CREATE)
            raise
        except ServiceError as error:
            if not error.may_have_arrived:
                raise
            return await self._check_after_lost_answer(error)
        outcome = verify(self._body, None, RawJson(row.text))
        try:
            await self._check_new(row, as_asked=outcome.as_asked)
        except WrongObject as error:
            return await self._check_after_lost_answer(error)
        return SaveResult(row, outcome=outcome)

    async def _check_new(self, row: ResourceRow, *, as_asked: bool) -> None:
        """Make sure that an answer is about a new assistant: `u` and `d` would hit the other one.

        Raises:
            WrongObject: it was there before.
        """
        if self.before is None:
            return
        new = self.before.shows_new(row, as_asked=as_asked)
        if new is None:
            page = await self._client.list(limit=RECENT)
            new = any(each.id == row.id for each in page.rows)
        if not new:
            who = shown_id(await self._client.redact(row.id))
            raise WrongObject(
                f"the server answered with {who}, which was there before", may_have_arrived=True
            )

    async def find(self) -> SaveResult | None:
        """Look among the newest assistants for what this create has made, if it was sent.

        It has what was sent, and nothing that was not. Raises ServiceError.
        """
        if self.before is None:
            return None
        page = await self._client.list(limit=RECENT)
        others = self._made | self.before.ids
        for row in page.rows:
            if row.id not in others and _is_made_of(self._body, row):
                return SaveResult(row, answer_lost=True)
        return None

    async def _check_after_lost_answer(self, error: ServiceError) -> SaveResult:
        """Look for what was created; not where an older one like it would be taken for it."""
        try:
            if self.before is None:
                raise error
            found = await self.find()
        except ServiceError:
            error.message = f"it may have been created all the same: {error.message}"
            raise error from None
        if found is None:
            error.message = f"it is not there, but may still arrive: {error.message}"
            raise error
        return found


def _is_made_of(body: Mapping[str, str], row: ResourceRow) -> bool:
    return not row.problem and is_made_of(body, RawJson(row.text), FIELDS)


class Creator:
    """Creates assistants on one server; of equal ones, one is under way at a time."""

    def __init__(self, client: AssistantsClient) -> None:
        self._client = client
        self._unanswered: dict[str, _Create] = {}
        """Creates without an answer, by their body."""
        self._made: set[str] = set()
        """The ids of what was acknowledged: no other create has made them."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(
        self, draft: Draft, known: Collection[str], before_sending: BeforeSending | None = None
    ) -> SaveResult:
        """Create an assistant from a draft; `known` are ids that cannot be the new one.

        Raises:
            ServiceError: it was not created, or whether it was could not be found out.
        """
        body = compose(draft.patch())
        async with self._locks.setdefault(body, asyncio.Lock()):
            earlier = self._unanswered.get(body)
            saved = None if earlier is None else await earlier.find()
            if saved is None:
                create = earlier or _Create(self._client, draft.patch(), self._made)
                if earlier is None:
                    await create.look_before(known)
                if before_sending is not None:
                    self._client.activity.writing()  # ending here would leave a note of nothing
                    await before_sending(create.before and create.before.newest)
                saved = await self._send(create, body)
            self._unanswered.pop(body, None)
        self._made.add(saved.row.id)
        return saved

    async def _send(self, create: _Create, body: str) -> SaveResult:
        try:
            return await create.send()
        except ServiceError as error:
            if error.may_have_arrived and create.before is not None:
                self._unanswered[body] = create
            raise

    async def find(
        self, draft: Draft, before: Collection[str], made: Collection[str]
    ) -> ResourceRow | None:
        """Look for what a create of this draft made in an earlier run of the program.

        `before` are the newest ids of that time: what stands behind one of them is older, unless
        both are of the same second. `made` is what other creates have made. Raises ServiceError.
        """
        body, cursor = draft.patch(), None
        for _ in range(MAX_PAGES):
            page = await self._client.list(limit=SEARCH_LIMIT, after=cursor)
            for row in newer_rows(page.rows, before):
                if row.id not in made and row.id not in self._made and _is_made_of(body, row):
                    self._made.add(row.id)
                    return row
            older = any(row.id in before for row in page.rows)
            if older or not page.has_more or not page.rows or page.rows[-1].id == cursor:
                break
            cursor = page.rows[-1].id
        return None


class IdempotentCreator:
    """The creates of one service; one with an idempotency key is found again by that key.

    It is noted in the journal before it is sent: the program may end meanwhile. What a create
    made whose answer was never known is found by whoever tries the same once more.
    """

    def __init__(self, client: AssistantsClient, journal: AccountJournal) -> None:
        self._creator = Creator(client)
        self._journal = journal

    async def create(self, draft: Draft, known: Collection[str], key: str) -> SaveResult:
        """Create an assistant, unless an earlier create with this key is found to have made it.

        Args:
            draft: the assistant.
            known: ids that cannot be the new one.
            key: the idempotency key; empty for a create that may be repeated.

        Raises:
            ServiceError: as Creator.create does, or an earlier one cannot be looked for.
        """
        if not key:
            return await self._creator.create(draft, known)
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
        earlier = (await self._journal.known_creates([key])).get(key)
        if earlier is None or earlier.object_id is not None or earlier.before is None:
            return None
        return await self._creator.find(draft, earlier.before, await self._journal.created_ids())

    async def _send(self, draft: Draft, known: Collection[str], key: str) -> SaveResult:
        only, trouble = False, ""

        async def before_sending(before: Collection[str] | None) -> None:
            nonlocal only, trouble
            try:
                only = await self._journal.begin_create(key, before)
            except JournalError as error:
                trouble = str(error)

        try:
            return await self._creator.create(draft, known, before_sending)
        except ServiceError as error:
            if only and not error.may_have_arrived:
                await self._journal.drop_create(key)
            if trouble and error.may_have_arrived:
                note = "; a repetition may create it twice, since nothing is noted: "
                error.message += note + trouble
            raise
