"""What can go wrong with one exchange: what is done to it, and what has to be said of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from assistant_tui.core.errors import (
    NotServed,
    Offline,
    RateLimited,
    ServerFault,
    ServiceError,
    TimedOut,
    Unreadable,
)
from tests.fakeserver.proxy import Exchange, Fault, Reply

READS = ("list", "retrieve")
WRITES = ("create", "modify", "delete")
LARGEST = 200_000
"""Bytes of an answer that the clients here take."""

Spoiling = Callable[[Exchange, Reply], Awaitable[None]]
_NO_REPLY = Reply(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}")

TOO_LARGE = "is larger than"
"""What is said of an answer above the limit."""


@dataclass(frozen=True)
class Trouble:
    """A fault, and what a program must make of it."""

    name: str
    act: Fault
    error: type[ServiceError]
    words: str
    """What is said where it cannot be helped; a regular expression."""
    carried_out: bool = False
    """The server did what was asked."""
    certain: bool = False
    """The program can know that the server did not."""
    lasting: bool = False
    """Asking again cannot help, and is not done."""
    silent: bool = False
    """Nothing is said, so that only a time-out ends it."""
    deletes: bool = False
    """A deletion that is answered like this counts as done."""
    repeats_all: bool = field(default=False)
    """The server certainly did nothing and wants to be asked again: so even a create is."""

    def __str__(self) -> str:
        """How tests are called."""
        return self.name

    def is_repeated(self, part: str) -> bool:
        """Whether a request to this part of the API is sent again."""
        return self.repeats_all or (not self.lasting and part not in ("create", "modify"))

    def is_asked_in_parts(self, part: str) -> bool:
        """Whether a list that is too large is asked for anew in fewer rows, without a wait."""
        return part == "list" and self.words == TOO_LARGE


def _before(spoil: Spoiling) -> Fault:
    """The request arrives whole, but is not carried out."""

    async def act(exchange: Exchange) -> None:
        await exchange.receive()
        await spoil(exchange, _NO_REPLY)

    return act


def _after(spoil: Spoiling) -> Fault:
    """The request is carried out, and then something happens."""

    async def act(exchange: Exchange) -> None:
        await exchange.receive()
        await spoil(exchange, await exchange.carry_out())

    return act


async def reset_in_the_request(exchange: Exchange) -> None:
    """Nothing but the first line is read."""
    exchange.reset()


async def _reset(exchange: Exchange, reply: Reply) -> None:
    exchange.reset()


async def _close(exchange: Exchange, reply: Reply) -> None:
    exchange.close()


async def _reset_in_the_head(exchange: Exchange, reply: Reply) -> None:
    await exchange.send(reply.head[:20])
    exchange.reset()


async def _close_in_the_body(exchange: Exchange, reply: Reply) -> None:
    await exchange.send(reply.head + reply.body[:-1])
    exchange.close()


async def _say_nothing(exchange: Exchange, reply: Reply) -> None:
    await exchange.ends()


async def _promise_more(exchange: Exchange, reply: Reply) -> None:
    await exchange.send(_with_length(reply, len(reply.body) + 99))
    exchange.close()


async def _promise_less(exchange: Exchange, reply: Reply) -> None:
    await exchange.send(_with_length(reply, len(reply.body) // 2))
    exchange.close()


def _with_length(reply: Reply, length: int) -> bytes:
    """An answer whose head says another length than the body has."""
    told = b"content-length: %d" % len(reply.body)
    assert told in reply.head
    return reply.head.replace(told, b"content-length: %d" % length) + reply.body


async def _endless(exchange: Exchange, reply: Reply) -> None:
    exchange.over = True
    await exchange.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        await exchange.send(b"1000\r\n" + b" " * 0x1000 + b"\r\n")


async def _babble(exchange: Exchange, reply: Reply) -> None:
    await exchange.send(b"220 mail.test ESMTP\r\n")
    exchange.close()


async def drip_for_ever(exchange: Exchange) -> None:
    """Bytes keep coming, one at a time, but the answer is never whole."""
    await exchange.receive()
    exchange.over = True
    await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        await exchange.send(b" ")
        await asyncio.sleep(0.02)


def answer(status: int, body: bytes, **headers: str) -> Spoiling:
    """Say this in the place of the server."""
    told = {"content-length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())

    async def spoil(exchange: Exchange, reply: Reply) -> None:
        await exchange.send(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)

    return spoil


def refusal(status: int, **headers: str) -> Spoiling:
    """A status with words in the API's envelope."""
    error = {"message": f"said {status}", "type": "server_error", "param": None, "code": None}
    return answer(status, json.dumps({"error": error}).encode(), **headers)


