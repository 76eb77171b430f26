"""One chat-completions backend over HTTP: requests as it takes them, its answers as events."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from itertools import count
from types import TracebackType
from typing import Self

from assistant_tui.core.errors import ServiceError, TimedOut, Unreadable
from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.core.redaction import redact
from assistant_tui.server.runs.adaptation import Adaptation
from assistant_tui.server.runs.answer_events import read_answer
from assistant_tui.server.runs.backend_errors import (
    chat_error,
    error_in_stream,
    prompt_tokens,
    retry_wait,
)
from assistant_tui.server.runs.chat import ChatError, ChatEvent, ChatRequest, ChatResult
from assistant_tui.server.runs.chunks import ChunkAssembler, ErrorInStream
from assistant_tui.server.runs.forced_output import check_forced
from assistant_tui.server.runs.models import ListedModel, read_models
from assistant_tui.server.runs.token_estimate import TokenEstimate
from assistant_tui.server.store.paging import Json
from assistant_tui.transport.endpoint import Endpoint
from assistant_tui.transport.http_errors import RequestContext
from assistant_tui.transport.messages import Limits, Request
from assistant_tui.transport.response_stream import ResponseStream
from assistant_tui.transport.sse import ServerSentEvent
from assistant_tui.transport.transport import Transport
from assistant_tui.transport.wait_timer import WaitTimer

AFTER_FINISH = 10.0
"""Seconds for which the usage is waited for, once the answer itself is at its end."""
_AFTER_DONE = 0.1
"""Seconds for which the end of the body is waited for, once the answer says that it is done."""
LARGEST_STREAM = 512 * 1024 * 1024
"""Bytes; each token takes a few hundred."""
_MOST_ADAPTATIONS = 8
"""Changed requests that are tried for one turn before its refusal counts."""
_PATH = "/chat/completions"
_AT_ONCE = 16
"""Events after which others have their turn: of an answer for which there was no time, hundreds may
have come."""
_CONNECT = 30.0
_KEEP_ALIVE = 4.0
"""Seconds between two turns on one connection: most servers close it after five, and a turn that is
sent at this moment would be lost."""


@dataclass(frozen=True)
class BackendOptions:
    """One backend as the configuration describes it."""

    name: str
    endpoint: Endpoint
    """With no `openai_beta`; its time-out is that of the list of models."""
    models: tuple[str, ...] = ()
    """What it serves; empty: what its `/models` lists."""
    concurrency: int = 1
    """Runs at once."""
    timeout: float = 600.0
    """Seconds for a whole turn."""
    first_byte: float = 120.0
    """Seconds to the head of the answer, and from there to its first delta."""
    idle: float = 60.0
    """Seconds from one part of the answer to the next; comments are none."""


class Backend:
    """A chat model behind HTTP; an async context manager that closes its connections.

    A turn is sent again only while no delta of it was given: changed, where the backend names a
    field that it does not take; as it is, where the backend is busy or loads the model.
    """

    def __init__(
        self, options: BackendOptions, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self.options = options
        self._sleep = sleep
        endpoint = replace(options.endpoint, keep_alive=_KEEP_ALIVE)
        self._transport = Transport(endpoint, sleep=sleep)
        self._adaptations: dict[str, Adaptation] = {}
        self._estimates: dict[str, TokenEstimate] = {}

    async def __aenter__(self) -> Self:
        """Open the pool of connections. Raises ServiceError for settings that cannot be used."""
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._transport.__aexit__(kind, error, traceback)

    def estimate(self, model: str) -> TokenEstimate:
        """How many tokens a prompt has for a model, as learned from what was counted so far."""
        return self._estimates.setdefault(model, TokenEstimate())

    def describe(self, model: str) -> str:
        """What errors name: the backend, its address without credentials, and the model."""
        return f"{self.options.name} ({self.options.endpoint.address}, model {model})"

    async def list_models(self) -> list[ListedModel]:
        """What its `/models` has. Raises ServiceError."""
        response = await self._transport.send(Request("GET", "/models"))
        try:
            return read_models(read_json(response.text), self.options.name)
        except ValueError:
            raise Unreadable("its list of models is not JSON") from None

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the deltas of a turn as they come, and its result. Raises ChatError."""
        learned = self._adaptations.setdefault(request.model, Adaptation())
        deadline = asyncio.get_running_loop().time() + self.options.timeout
        who = self.describe(request.model)
        attempts = _Attempts(self.options, who, learned, self.estimate(request.model), deadline)
        while True:
            payload, assembler = learned.payload(request), ChunkAssembler()
            try:
                async with aclosing(self._answer(payload, assembler, deadline)) as events:
                    async for event in events:
                        if isinstance(event, ChatResult):
                            yield self._check(event, request, assembler)
                        else:
                            yield event
                return
            except (ServiceError, ErrorInStream) as error:
                wait = attempts.wait_after(error, request, payload, assembler.begun)
            except ChatError as error:
                raise error.named(who, begun=assembler.begun) from None
            await self._sleep(wait)

    async def _answer(
        self, payload: Json, assembler: ChunkAssembler, deadline: float
    ) -> AsyncGenerator[ChatEvent, None]:
        """One attempt at a turn. Raises ServiceError, ErrorInStream and ChatError."""
        numbers = count(1)
        async with (
            self._transport.stream(_request(payload), self._limits(deadline)) as response,
            aclosing(self._events(response, assembler)) as events,
        ):
            async for event in events:
                if assembler.done:
                    break  # nothing is to follow
                if next(numbers) % _AT_ONCE == 0:
                    await asyncio.sleep(0)
                try:
                    for delta in assembler.feed(event.data, event.event):
                        yield delta
                except ErrorInStream as error:
                    raise ErrorInStream(redact(error.text, response.secrets)) from None
        for last in assembler.finish():
            yield last

    def _limits(self, deadline: float) -> Limits:
        """Those of one attempt; before the first delta, nothing need come for longer."""
        options = self.options
        return Limits(
            connect=_CONNECT,
            first_byte=options.first_byte,
            idle=max(options.first_byte, options.idle),
            total=round(deadline - asyncio.get_running_loop().time(), 1),
            body=LARGEST_STREAM,
        )

    async def _events(
        self, response: ResponseStream, assembler: ChunkAssembler
    ) -> AsyncGenerator[ServerSentEvent, None]:
        """The events of an answer, each in its time; of one that is no stream, one with all of it.

        An answer that is at its end but for the usage ends where that does not come. One that is
        done is read to the end of its body, if that comes at once: only then the connection can be
        used again.
        """
        clock = asyncio.get_running_loop().time
        with closing(WaitTimer()) as timer:
            async with aclosing(read_answer(response)) as events:
                while True:
                    wait = self._patience(assembler)
                    try:
                        event = await timer.wait(anext(events), clock() + wait)
                    except StopAsyncIteration:
                        return
                    except (TimeoutError, ServiceError) as error:
                        if assembler.ended:
                            return
                        if isinstance(error, ServiceError):
                            raise
                        raise TimedOut(f"nothing of the answer came within {wait:g} s") from None
                    yield event

    def _patience(self, assembler: ChunkAssembler) -> float:
        """Seconds in which the next event must come; one that holds no delta yet is the first."""
        if assembler.done:
            return _AFTER_DONE
        if assembler.ended:
            return min(AFTER_FINISH, self.options.idle)
        return self.options.idle if assembler.begun else self.options.first_byte

    def _check(
        self, result: ChatResult, request: ChatRequest, assembler: ChunkAssembler
    ) -> ChatResult:
        """The result with notes on what was adapted, once it was found to be what was asked for."""
        learned = self._adaptations[request.model]
        learned.reasoning_name = assembler.reasoning_name or learned.reasoning_name
        notes = [*learned.notes(request), *result.notes]
        if result.usage is not None:
            counted = result.usage["prompt_tokens"]
            cut = self.estimate(request.model).learn(request.messages, request.tools, counted)
            notes += [cut] if cut else []
        check_forced(request, result)
        return replace(result, notes=tuple(notes))


