"""From a call to its answer: the key, fetched anew where it was refused, and repetitions."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

from assistant_tui.core.errors import ServiceError, Unauthorized
from assistant_tui.core.redaction import redact
from assistant_tui.transport.activity import Activity
from assistant_tui.transport.connection import Request, ServerConnection
from assistant_tui.transport.credentials import Credentials, redact_error
from assistant_tui.transport.http_errors import Response
from assistant_tui.transport.retries import FailedAttempt, retry_delay

Sleep = Callable[[float], Awaitable[None]]
RandomSource = Callable[[], float]


class Transport:
    """Sends calls until they are answered or no attempt is left."""

    def __init__(
        self,
        line: ServerConnection,
        keys: Credentials,
        sleep: Sleep = asyncio.sleep,
        jitter: RandomSource = random.random,
        activity: Activity | None = None,
    ) -> None:
        self._connection = line
        self._keys = keys
        self._sleep = sleep
        self._chance = jitter
        self._activity = activity or Activity()

    async def answer(self, call: Request) -> Response:
        """Return the answer of a call that succeeded (2xx).

        Raises:
            ServiceError: `may_have_arrived` tells, for all but reads, whether one of the attempts
                may have been carried out.
        """
        key = first = await self._keys.current()
        outcome = await self._repeated(call, key)
        if isinstance(outcome, FailedAttempt) and isinstance(outcome.error, Unauthorized):
            renewed = await self._keys.renewed(key)
            if renewed != key:
                key = renewed
                outcome = await self._repeated(call, key, outcome.error.may_have_arrived)
        secrets = {each for each in (first, key) if each} | self._keys.secrets
        if isinstance(outcome, Response):
            return replace(outcome, secrets=secrets)
        raise redact_error(outcome.error, secrets)

    async def fetch_key(self) -> None:
        """Have the key fetched, before anything is sent. Raises ServiceError."""
        await self._keys.current()

    async def redact(self, text: str) -> str:
        """Take the key and other secrets out of a text. Raises ServiceError."""
        key = await self._keys.current()
        return redact(text, self._keys.secrets | ({key} if key else set()))

    async def _repeated(
        self, call: Request, key: str | None, arrived: bool = False
    ) -> Response | FailedAttempt:
        retries = 0
        while True:
            outcome = await self._attempt(call, key)
            if isinstance(outcome, Response):
                return outcome
            arrived = call.writes and (arrived or outcome.error.may_have_arrived)
            outcome.error.may_have_arrived = arrived
            wait = retry_delay(call.method, outcome, retries, self._chance())
            if wait is None:
                return outcome
            reason = f"{outcome.error.title}: {outcome.error.message}"
            if not await self._activity.pause(self._sleep(wait), wait, reason):
                return outcome
            retries += 1

    async def _attempt(self, call: Request, key: str | None) -> Response | FailedAttempt:
        try:
            headers = self._keys.headers(key)
            if call.writes:
                self._activity.writing()
            return await self._connection.attempt(call, headers)
        except ServiceError as error:
            return FailedAttempt(error, permanent=True)