def limited(**headers: str) -> Fault:
    """Too many requests; the headers say for how long."""
    return _before(refusal(429, **headers))


def redirected(status: int, url: str) -> Fault:
    """It is somewhere else, says the server."""
    return _before(answer(status, b"", location=url))


async def trickled(exchange: Exchange) -> None:
    """The answer comes whole, but in small pieces."""
    await exchange.receive()
    head, body = await exchange.carry_out()
    whole = head + body
    for start in range(0, len(whole), 50):
        await exchange.send(whole[start : start + 50])
        await asyncio.sleep(0)


def late(seconds: float) -> Fault:
    """The answer comes, later."""

    async def act(exchange: Exchange) -> None:
        await exchange.receive()
        await asyncio.sleep(seconds)
        head, body = await exchange.carry_out()
        await exchange.send(head + body)

    return act


async def answered_and_reset(exchange: Exchange) -> None:
    """The answer is sent whole, and the kept connection closed behind it."""
    await exchange.receive()
    head, body = await exchange.carry_out()
    await exchange.send(head + body)
    exchange.close()


async def longer_than_it_said(exchange: Exchange) -> None:
    """The body goes on where it should end, and the connection is kept."""
    await exchange.receive()
    await exchange.send(_with_length(await exchange.carry_out(), 10))


HTML = b"<html><body>Bad gateway</body></html>"
_LOST = "connection to .* lost"
_UNHEARD = "closed the connection without an answer"


def _both(
    name: str, spoil: Spoiling, error: type[ServiceError], words: str, *, silent: bool = False
) -> list[Trouble]:
    """The same fault before the server has acted, and after."""
    return [
        Trouble(f"{name} before it is done", _before(spoil), error, words, silent=silent),
        Trouble(
            f"{name} after it is done", _after(spoil), error, words, carried_out=True, silent=silent
        ),
    ]


reset_before_it_is_done = _before(_reset)
reset_after_it_is_done = _after(_reset)

TROUBLES = [
    Trouble("reset in the request", reset_in_the_request, Offline, _LOST),
    *_both("reset", _reset, Offline, _LOST),
    *_both("closed", _close, Offline, _UNHEARD),
    *_both("reset in the head", _reset_in_the_head, Offline, _LOST),
    *_both("silence", _say_nothing, TimedOut, "no answer from .* within", silent=True),
    *_both("500", refusal(500), ServerFault, r"said 500 \(status 500\)"),
    *_both("502, a page", answer(502, HTML), ServerFault, r"502 Bad Gateway \(status 502\)"),
    *_both("503", refusal(503, retry_after="7"), ServerFault, r"said 503 \(status 503"),
    *_both("504, empty", answer(504, b""), ServerFault, r"504 Gateway Timeout \(status 504\)"),
    Trouble(
        "501",
        _before(refusal(501)),
        NotServed,
        "does not serve .*said 501|this server cannot ",
        certain=True,
        lasting=True,
    ),
    Trouble(
        "429",
        limited(retry_after="3"),
        RateLimited,
        "said 429",
        certain=True,
        repeats_all=True,
    ),
    Trouble(
        "429 for an hour",
        limited(retry_after="3600"),
        RateLimited,
        "said 429",
        certain=True,
        lasting=True,
    ),
    Trouble("cut off", _after(_close_in_the_body), Unreadable, "was cut off", carried_out=True),
    Trouble("promising more", _after(_promise_more), Unreadable, "was cut off", carried_out=True),
    Trouble(
        "promising less",
        _after(_promise_less),
        Unreadable,
        "the answer is not a",
        carried_out=True,
        lasting=True,
        deletes=True,
    ),
    Trouble(
        "an endless answer",
        _after(_endless),
        Unreadable,
        TOO_LARGE,
        carried_out=True,
        lasting=True,
    ),
    Trouble("another protocol", _before(_babble), Offline, "or does not speak HTTP"),
    Trouble(
        "success without effect",
        _before(answer(200, b"{}")),
        Unreadable,
        "the answer is not a",
        lasting=True,
        deletes=True,
    ),
    Trouble(
        "a login page",
        _before(answer(200, HTML)),
        Unreadable,
        "it is an HTML page",
        lasting=True,
    ),
]
"""All that can befall one request that reaches the other side at all."""

HELPED = {
    "in pieces": trickled,
    "late": late(0.05),
    "closed behind the answer": answered_and_reset,
}
"""What is odd, but no fault."""
