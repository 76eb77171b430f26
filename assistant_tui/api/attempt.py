"""One attempt at one request: sent, its redirects followed, its answer read up to a limit."""

import asyncio
import logging
from codecs import getincrementaldecoder
from collections.abc import Collection, Mapping
from time import perf_counter
from typing import NamedTuple

import httpx

from assistant_tui.api.connection import peer, request_url
from assistant_tui.api.endpoint import Endpoint
from assistant_tui.api.outages import outage
from assistant_tui.api.redirects import MOST_REDIRECTS, redirect_target
from assistant_tui.api.refusals import Answer, Asked, refusal
from assistant_tui.api.retries import Failure
from assistant_tui.core.concealing import conceal
from assistant_tui.core.display import one_line
from assistant_tui.core.errors import TooLarge, Unreadable

_log = logging.getLogger("assistant_tui.api")
_FAULTS = (httpx.RequestError, OSError)
"""What a failing network raises; a time-out of asyncio is an OSError, too."""


class Call(NamedTuple):
    """What is asked of the server."""

    method: str
    path: str
    """Below the base address, percent-encoded."""
    query: Mapping[str, str] = {}
    body: bytes | None = None
    names_assistant: bool = False
    """The path ends in the id of one assistant."""


class Line:
    """The way to one server over a pool of connections."""

    def __init__(self, endpoint: Endpoint, pool: httpx.AsyncClient, largest_body: int) -> None:
        self._endpoint = endpoint
        self._pool = pool
        self._peer = peer(endpoint)
        self._largest_body = largest_body

    async def attempt(self, call: Call, headers: Mapping[str, str]) -> Answer | Failure:
        """Send a call once, following redirects.

        Raises:
            Unreadable: a redirect that is not followed.
            Invalid: the id is too long for an address.
        """
        url = request_url(self._endpoint, call.path, call.query)
        for _ in range(MOST_REDIRECTS + 1):
            outcome = await self._send(call, url, headers)
            if isinstance(outcome, Failure) or 200 <= outcome.status < 300:
                return outcome
            if not 300 <= outcome.status < 400:
                return refusal(outcome, self._asked(call, url))
            url = redirect_target(url, outcome, call.method)
        raise Unreadable(f"{self._peer.host} redirects in a circle")

    def _asked(self, call: Call, url: httpx.URL) -> Asked:
        cursor = "after" in call.query or "before" in call.query
        return Asked(call.method, self._peer.host, url.path, call.names_assistant, cursor)

    async def _send(
        self, call: Call, url: httpx.URL, headers: Mapping[str, str]
    ) -> Answer | Failure:
        began = perf_counter()
        outcome: Answer | Failure
        try:
            async with asyncio.timeout(self._peer.total):
                outcome = await self._transfer(call, url, headers)
        except _FAULTS as error:
            outcome = outage(error, self._peer)
        _record(call, url, outcome, perf_counter() - began, _keys(headers))
        return outcome

    async def _transfer(
        self, call: Call, url: httpx.URL, headers: Mapping[str, str]
    ) -> Answer | Failure:
        kind = {} if call.body is None else {"content-type": "application/json"}
        async with self._pool.stream(
            call.method, url, content=call.body, headers={**headers, **kind}
        ) as response:
            try:
                text = await self._text(response)
            except _FAULTS as error:
                return outage(error, self._peer, answering=True)
        if text is None:
            return self._too_large()
        if not response.is_success:
            # Before the words of a refusal are cut, which may go through the middle of a key.
            text = conceal(text, _keys(headers))
        return Answer(response.status_code, _shown(response.headers, headers), text)

    async def _text(self, response: httpx.Response) -> str | None:
        """The whole body, decompressed; None as soon as it is larger than allowed.

        Decoded as it comes, since all of a large one at once would hold up the screen.
        """
        if "," in response.headers.get("content-encoding", ""):
            # Packed twice, a few kilobytes are gigabytes before they can be counted.
            raise httpx.DecodingError("packed more than once")
        decoder = getincrementaldecoder("utf-8")("replace")
        parts: list[str] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > self._largest_body:
                return None
            parts.append(decoder.decode(part))
        return "".join([*parts, decoder.decode(b"", final=True)])

    def _too_large(self) -> Failure:
        limit = f"{self._largest_body / 1024 / 1024:g} MiB"
        message = f"the answer of {self._peer.host} is larger than {limit}"
        return Failure(TooLarge(message, may_have_arrived=True), lasting=True)


def _shown(answered: httpx.Headers, sent: Mapping[str, str]) -> dict[str, str]:
    """The headers of an answer; in the request id, which is told and logged, without the key."""
    headers = {name.lower(): value for name, value in answered.items()}
    if "x-request-id" in headers:
        headers["x-request-id"] = conceal(headers["x-request-id"], _keys(sent))
    return headers


def _keys(headers: Mapping[str, str]) -> list[str]:
    """The key in the headers that carry it."""
    return [value.removeprefix("Bearer ") for value in headers.values()]


def _record(
    call: Call, url: httpx.URL, outcome: Answer | Failure, seconds: float, keys: Collection[str]
) -> None:
    """Log an attempt; of the query only the names, since a profile may put anything into it."""
    path = url.raw_path.partition(b"?")[0].decode("ascii")
    if isinstance(outcome, Answer):
        came, request_id = str(outcome.status), outcome.request_id or "-"
    else:
        came, request_id = f"{outcome.error.title}: {outcome.error.message}", "-"
    _log.info(
        "%s %s %s %.0f ms %s",
        call.method,
        conceal(path, keys),
        one_line(conceal(came, keys)),
        seconds * 1000,
        one_line(request_id),
    )