def _request(payload: Json) -> Request:
    return Request(
        "POST",
        _PATH,
        body=write_json(payload).encode(),
        names_object=True,  # the model, which a 404 is about
        accept="text/event-stream, application/json",
    )


class _Attempts:
    """Decides after each failure of one turn whether there is another attempt."""

    def __init__(
        self,
        options: BackendOptions,
        who: str,
        learned: Adaptation,
        estimate: TokenEstimate,
        deadline: float,
    ) -> None:
        self._options = options
        self._who = who
        self._learned = learned
        self._estimate = estimate
        self._deadline = deadline
        self._adaptations = 0
        self._retries = 0

    def wait_after(
        self,
        failure: ServiceError | ErrorInStream,
        request: ChatRequest,
        payload: Json,
        begun: bool,
    ) -> float:
        """Return the seconds before the next attempt. Raises ChatError if there is none."""
        in_stream = isinstance(failure, ErrorInStream)
        error = self._reported(failure.text) if isinstance(failure, ErrorInStream) else failure
        wait = None if begun else self._wait(error, request, payload, in_stream)
        if wait is None or asyncio.get_running_loop().time() + wait > self._deadline:
            notes = self._learned.notes(request)
            ended_by = chat_error(error, self._who, begun=begun, notes=notes)
            if ended_by.context_size is not None:
                counted = prompt_tokens(error.message)
                self._estimate.learn_refusal(request, ended_by.context_size, counted)
            raise ended_by from None
        return wait

    def _reported(self, text: str) -> ServiceError:
        host = self._options.endpoint.host
        return error_in_stream(text, RequestContext("POST", host, _PATH, names_object=True))

    def _wait(
        self, error: ServiceError, request: ChatRequest, payload: Json, in_stream: bool
    ) -> float | None:
        if self._adaptations < _MOST_ADAPTATIONS and self._learned.learn(error, request, payload):
            self._adaptations += 1
            return 0.0
        wait = retry_wait(error, self._retries, in_stream=in_stream)
        self._retries += 1
        return wait
