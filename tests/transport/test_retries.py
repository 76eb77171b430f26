"""The decision whether and when to repeat, as a table; then as the client carries it out."""

import httpx
import pytest

from assistant_tui.core.errors import (
    NotFound,
    Offline,
    RateLimited,
    ServerFault,
    ServiceError,
    TimedOut,
    Unreadable,
)
from assistant_tui.transport.messages import FailedAttempt
from assistant_tui.transport.retries import (
    read_retry_after,
    read_should_retry,
    read_told_wait,
    retry_delay,
)
from tests.api.support import (
    ASSISTANT,
    DELETIONS,
    READS,
    WRITES,
    Action,
    Reply,
    ScriptedServer,
    client,
)

SAFE = ("GET", "DELETE")
REPEATABLE = {**READS, **DELETIONS}
LIST_OR_ASSISTANT = Reply(body='{"id": "asst_1", "data": []}')


def failed(
    status: int | None,
    *,
    arrived: bool = True,
    code: str | None = None,
    retry_after: float | None = None,
    should_retry: bool | None = None,
    permanent: bool = False,
) -> FailedAttempt:
    error = ServiceError(
        "x", status=status, code=code, retry_after=retry_after, may_have_arrived=arrived
    )
    return FailedAttempt(error, permanent, should_retry)


@pytest.mark.parametrize("status", [None, 408, 409, 429, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("method", SAFE)
def test_reads_and_deletions_are_repeated_where_it_may_help(
    method: str, status: int | None
) -> None:
    assert retry_delay(method, failed(status), 0) == 0.5


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 405, 413, 422, 501])
@pytest.mark.parametrize("method", [*SAFE, "POST"])
def test_nothing_is_repeated_that_would_fail_again(method: str, status: int) -> None:
    assert retry_delay(method, failed(status), 0) is None


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (failed(429), 0.5),
        (failed(None, arrived=False), 0.5),
        (failed(None), None),
        (failed(500), None),
        (failed(503, retry_after=1.0), None),
        (failed(409), None),
        (failed(408), None),
        (failed(500, should_retry=True), None),
        (failed(429, should_retry=False), None),
        (failed(429, code="insufficient_quota"), None),
    ],
)
def test_a_write_is_repeated_only_if_it_was_certainly_not_carried_out(
    failure: FailedAttempt, wait: float | None
) -> None:
    assert retry_delay("POST", failure, 0) == wait


@pytest.mark.parametrize("method", SAFE)
@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (failed(400, should_retry=True), 0.5),
        (failed(500, should_retry=False), None),
        (failed(None, permanent=True), None),
        (failed(429, code="insufficient_quota", should_retry=True), None),
        (failed(429, retry_after=0.25), 0.25),
        (failed(429, retry_after=120.0), 120.0),
        (failed(429, retry_after=120.1), None),
        (failed(503, retry_after=7.0), 7.0),
    ],
)
def test_the_word_of_the_server_counts(
    method: str, failure: FailedAttempt, wait: float | None
) -> None:
    assert retry_delay(method, failure, 0) == wait


