"""A server whose list changes while it is read, and that deviates as told."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from assistant_tui.core.rows import ResourceRow

Json = dict[str, object]


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
    ties_both_ways: bool = True
    """Assistants of the same second come in the opposite order from the other end."""


@dataclass
class ChangingServer:
    """Assistants numbered from the oldest on; changes happen between one answer and the next."""

    numbers: list[int]
    """What is there, newest first."""
    changes: Iterator[Callable[["ChangingServer"], None]] = field(default_factory=lambda: iter(()))
    """What happens after each answer."""
    waits: Iterator[int] = field(default_factory=lambda: iter(()))
    """How many turns of the event loop each answer takes."""
    deviations: ListDeviations = field(default_factory=ListDeviations)
    per_second: int = 1
    """Assistants that were created in the same second."""
    requests: list[dict[str, str]] = field(default_factory=list)
    """The queries of the lists that were asked for."""
    instead: Callable[[httpx.Request], httpx.Response | None] = lambda request: None
    """What answers in the place of the server, where it does."""
    most_new: int = 1_000
    """How many may be created at most."""
    under_way: int = 0
    most_under_way: int = 0
    deleted: set[int] = field(default_factory=set)
    answered: list[int] = field(default_factory=list)
    """The last page."""

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            for _ in range(next(self.waits, 0)):
                await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        if (instead := self.instead(request)) is not None:
            return instead
        if request.url.path.endswith("/assistants"):
            answer = self._list(dict(request.url.params))
        else:
            answer = self._retrieve(int(request.url.path.rpartition("_")[2]))
        if (change := next(self.changes, None)) is not None:
            change(self)
        return answer

    async def busy(self, count: int) -> None:
        """Wait until so many requests are under way."""
        while self.under_way < count:
            await asyncio.sleep(0)

    def create(self) -> None:
        """Somebody creates an assistant."""
        if self.most_new == 0:
            return
        self.most_new -= 1
        self.numbers.insert(0, max([*self.numbers, *self.deleted], default=0) + 1)

    def delete(self, number: int) -> None:
        """Somebody deletes an assistant, if it is there."""
        if number in self.numbers:
            self.numbers.remove(number)
            self.deleted.add(number)

    def second(self, number: int) -> int:
        """When an assistant was created."""
        return 1_700_000_000 + number // self.per_second

    def page(self, limit: str) -> httpx.Response:
        """The first page."""
        return self._list({"limit": limit, "order": "desc"})

    def _list(self, query: dict[str, str]) -> httpx.Response:
        self.requests.append(query)
        ascending = self.deviations.keeps_order and query["order"] == "asc"
        after = query.get("after")
        cursor = None if after is None else int(after.rpartition("_")[2])
        if cursor is not None and cursor not in self.numbers:
            if self.deviations.lost_cursor == "refused":
                return httpx.Response(400, json={"error": {"message": "no such cursor"}})
            cursor = None if self.deviations.lost_cursor == "top" else cursor
        found = self._behind(cursor, ascending)
        chosen = found[: min(int(query["limit"]), self.deviations.largest)]
        self.answered = [*chosen]
        more = self.deviations.more(len(chosen) < len(found))
        said = {} if more is None else {"has_more": more}
        return httpx.Response(200, json={"data": [*map(self._object, chosen)], **said})

    def _behind(self, cursor: int | None, ascending: bool) -> Sequence[int]:
        key = self._key(ascending)
        found = sorted(self.numbers, key=key)
        if cursor is None:
            return found
        start = [cursor] if self.deviations.inclusive and cursor in self.numbers else []
        return [*start, *(each for each in found if key(each) > key(cursor))]

    def _key(self, ascending: bool) -> Callable[[int], tuple[int, int]]:
        """What a list is sorted by."""
        if not ascending:
            return lambda number: (-self.second(number), -number)
        ties = 1 if self.deviations.ties_both_ways else -1
        return lambda number: (self.second(number), ties * number)

    def _retrieve(self, number: int) -> httpx.Response:
        if number not in self.numbers:
            return httpx.Response(404, json={"error": {"message": "no such assistant"}})
        return httpx.Response(200, json=self._object(number))

    def _object(self, number: int) -> Json:
        name = f"N{number}"
        identity, second = identity_of(number), self.second(number)
        return {"id": identity, "name": name, "model": "m", "created_at": second}


def identity_of(number: int) -> str:
    """The id of an assistant."""
    return f"asst_{number}"


def numbers_of(rows: Iterable[ResourceRow]) -> list[int]:
    """The numbers of some rows."""
    return [int(row.id.rpartition("_")[2]) for row in rows]
