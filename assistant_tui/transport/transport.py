"""From a request to its answer: credentials, attempts, repetitions; whole, or as it comes."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

from assistant_tui.core.errors import ServiceError, Unauthorized
from assistant_tui.core.redaction import redact
from assistant_tui.transport.activity import Activity
from assistant_tui.transport.connection import ServerConnection
from assistant_tui.transport.connection_pool import open_pool
from assistant_tui.transport.endpoint import Credentials, Endpoint, redact_error
from assistant_tui.transport.messages import (
    LARGEST_BODY,
    FailedAttempt,
    Limits,
    Request,
    Response,
)
from assistant_tui.transport.response_stream import ResponseStream
from assistant_tui.transport.retries import retry_delay

Sleep = Callable[[float], Awaitable[None]]
RandomSource = Callable[[], float]
_Answer = TypeVar("_Answer", Response, ResponseStream)
_Send = Callable[[Request, Mapping[str, str], Limits], Awaitable[_Answer | FailedAttempt]]


class Transport:
    """Sends requests to one server until they are answered or no attempt is left.

    An async context manager that opens the pool of connections and closes it. Both ways to send,
    `send` and `stream`, raise ServiceErrors alone. Reads and deletions are repeated where that may
    help, creations and modifications only where the server certainly did not carry them out, and
    nothing once the answer of a `stream` has begun.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        sleep: Sleep = asyncio.sleep,
        random: RandomSource = random.random,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self.activity = Activity()
        """What the requests are doing at this moment."""
        self._endpoint = endpoint
        self._credentials = Credentials(endpoint)
        self._sleep = sleep
        self._random = random
        self._largest_body = largest_body
        self._stack = AsyncExitStack()
        self._opened: ServerConnection | None = None

    async def __aenter__(self) -> Self:
        """Open the pool; nothing is connected yet.

        Raises:
            Offline: a setting of the profile cannot be used; the message names it.
        """
        pool = await self._stack.enter_async_context(open_pool(self._endpoint))
        self._opened = ServerConnection(self._endpoint, pool)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opened = None
        await self._stack.aclose()

    async def send(self, request: Request) -> Response:
        """Return the whole answer of a request that succeeded (2xx).

        Raises:
            ServiceError: `may_have_arrived` tells, for all but reads, whether one of the attempts
                may have been carried out.
        """
        limits = Limits.of_whole(self._endpoint.timeout, self._largest_body)
        response, secrets = await self._succeed(request, limits, self._connection.send)
        return replace(response, secrets=secrets)

    @asynccontextmanager
    async def stream(
        self, request: Request, limits: Limits | None = None
    ) -> AsyncIterator[ResponseStream]:
        """Open the answer of a request that succeeded (2xx), its body to be read as it comes.

        Leaving the block closes the connection, which tells the server to stop.

        Args:
            request: its `accept` should name what can be read, e.g. `text/event-stream`.
            limits: those of `Limits.of_stream` with the profile's time-out unless given.

        Raises:
            ServiceError: as `send`; while the body is read, too.
        """
        limits = limits or Limits.of_stream(self._endpoint.timeout, self._largest_body)
        response, secrets = await self._succeed(request, limits, self._connection.open)
        response.secrets = secrets
        async with response:
            yield response

    async def fetch_key(self) -> None:
        """Have the key fetched, before anything is sent. Raises ServiceError."""
        await self._credentials.current()

    async def redact(self, text: str) -> str:
        """Take the key and other secrets out of a text. Raises ServiceError."""
        key = await self._credentials.current()
        return redact(text, self._credentials.secrets | ({key} if key else set()))

    @property
    def _connection(self) -> ServerConnection:
        if self._opened is None:
            raise RuntimeError("the client is not open: use it in `async with`")
        return self._opened

    async def _succeed(
        self, request: Request, limits: Limits, send: _Send[_Answer]
    ) -> tuple[_Answer, frozenset[str]]:
        """Send, with a new key where the first was refused; the answer, and what was sent for it.

        Raises:
            ServiceError: no attempt succeeded; it quotes no key.
        """
        key = first = await self._credentials.current()
        outcome = await self._repeat(request, limits, send, key)
        if isinstance(outcome, FailedAttempt) and isinstance(outcome.error, Unauthorized):
            renewed = await self._credentials.renew(key)
            if renewed != key:
                key = renewed
                arrived = outcome.error.may_have_arrived
                outcome = await self._repeat(request, limits, send, key, arrived)
        secrets = self._credentials.secrets | {each for each in (first, key) if each}
        if isinstance(outcome, FailedAttempt):
            raise redact_error(outcome.error, secrets)
        return outcome, secrets

    async def _repeat(
        self,
        request: Request,
        limits: Limits,
        send: _Send[_Answer],
        key: str | None,
        arrived: bool = False,
    ) -> _Answer | FailedAttempt:
        retries = 0
        while True:
            outcome = await self._attempt(request, limits, send, key)
            if not isinstance(outcome, FailedAttempt):
                return outcome
            arrived = request.writes and (arrived or outcome.error.may_have_arrived)
            outcome.error.may_have_arrived = arrived
            wait = retry_delay(request.method, outcome, retries, self._random())
            if wait is None or self._opened is None:  # it was closed meanwhile
                return outcome
            reason = f"{outcome.error.title}: {outcome.error.message}"
            went_on = await self.activity.pause(self._sleep(wait), wait, reason)
            if not went_on or self._opened is None:
                return outcome
            retries += 1

    async def _attempt(
        self, request: Request, limits: Limits, send: _Send[_Answer], key: str | None
    ) -> _Answer | FailedAttempt:
        try:
            headers = self._credentials.headers(key)
            if request.writes:
                self.activity.writing()
            return await send(request, headers, limits)
        except ServiceError as error:
            return FailedAttempt(error, permanent=True)