def test_waits_double_up_to_a_limit_and_lose_up_to_a_quarter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant_tui.transport.retries.MOST_RETRIES", 10)
    waits = [retry_delay("GET", failed(500), retries) for retries in range(7)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert retry_delay("GET", failed(500), 1, jitter=1.0) == 0.75


def test_two_repetitions_and_no_more() -> None:
    waits = [retry_delay("GET", failed(500), retries) for retries in range(3)]
    assert waits == [0.5, 1.0, None]


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:10 GMT"}, None),
        ({"retry-after": "Sat, 99 Foo 99999 00:00:00 GMT"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "9", "retry-after-ms": "x"}, 9.0),
    ],
)
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Try again in 6 seconds", 6.0),
        ("Please try again in 20s. Visit https://x.test/1h", 20.0),
        ("please try again in 1m30.5s.", 90.5),
        ("Requests have exceeded the limit. Please retry after 7 seconds.", 7.0),
        ("Retry in 250ms", 0.25),
        ("please try again in 120 milliseconds", 0.12),
        ("wait 2 minutes", 120.0),
        ("Too many requests, wait for about 1 hour", 3600.0),
        ("try again in 6m0s", 360.0),
        ("try again in 0s", None),
        ("try again later. 5 seconds is the limit", None),
        ("Limit: 5 requests per 6 seconds", None),
        ("try again in 5 swans", None),
        ("try again " + "in " * 5_000 + "5 s", None),
        ("", None),
    ],
)
def test_words_that_tell_how_long_to_wait(message: str, seconds: float | None) -> None:
    assert read_told_wait(message, {}, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset-requests": "6s", "x-ratelimit-remaining-requests": "0"}, 6.0),
        ({"x-ratelimit-reset-tokens": "1m2s", "x-ratelimit-remaining-tokens": "0"}, 62.0),
        ({"x-ratelimit-reset-tokens": "6s", "x-ratelimit-remaining-tokens": "9"}, None),
        ({"x-ratelimit-reset-tokens": "6s"}, None),
        ({"ratelimit-reset": "9"}, 9.0),
        ({"x-ratelimit-reset": str(NOW + 12)}, 12.0),
        ({"x-ratelimit-reset": str(NOW - 12)}, None),
        ({"x-ratelimit-reset": "soon"}, None),
    ],
)
def test_headers_that_tell_when_more_is_allowed(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert read_told_wait("no", headers, NOW) == seconds


@pytest.mark.parametrize(
    "action", [*REPEATABLE.values(), *WRITES.values()], ids=[*REPEATABLE, *WRITES]
)
async def test_a_wait_that_is_told_in_words_is_kept_more_often_than_others(action: Action) -> None:
    words = Reply(429, '{"error": {"message": "Try again in 6 seconds"}}')
    script = ScriptedServer(*[words] * 5, LIST_OR_ASSISTANT)
    async with client(script) as opened:
        await action(opened)
    assert script.waits == [6.0] * 5
    script = ScriptedServer(words)
    async with client(script) as opened:
        with pytest.raises(RateLimited, match="6 seconds"):
            await action(opened)
    assert len(script.requests) == 11


def test_a_told_wait_is_kept_ten_times_after_a_429_alone() -> None:
    assert retry_delay("GET", failed(503, retry_after=6.0), 2) is None
    assert retry_delay("GET", failed(429, retry_after=6.0), 9) == 6.0
    assert retry_delay("GET", failed(429, retry_after=6.0), 10) is None


@pytest.mark.parametrize(
    ("text", "said"), [("true", True), ("FALSE", False), ("", None), ("maybe", None)]
)
def test_should_retry(text: str, said: bool | None) -> None:
    assert read_should_retry({"x-should-retry": text}) is said


@pytest.mark.parametrize("action", REPEATABLE.values(), ids=REPEATABLE)
@pytest.mark.parametrize(
    "fault",
    [
        Reply(500, "no"),
        Reply(429, "no"),
        Reply(409, "no"),
        Reply(408, "no"),
        httpx.ConnectError("x"),
        httpx.ReadError("x"),
        httpx.ReadTimeout("x"),
        httpx.RemoteProtocolError("x"),
        httpx.PoolTimeout("x"),
    ],
)
async def test_reads_and_deletions_try_three_times(
    action: Action, fault: Reply | Exception
) -> None:
    script = ScriptedServer(fault, fault, LIST_OR_ASSISTANT)
    async with client(script) as opened:
        await action(opened)
    assert script.waits == [0.5, 1.0]
    script = ScriptedServer(fault)
    async with client(script) as opened:
        with pytest.raises(ServiceError):
            await action(opened)
    assert len(script.requests) == 3


@pytest.mark.parametrize("action", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    "fault",
    [
        Reply(429, "no"),
        httpx.ConnectError("x"),
        httpx.ConnectTimeout("x"),
        httpx.PoolTimeout("x"),
        httpx.ProxyError("x"),
    ],
)
async def test_writes_are_repeated_where_nothing_was_sent(
    action: Action, fault: Reply | Exception
) -> None:
    script = ScriptedServer(fault, LIST_OR_ASSISTANT)
    async with client(script) as opened:
        await action(opened)
    assert len(script.requests) == 2
    script = ScriptedServer(fault)
    async with client(script) as opened:
        with pytest.raises(ServiceError) as raised:
            await action(opened)
    assert not raised.value.may_have_arrived


@pytest.mark.parametrize("action", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Reply(500, "no"), ServerFault),
        (Reply(503, "no", {"x-should-retry": "true"}), ServerFault),
        (httpx.ReadError("x"), Offline),
        (httpx.WriteError("x"), Offline),
        (httpx.RemoteProtocolError("x"), Offline),
        (httpx.ReadTimeout("x"), TimedOut),
        (httpx.WriteTimeout("x"), TimedOut),
        (Reply(200, ""), Unreadable),
        (Reply(200, "null"), Unreadable),
        (Reply(200, "<html>"), Unreadable),
        (Reply(200, '{"object": "assistant"}'), Unreadable),
        (Reply(200, ASSISTANT[:-5]), Unreadable),
    ],
)
async def test_a_write_that_may_have_arrived_is_said_and_not_repeated(
    action: Action, fault: Reply | Exception, kind: type[ServiceError]
) -> None:
    script = ScriptedServer(fault)
    async with client(script) as opened:
        with pytest.raises(kind) as raised:
            await action(opened)
    assert raised.value.may_have_arrived
    assert len(script.requests) == 1


