"""Servers that deviate from the API as told, and services before them that never wait."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx

from assistant_tui.api.client import AssistantsClient
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.json_text import compose, compose_list, members, read_json
from assistant_tui.core.raw_json import RawJson
from assistant_tui.server.app import create_app
from assistant_tui.services.assistants import AssistantService
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.in_process import in_process
from tests.stores import SampleStore

Handler = Callable[[httpx.Request], httpx.Response]


def text_of(number: int, **fields: str) -> str:
    """The JSON of one assistant, fields given as JSON texts."""
    plain = {"id": f'"asst_{number}"', "created_at": str(1_700_000_000 + number)}
    return compose({**plain, "name": f'"N{number}"', "model": '"m"', **fields})


def some(count: int) -> list[str]:
    """So many assistants, newest first."""
    return [text_of(number) for number in range(count, 0, -1)]


class Server:
    """Keeps what it is sent to the letter; `deviations` answer for their parts.

    The parts of the API are called list, create, retrieve, modify and delete.
    """

    def __init__(self, *texts: str, **deviations: Handler) -> None:
        self.texts = {str(read_json(members(text)["id"])): text for text in texts}
        self.deviations = deviations
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.deviations.get(part_of(request), self.answer)(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Do what is asked."""
        return {
            "list": self._list,
            "create": self._create,
            "retrieve": self._retrieve,
            "modify": self._modify,
            "delete": self._delete,
        }[part_of(request)](request)

    @property
    def asked(self) -> list[str]:
        """The parts of the API that were used, in their order."""
        return [part_of(request) for request in self.requests]

    def count(self, part: str) -> int:
        """How often a part of the API was used."""
        return self.asked.count(part)

    @property
    def bodies(self) -> list[str]:
        """What was sent to be written."""
        return [r.content.decode() for r in self.requests if r.method == "POST"]

    @property
    def queries(self) -> list[dict[str, str]]:
        """The limits and cursors of the lists that were asked for."""
        lists = [r for r in self.requests if part_of(r) == "list"]
        return [{k: v for k, v in r.url.params.items() if k != "order"} for r in lists]

    def _list(self, request: httpx.Request) -> httpx.Response:
        limit, after = int(request.url.params["limit"]), request.url.params.get("after")
        ids = [*self.texts]
        start = ids.index(after) + 1 if after in self.texts else 0
        data = [self.texts[each] for each in ids[start : start + limit]]
        more = "true" if start + limit < len(ids) else "false"
        return httpx.Response(200, text=compose({"data": compose_list(data), "has_more": more}))

    def _create(self, request: httpx.Request) -> httpx.Response:
        name = f"asst_new{len(self.texts)}"
        head = {"id": f'"{name}"', "created_at": "1800000000"}
        text = compose(head | members(request.content.decode()))
        self.texts = {name: text, **self.texts}
        return httpx.Response(200, text=text)

    def _retrieve(self, request: httpx.Request) -> httpx.Response:
        text = self.texts.get(_id_of(request))
        return absent(request) if text is None else httpx.Response(200, text=text)

    def _modify(self, request: httpx.Request) -> httpx.Response:
        name = _id_of(request)
        if name not in self.texts:
            return absent(request)
        self.texts[name] = compose(members(self.texts[name]) | members(request.content.decode()))
        return httpx.Response(200, text=self.texts[name])

    def _delete(self, request: httpx.Request) -> httpx.Response:
        if self.texts.pop(_id_of(request), None) is None:
            return absent(request)
        return httpx.Response(200, text='{"deleted": true}')


def part_of(request: httpx.Request) -> str:
    """Which part of the API a request uses."""
    parts = {"GET": "retrieve", "POST": "modify", "DELETE": "delete"}
    if request.url.path.endswith("/assistants"):
        parts = {"GET": "list", "POST": "create"}
    return parts[request.method]


def _id_of(request: httpx.Request) -> str:
    return request.url.path.rpartition("/")[2]


def absent(request: httpx.Request) -> httpx.Response:
    """What a server says of an id or a route that it does not know."""
    return httpx.Response(404, json={"error": {"message": "nothing here"}})


def refusing(status: int) -> Handler:
    """A part of the API that always answers with this status."""
    return lambda request: httpx.Response(status, json={"error": {"message": f"said {status}"}})


def unreachable(request: httpx.Request) -> httpx.Response:
    """Nothing was sent: there is no connection."""
    raise httpx.ConnectError("refused")


def lost(request: httpx.Request) -> httpx.Response:
    """The request was sent, but no answer comes."""
    raise httpx.ReadError("lost")


def in_turn(*handlers: Handler) -> Handler:
    """One handler after the other, the last for ever."""
    left = list(handlers)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def after_the_deed(server: Server, handler: Handler) -> Handler:
    """The server does what is asked, but what comes back is another matter."""

    def do_then_answer(request: httpx.Request) -> httpx.Response:
        server.answer(request)
        return handler(request)

    return do_then_answer


async def _at_once(seconds: float) -> None:
    """Waits for nothing."""


@asynccontextmanager
async def service_of(server: Server, **settings: Any) -> AsyncIterator[AssistantService]:
    """The service of a scripted server."""
    transport = httpx.MockTransport(server)
    endpoint = Endpoint("https://server.test/v1", transport=transport)
    async with AssistantsClient(endpoint, sleep=_at_once, random=lambda: 0.0) as client:
        yield AssistantService(client, **settings)


class Recorder(httpx.AsyncBaseTransport):
    """Writes down what goes through to a server in this process."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return await self._inner.handle_async_request(request)

    @property
    def asked(self) -> list[str]:
        """The parts of the API that were used, in their order."""
        return [part_of(request) for request in self.requests]


@asynccontextmanager
async def embedded(
    samples: int, **settings: Any
) -> AsyncIterator[tuple[AssistantService, Recorder]]:
    """The service of the program's own server, over samples."""
    endpoint = in_process(create_app(SampleStore(samples), models=()))
    assert endpoint.transport is not None
    recorder = Recorder(endpoint.transport)
    async with AssistantsClient(replace(endpoint, transport=recorder)) as client:
        yield AssistantService(client, **settings), recorder


def draft_of(text: str, **exact: str) -> Draft:
    """An edit of an assistant, the new values as JSON texts."""
    return Draft(RawJson(text), exact=exact)
