"""The operations that every kind of object of the API has, and what is checked of their answers."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from assistant_tui.api import parsing
from assistant_tui.api.parsing import Parser
from assistant_tui.api.spool import Spool
from assistant_tui.core.errors import (
    Invalid,
    NotFound,
    ResponseTooLarge,
    ServerFault,
    ServiceError,
    Unreadable,
    WrongObject,
)
from assistant_tui.core.json_text import compose
from assistant_tui.core.labels import NO_ID, shown_id
from assistant_tui.core.list_decoder import count_parts
from assistant_tui.core.listing import Order, Page
from assistant_tui.core.redaction import redact
from assistant_tui.core.resource import Capability, ResourceKind, ServerCapabilities
from assistant_tui.core.rows import ResourceRow
from assistant_tui.transport.endpoint import redact_error
from assistant_tui.transport.messages import Request, Response
from assistant_tui.transport.transport import Transport

_LONG_TO_READ, _MANY_TO_READ = 500_000, 5_000
"""Characters, and parts, of an answer that is read in a thread, so that the screen goes on."""
_Read = TypeVar("_Read")


class ResponseReader:
    """Reads the answers of one server, long ones in a thread, and keeps long texts on disk."""

    def __init__(self, spool: Spool) -> None:
        self.keep = spool.keep
        """Returns what a row holds its text by: on disk where it is long."""
        self._reading = asyncio.Lock()
        """Long answers are read one at a time: each takes many times its size meanwhile."""

    async def read(
        self, response: Response, reader: Callable[[str], _Read], *, writing: bool = False
    ) -> _Read:
        """Read an answer; `writing` says that the request was to change something.

        Raises:
            Unreadable: it cannot be read.
        """
        text = response.text
        if len(text) < _LONG_TO_READ and count_parts(text) < _MANY_TO_READ:
            return _read(response, reader, writing)
        async with self._reading:
            return await asyncio.to_thread(_read, response, reader, writing)


class ResourceClient:
    """The objects of one kind on one server.

    Every method raises `ServiceError`s alone. Reads and deletions are repeated where that may
    help, creations and modifications only where the server certainly did not carry them out.

    Args:
        kind: what the objects are.
        parse: makes a row of one of them.
        transport: what requests are sent over; shared by all kinds of objects of the server.
        reader: reads the answers; shared likewise.
        server: what the server is known to lack; shared likewise.
        parent: the path of the object that these belong to: `/threads/thread_1` of messages.
    """

    def __init__(
        self,
        kind: ResourceKind,
        parse: Parser,
        transport: Transport,
        reader: ResponseReader,
        server: ServerCapabilities,
        parent: str = "",
    ) -> None:
        self.capabilities = server.of(kind)
        """What the server cannot do with this kind of object, as learned so far."""
        self._kind = kind
        self._parse = parse
        self._path = f"{parent}/{kind.name}"
        self._transport = transport
        self._reader = reader

    async def list(
        self,
        *,
        limit: int = 50,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
    ) -> Page:
        """Return the page behind the object `after`, or before `before`.

        A server that is known to take no cursor in this order is not asked with `after`: the page
        says so.
        Where objects are too long for one answer, fewer are asked for from then on.
        """
        if after is not None and not self.capabilities.can(cursor_of(order)):
            return Page((), None, after, limit, refused=True)
        cursors = {"after": after, "before": before}
        given = {name: value for name, value in cursors.items() if value is not None}
        while True:
            rows = min(limit, self.capabilities.most_rows)
            try:
                return await self.page({"limit": str(rows), "order": order, **given})
            except ResponseTooLarge:
                if rows == 1:
                    raise
            self.capabilities.most_rows = min(self.capabilities.most_rows, max(rows // 4, 1))

    async def page(self, query: Mapping[str, str]) -> Page:
        """Return the page that a query, which has a `limit`, asks for."""
        response = await self._transport.send(Request("GET", self._path, query))
        read = partial(
            parsing.read_page,
            parse=self._parse,
            after=query.get("after"),
            limit=int(query["limit"]),
            keep=self._reader.keep,
        )
        return await self._reader.read(response, read)

    async def retrieve(self, object_id: str) -> ResourceRow:
        """Return one object.

        Raises:
            NotFound: there is none with this id.
            WrongObject: the answer is about another one.
        """
        return (await self.retrieve_answer(object_id))[0]

    async def retrieve_answer(self, object_id: str) -> tuple[ResourceRow, Response]:
        """As `retrieve`, with the answer that brought it, whose headers say more."""
        response = await self._transport.send(self._about("GET", object_id))
        if parsing.is_null(response.text):
            who = shown_id(await self._transport.redact(object_id))
            raise _failed(response, NotFound(f"No {self._kind.noun} with the id {who}"))
        row = await self._reader.read(response, self._read_object)
        _check_same(object_id, row.id, response)
        return row, response

    async def create(self, body: Mapping[str, str]) -> ResourceRow:
        """Create an object from names and the exact JSON texts of their values."""
        response = await self._transport.send(Request("POST", self._path, body=encode_body(body)))
        return await self._reader.read(response, self._read_object, writing=True)

    async def modify(self, object_id: str, patch: Mapping[str, str]) -> ResourceRow:
        """Change the fields that are named, given as the exact JSON texts of their values.

        Raises:
            WrongObject: the answer is about another one; the change may have arrived.
        """
        response = await self._transport.send(self._about("POST", object_id, encode_body(patch)))
        row = await self._reader.read(response, self._read_object, writing=True)
        _check_same(object_id, row.id, response, writing=True)
        return row

    async def delete(self, object_id: str) -> bool:
        """Delete an object; one that is gone after an attempt of ours was lost counts as done.

        Returns:
            Whether the server says so; False for an empty or odd body with a status of success.

        Raises:
            ServerFault: also where the server answers that it did not delete.
            Unreadable: the answer is an HTML page, as login pages send it.
            WrongObject: the answer is about another one; this one may be deleted.
        """
        try:
            response = await self._transport.send(self._about("DELETE", object_id))
        except NotFound as error:
            if not error.may_have_arrived:
                raise
            return True
        if response.is_html:
            await self._reader.read(response, self._read_object, writing=True)
        said = await self._reader.read(response, parsing.read_deletion, writing=True)
        _check_same(object_id, said.id or object_id, response, writing=True)
        if said.deleted is False:
            refused = ServerFault(
                f"the server answered that it did not delete the {self._kind.noun}"
            )
            raise _failed(response, refused)
        return said.deleted is True

    def _read_object(self, text: str) -> ResourceRow:
        return parsing.read_object(text, self._kind, self._parse, self._reader.keep)

    def _about(self, method: str, object_id: str, body: bytes | None = None) -> Request:
        """A request to the path of one object.

        Raises:
            NotFound: no id, whose path would be that of the whole list.
            Invalid: what stands for the missing id of a row.
        """
        if not object_id:
            raise NotFound(f"No {self._kind.noun} has an empty id")
        if object_id.startswith(NO_ID):
            raise Invalid(
                f"the server gave this {self._kind.noun} no id that it could be asked for"
            )
        path = f"{self._path}/{path_part(object_id)}"
        return Request(method, path, body=body, names_object=True)


def cursor_of(order: Order) -> Capability:
    """The capability to continue lists in an order; some servers have it in one of them alone."""
    return Capability.CURSOR if order == "desc" else Capability.ASCENDING_CURSOR


def path_part(object_id: str) -> str:
    """An id as a part of a path, percent-encoded."""
    # Dots are no reserved characters, but a path's `..` would be taken out as a step upwards.
    return quote(object_id, safe="", errors="surrogatepass").replace(".", "%2E")


def encode_body(parts: Mapping[str, str]) -> bytes:
    """Compose the body of a request from names and the exact JSON texts of their values.

    UTF-8; a lone surrogate, which has no UTF-8, goes as the escape that JSON has for it.
    """
    return compose(parts).encode(errors="backslashreplace")


def _failed(response: Response, error: ServiceError, *, writing: bool = False) -> ServiceError:
    """An error about an answer of success, with its status and request id, and without keys.

    `writing` says that the request was to change something, which it may have done.
    """
    error.status, error.request_id = response.status, response.request_id
    error.may_have_arrived = writing
    return redact_error(error, response.secrets)


def _read(response: Response, reader: Callable[[str], _Read], writing: bool) -> _Read:
    try:
        return reader(response.text)
    except Unreadable as error:
        fault = error
    except Exception as error:  # a server decides what is read, so no list of faults is complete
        fault = Unreadable(f"the answer cannot be read ({type(error).__name__})")
    raise _failed(response, fault, writing=writing)


def _check_same(asked: str, answered: str, response: Response, *, writing: bool = False) -> None:
    """Check that an answer is about the object that the request named.

    Later requests use the id of the answer, so that one about another object would let them change
    or delete that one.

    Raises:
        WrongObject: it is another one.
    """
    if answered != asked:
        # Before the id is cut, which may go through the middle of a key.
        here, there = (shown_id(redact(each, response.secrets)) for each in (asked, answered))
        message = f"the server was asked about {here}, but answered about {there}"
        raise _failed(response, WrongObject(message), writing=writing)