@pytest.mark.parametrize("action", READS.values(), ids=READS)
async def test_a_read_never_may_have_arrived(action: Action) -> None:
    async with client(ScriptedServer(httpx.ReadError("x"))) as opened:
        with pytest.raises(Offline) as raised:
            await action(opened)
    assert not raised.value.may_have_arrived


@pytest.mark.parametrize("fault", [httpx.ReadError("x"), httpx.ReadTimeout("x"), Reply(500, "no")])
async def test_a_deletion_whose_answer_was_lost_is_done_when_the_id_is_gone(
    fault: Reply | Exception,
) -> None:
    script = ScriptedServer(fault, Reply(404, "gone"))
    async with client(script) as opened:
        await opened.delete("asst_1")
    assert script.methods == ["DELETE", "DELETE"]


@pytest.mark.parametrize("fault", [httpx.ConnectError("x"), Reply(429, "no"), Reply(409, "no")])
async def test_a_deletion_that_certainly_did_not_arrive_is_not_done_by_a_404(
    fault: Reply | Exception,
) -> None:
    async with client(ScriptedServer(fault, Reply(404, "gone"))) as opened:
        with pytest.raises(NotFound):
            await opened.delete("asst_1")


async def test_a_lost_deletion_stays_in_doubt_whatever_fails_after_it() -> None:
    script = ScriptedServer(httpx.ReadError("x"), httpx.ConnectError("x"))
    async with client(script) as opened:
        with pytest.raises(Offline) as raised:
            await opened.delete("asst_1")
    assert raised.value.may_have_arrived


async def test_the_wait_that_the_server_asks_for_is_kept() -> None:
    script = ScriptedServer(
        Reply(429, "no", {"Retry-After": "7"}), Reply(429, "no", {"retry-after": "600"})
    )
    async with client(script) as opened:
        with pytest.raises(RateLimited) as raised:
            await opened.list()
    assert script.waits == [7.0]
    assert raised.value.retry_after == 600


async def test_no_credit_is_not_asked_for_again() -> None:
    body = '{"error": {"message": "no credit", "type": "insufficient_quota", "code": null}}'
    script = ScriptedServer(Reply(429, body))
    async with client(script) as opened:
        with pytest.raises(RateLimited, match="no credit"):
            await opened.list()
    assert script.waits == []
