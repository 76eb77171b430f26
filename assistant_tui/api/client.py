"""The assistants of one server: five requests, and the lists of what they can be given."""

import asyncio
import random
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

from assistant_tui.api import parsing, responses, tool_resources
from assistant_tui.api.capabilities import Capabilities
from assistant_tui.api.spool import Spool
from assistant_tui.core.assistants.tool_resources import ToolResourceList
from assistant_tui.core.capability import Capability
from assistant_tui.core.errors import (
    Invalid,
    NotFound,
    NotServed,
    ResponseTooLarge,
    ServerFault,
)
from assistant_tui.core.json_text import compose
from assistant_tui.core.labels import NO_ID, shown_id
from assistant_tui.core.list_decoder import count_parts
from assistant_tui.core.listing import Order, Page
from assistant_tui.core.rows import ResourceRow
from assistant_tui.transport.activity import Activity
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.messages import LARGEST_BODY, Request, Response
from assistant_tui.transport.transport import RandomSource, Sleep, Transport

_LONG_TO_READ, _MANY_TO_READ = 500_000, 5_000
"""Characters, and parts, of an answer that is read in a thread, so that the screen goes on."""
_Read = TypeVar("_Read")


class AssistantsClient:
    """Speaks to one server over connections that are kept; an async context manager.

    Every method raises `ServiceError`s alone. Reads and deletions are repeated where that may
    help, creations and modifications only where the server certainly did not carry them out.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        capabilities: Capabilities | None = None,
        sleep: Sleep = asyncio.sleep,
        random: RandomSource = random.random,
        largest_body: int = LARGEST_BODY,
        spool: Spool | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.capabilities = capabilities or Capabilities()
        """What the server cannot do, as learned so far."""
        self._spool = spool or Spool()
        self._reading = asyncio.Lock()
        """Long answers are read one at a time: each takes many times its size meanwhile."""
        self._transport = Transport(endpoint, sleep=sleep, random=random, largest_body=largest_body)

    async def __aenter__(self) -> Self:
        """Open the pool.

        Raises:
            Offline: a setting of the profile cannot be used; the message names it.
        """
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)

    async def list(
        self,
        *,
        limit: int = 50,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page:
        """Return the page behind the assistant `after`, or before `before`.

        A server that is known to take no cursor is not asked with `after`: the page says so.
        """
        if after is not None and not self.capabilities.can(Capability.CURSOR):
            return Page((), None, after, limit, refused=True)
        cursors = {"after": after, "before": before}
        given = {name: value for name, value in cursors.items() if value is not None}
        return await self._page_that_fits(limit, {"order": order, **given})

    async def retrieve(self, assistant_id: str) -> ResourceRow:
        """Return one assistant.

        Raises:
            NotFound: there is none with this id.
            WrongObject: the answer is about another one.
        """
        answer = await self._answer(_about("GET", assistant_id))
        if parsing.is_null(answer.text):
            who = shown_id(await self.redact(assistant_id))
            raise responses.failed(answer, NotFound(f"No assistant with the id {who}"))
        row = await self._read(answer, self._read_assistant)
        return responses.asked_for(assistant_id, row, answer)

    async def create(self, body: Mapping[str, str]) -> ResourceRow:
        """Create an assistant from names and the exact JSON texts of their values."""
        request = Request("POST", "/assistants", body=_encode(body))
        return await self._read(await self._answer(request), self._read_assistant, writing=True)

    async def modify(self, assistant_id: str, patch: Mapping[str, str]) -> ResourceRow:
        """Change the fields that are named, given as the exact JSON texts of their values.

        Raises:
            WrongObject: the answer is about another one; the change may have arrived.
        """
        answer = await self._answer(_about("POST", assistant_id, _encode(patch)))
        row = await self._read(answer, self._read_assistant, writing=True)
        return responses.asked_for(assistant_id, row, answer, writing=True)

    async def delete(self, assistant_id: str) -> bool:
        """Delete an assistant; one that is gone after an attempt of ours was lost counts as done.

        Returns:
            Whether the server says so; False for an empty or odd body with a status of success.

        Raises:
            ServerFault: also where the server answers that it did not delete.
            Unreadable: the answer is an HTML page, as login pages send it.
            WrongObject: the answer is about another one; this one may be deleted.
        """
        try:
            answer = await self._answer(_about("DELETE", assistant_id))
        except NotFound as error:
            if not error.may_have_arrived:
                raise
            return True
        if answer.is_html:
            responses.read(answer, self._read_assistant, writing=True)
        said = await self._read(answer, parsing.read_deletion, writing=True)
        responses.check_id(assistant_id, said.id or assistant_id, answer, writing=True)
        if said.deleted is False:
            refused = ServerFault("the server answered that it did not delete the assistant")
            raise responses.failed(answer, refused)
        return said.deleted is True

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models; none where the server has no such list."""
        if not self.capabilities.can(Capability.MODELS):
            return ()
        try:
            answer = await self._answer(Request("GET", "/models"))
        except NotServed:
            self.capabilities.learn_missing(Capability.MODELS)
            return ()
        return await self._read(answer, parsing.read_models)

    async def files(self) -> ToolResourceList | None:
        """Return the files for assistants; None where the server has no such list.

        Of a list that breaks off in the middle, what came before is returned, as incomplete.
        """
        return await tool_resources.walk(tool_resources.FILES, self._page, self.capabilities)

    async def vector_stores(self) -> ToolResourceList | None:
        """Return the vector stores, as `files` does the files."""
        return await tool_resources.walk(
            tool_resources.VECTOR_STORES, self._page, self.capabilities
        )

    async def _page_that_fits(self, limit: int, query: Mapping[str, str]) -> Page:
        """A page of assistants; where they are too long for one answer, of fewer from then on."""
        while True:
            rows = min(limit, self.capabilities.most_rows)
            try:
                return await self._page("/assistants", {"limit": str(rows), **query})
            except ResponseTooLarge:
                if rows == 1:
                    raise
            self.capabilities.most_rows = min(self.capabilities.most_rows, max(rows // 4, 1))

    async def _page(self, path: str, query: Mapping[str, str]) -> Page:
        after, limit = query.get("after"), int(query["limit"])
        answer = await self._answer(Request("GET", path, query))
        keep = self._spool.keep
        read = partial(parsing.read_page, after=after, limit=limit, keep=keep)
        return await self._read(answer, read)

    async def _read(
        self, answer: Response, reader: Callable[[str], _Read], *, writing: bool = False
    ) -> _Read:
        """Read an answer, in a thread where that takes long enough to be felt."""
        text = answer.text
        if len(text) < _LONG_TO_READ and count_parts(text) < _MANY_TO_READ:
            return responses.read(answer, reader, writing=writing)
        async with self._reading:
            return await asyncio.to_thread(responses.read, answer, reader, writing=writing)

    def _read_assistant(self, text: str) -> ResourceRow:
        return parsing.read_assistant(text, self._spool.keep)

    async def fetch_key(self) -> None:
        """Have the key fetched, before anything is asked."""
        await self._transport.fetch_key()

    async def redact(self, text: str) -> str:
        """Take the key out of what a server calls something, before a message quotes that."""
        return await self._transport.redact(text)

    async def _answer(self, request: Request) -> Response:
        return await self._transport.send(request)

    @property
    def activity(self) -> Activity:
        """What the requests are doing at this moment."""
        return self._transport.activity


def _about(method: str, assistant_id: str, body: bytes | None = None) -> Request:
    """A call to the path of one assistant.

    Raises:
        NotFound: no id, whose path would be that of the whole list.
        Invalid: what stands for the missing id of a row.
    """
    if not assistant_id:
        raise NotFound("No assistant has an empty id")
    if assistant_id.startswith(NO_ID):
        raise Invalid("the server gave this assistant no id that it could be asked for")
    # Dots are no reserved characters, but a path's `..` would be taken out as a step upwards.
    part = quote(assistant_id, safe="", errors="surrogatepass").replace(".", "%2E")
    return Request(method, f"/assistants/{part}", body=body, names_object=True)


def _encode(parts: Mapping[str, str]) -> bytes:
    """UTF-8; a lone surrogate, which has no UTF-8, goes as the escape that JSON has for it."""
    return compose(parts).encode(errors="backslashreplace")
