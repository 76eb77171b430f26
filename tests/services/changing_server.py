"""A server whose list changes while it is read, and that deviates as told."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import neg
from typing import Any

import httpx

from assistant_tui.core.rows import ResourceRow
from tests.fakeserver.rules import Page, Refusal, Rules
from tests.fakeserver.server import ANY
from tests.fakeserver.standalone import FIRST_SECOND, StandaloneServer


@dataclass(frozen=True)
class ListDeviations:
    """How a server departs from the API; as it stands here it does not."""

    keeps_order: bool = True
    more: Callable[[bool], bool | None] = lambda more: more
    """What it says in `has_more` where there is more, or not."""
    largest: int = 100
    """Rows of a page at most, whatever the limit asked for."""
    lost_cursor: str = "place"
    """What a deleted cursor gets: what followed its `place`, the `top` page, or what is `refused`.
    """
    inclusive: bool = False
    """The cursor itself comes first in the page behind it."""
    dead_end: str = ""
    """The order in which a list does not go on after an id, `asc` or `desc`."""
    refuses_dead_end: bool = True
    """A cursor in that order is refused; else it is ignored."""
    ties_both_ways: bool = True
    """Assistants of the same second come in the opposite order from the other end."""


API = ListDeviations()


class ChangingServer(StandaloneServer):
    """Assistants numbered from the oldest on; changes happen between one answer and the next."""

    def __init__(
        self,
        count: int,
        changes: Iterable[Callable[["ChangingServer"], None]] = (),
        waits: Iterable[int] = (),
        list_deviations: ListDeviations = API,
        per_second: int = 1,
    ) -> None:
        """One of `changes` happens after each answer, which takes so many turns of the event loop.

        `per_second` assistants were created in the same second.
        """
        self.list_deviations = list_deviations
        self.per_second = per_second
        self.most_new = 1_000
        """How many may be created at most."""
        self.deleted: set[int] = set()
        self.pages: list[dict[str, str]] = []
        """The queries of the lists that were answered."""
        self.answered: list[int] = []
        """The last page."""
        self._changes = iter(changes)
        self._waits = iter(waits)
        super().__init__(*map(self._text, range(count, 0, -1)), rules=Rules(page=self._page))
        self.deviations[ANY] = self._wait

    async def _wait(self, request: httpx.Request) -> None:
        for _ in range(next(self._waits, 0)):
            await asyncio.sleep(0)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Do what is asked; then something else happens."""
        done = super().answer(request)
        if (change := next(self._changes, None)) is not None:
            change(self)
        return done

    async def busy(self, count: int) -> None:
        """Wait until so many requests are under way."""
        while self.under_way < count:
            await asyncio.sleep(0)

    @property
    def numbers(self) -> list[int]:
        """What is there, newest first."""
        return [number_of(each) for each in self.texts]

    def create_another(self) -> None:
        """Somebody creates an assistant."""
        if self.most_new == 0:
            return
        self.most_new -= 1
        number = max([*self.numbers, *self.deleted], default=0) + 1
        self.texts = {identity_of(number): self._text(number), **self.texts}

    def delete(self, number: int) -> None:
        """Somebody deletes an assistant, if it is there."""
        if self.texts.pop(identity_of(number), None) is not None:
            self.deleted.add(number)

    def second(self, number: int) -> int:
        """When an assistant was created."""
        return FIRST_SECOND + number // self.per_second

    def _text(self, number: int) -> str:
        name = f'"id": "{identity_of(number)}", "name": "N{number}"'
        return f'{{{name}, "model": "m", "created_at": {self.second(number)}}}'

    def _page(self, ids: Sequence[str], request: httpx.Request) -> Page:
        query, deviations = dict(request.url.params), self.list_deviations
        self.pages.append(query)
        ascending = deviations.keeps_order and query["order"] == "asc"
        cursor = number_of(query["after"]) if "after" in query else None
        if cursor is not None and query["order"] == deviations.dead_end:
            if deviations.refuses_dead_end:
                raise Refusal(400, "after is not supported here")
            cursor = None
        if cursor is not None and identity_of(cursor) not in self.texts:
            if deviations.lost_cursor == "refused":
                raise Refusal(400, "no such cursor")
            cursor = None if deviations.lost_cursor == "top" else cursor
        found = self._behind(cursor, ascending)
        self.answered = [*found[: min(int(query["limit"]), deviations.largest)]]
        more = deviations.more(len(self.answered) < len(found))
        return Page([identity_of(each) for each in self.answered], more)

    def _behind(self, cursor: int | None, ascending: bool) -> Sequence[int]:
        key = self._key(ascending)
        found = sorted(self.numbers, key=key)
        if cursor is None:
            return found
        inclusive = self.list_deviations.inclusive and identity_of(cursor) in self.texts
        start = [cursor] if inclusive else []
        return [*start, *(each for each in found if key(each) > key(cursor))]

    def _key(self, ascending: bool) -> Callable[[int], Any]:
        """What a list is sorted by."""
        if not ascending:
            return neg
        ties = 1 if self.list_deviations.ties_both_ways else -1
        return lambda number: (self.second(number), ties * number)


def identity_of(number: int) -> str:
    """The id of an assistant."""
    return f"asst_{number}"


def number_of(identity: str) -> int:
    """The number in an id."""
    return int(identity.rpartition("_")[2])


def numbers_of(rows: Iterable[ResourceRow]) -> list[int]:
    """The numbers of some rows."""
    return [number_of(row.id) for row in rows]
