"""Requests about threads: what is sent, what is read, and what is learned of a server."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from assistant_tui.api.threads import ThreadsClient
from assistant_tui.core.errors import (
    NotFound,
    NotServed,
    ServerFault,
    ServiceError,
    Unreadable,
    WrongObject,
)
from assistant_tui.core.resource import RUNS, STEPS, Capability
from assistant_tui.core.threads.events import ThreadEvent
from tests.api.support import Reply, ScriptedServer, client
from tests.fakeserver.deviations import refusal
from tests.fakeserver.thread_rules import ThreadRules
from tests.fakeserver.threads import ThreadServer
from tests.services.support import client_of

RUN = {"id": "run_1", "object": "thread.run", "status": "queued", "thread_id": "t"}
ODD = "a/b?c=..#%41 \u00fc"


@asynccontextmanager
async def scripted(
    *replies: Reply | Exception,
) -> AsyncIterator[tuple[ThreadsClient, ScriptedServer]]:
    script = ScriptedServer(*replies)
    async with client(script) as opened:
        yield ThreadsClient(opened.transport, opened.reader, opened.server), script


@asynccontextmanager
async def threads_of(server: ThreadServer) -> AsyncIterator[ThreadsClient]:
    async with client_of(server) as opened:
        yield ThreadsClient(opened.transport, opened.reader, opened.server)


async def events_of(threads: ThreadsClient) -> list[ThreadEvent]:
    async with threads.start_run("t", {"assistant_id": '"asst_1"'}) as answer:
        return [event async for event in answer.events()]


async def test_ids_are_parts_of_paths_whatever_they_are() -> None:
    async with scripted(Reply(body=json.dumps(RUN | {"id": ODD}))) as (threads, script):
        await threads.retrieve_run(ODD, ODD)
        quoted = "a%2Fb%3Fc%3D%2E%2E%23%2541%20%C3%BC"
        assert script.last.url.raw_path.decode() == f"/v1/threads/{quoted}/runs/{quoted}"
    for ask in ("", "t"):
        async with scripted(Reply(body="{}")) as (threads, script):
            with pytest.raises(NotFound):
                await threads.cancel_run(ask, "")
            assert script.requests == []


async def test_an_answer_about_another_run_is_refused() -> None:
    async with scripted(Reply(body=json.dumps(RUN))) as (threads, _):
        with pytest.raises(WrongObject):
            await threads.retrieve_run("t", "run_2")


async def test_a_stream_is_asked_for_with_the_exact_values() -> None:
    stream = b'event: thread.run.created\ndata: {"id": "run_1"}\n\nevent: done\ndata: [DONE]\n\n'
    async with scripted(Reply(body=stream)) as (threads, script):
        async with threads.start_run("t", {"temperature": "1.0", "top_p": "1E0"}) as answer:
            events = [event async for event in answer.events()]
        assert answer.is_stream
        assert [event.name for event in events] == ["thread.run.created", "done"]
        assert script.last.headers["accept"] == "text/event-stream"
        assert script.last.content == b'{"temperature": 1.0, "top_p": 1E0, "stream": true}'


@pytest.mark.parametrize("head", [b": ping\n\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"retry: 5\n"])
@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain", "application/json"])
async def test_what_looks_like_a_stream_is_one(head: bytes, kind: str) -> None:
    body = head + b'data: {"id": "run_1", "object": "thread.run", "status": "queued"}\n\n'
    async with scripted(Reply(body=body, headers={"content-type": kind})) as (threads, _):
        assert [event.name for event in await events_of(threads)] == ["thread.run.queued"]


async def test_a_run_in_the_place_of_a_stream_is_one_event() -> None:
    async with scripted(Reply(body=f"\n {json.dumps(RUN)}")) as (threads, _):
        assert await events_of(threads) == [ThreadEvent("thread.run.queued", RUN)]


@pytest.mark.parametrize("body", ["", "null", "[1]", '{"id"', "  "])
async def test_what_is_neither_may_have_started_a_run(body: str) -> None:
    async with scripted(Reply(body=body)) as (threads, _):
        with pytest.raises(Unreadable) as caught:
            await events_of(threads)
        assert caught.value.may_have_arrived


async def test_a_server_says_when_to_look_again() -> None:
    for told, seconds in (
        ("1500", 1.5),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
    ):
        reply = Reply(body=json.dumps(RUN), headers={"openai-poll-after-ms": told})
        async with scripted(reply) as (threads, _):
            assert (await threads.retrieve_run("t", "run_1")).poll_after == seconds


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_what_a_server_cannot_do_is_asked_once(status: int) -> None:
    server = ThreadServer("Yes.", rules=ThreadRules(absent={"steps": status, "cancel": status}))
    async with threads_of(server) as threads:
        thread = server.make_thread({})["id"]
        await threads.start_run(thread, {"assistant_id": '"a"'}).__aenter__()
        (run,) = server.runs
        for _ in range(3):
            with pytest.raises(NotServed):
                await threads.list_steps(thread, run)
            with pytest.raises(NotServed):
                await threads.cancel_run(thread, run)
        assert server.count("steps") == server.count("cancel") == 1
        assert not threads.can(Capability.LIST, STEPS)
        assert not threads.can(Capability.CANCEL, RUNS)


async def test_what_is_gone_is_no_missing_route() -> None:
    server = ThreadServer("Yes.")
    async with threads_of(server) as threads:
        for ask in (threads.list_messages, threads.list_runs):
            with pytest.raises(NotFound):
                await ask("thread_gone")
        with pytest.raises(NotFound):
            await threads.cancel_run("thread_gone", "run_gone")
        thread = server.make_thread({"messages": [{"role": "user", "content": "Hi"}]})["id"]
        assert len((await threads.list_messages(thread)).rows) == 1
        del server.threads[thread]
        with pytest.raises(NotFound):
            await threads.list_messages(thread)
        assert threads.can(Capability.LIST, RUNS)


async def test_a_server_that_takes_no_outputs_is_asked_once() -> None:
    server = ThreadServer([("f", "{}")], rules=ThreadRules(absent={"submit": 501}))
    async with threads_of(server) as threads:
        thread = server.make_thread({})["id"]
        await threads.start_run(thread, {"assistant_id": '"a"'}).__aenter__()
        for _ in range(2):
            with pytest.raises(NotServed):
                async with threads.submit_outputs(thread, next(iter(server.runs)), {}):
                    pass
        assert server.count("submit_tool_outputs") == 1


async def test_a_long_thread_is_read_oldest_first() -> None:
    server = ThreadServer()
    texts = [f"Message {at}" for at in range(250)]
    thread = server.make_thread({"messages": [{"role": "user", "content": t} for t in texts]})["id"]
    async with threads_of(server) as threads:
        listed = await threads.list_messages(thread)
        assert listed.complete
        assert [row.id for row in listed.rows] == [each["id"] for each in server.messages[thread]]
        assert server.count("messages") == 3
        newest = await threads.list_messages(thread, 100)
        assert not newest.complete and newest.rows == listed.rows[-100:]


async def test_a_list_that_comes_oldest_first_stays_so() -> None:
    rows = [{"id": f"m{at}", "created_at": 100.5 + at} for at in range(3)]
    async with scripted(Reply(body=json.dumps({"data": rows, "has_more": False}))) as (threads, _):
        assert [row.id for row in (await threads.list_messages("t")).rows] == ["m0", "m1", "m2"]


async def test_a_server_that_fails_with_a_cursor_has_one_page() -> None:
    server = ThreadServer(rules=ThreadRules(has_cursor=False))
    messages = [{"role": "user", "content": f"{at}"} for at in range(130)]
    thread = server.make_thread({"messages": messages})["id"]
    async with threads_of(server) as threads:
        listed = await threads.list_messages(thread)
        assert not listed.complete and len(listed.rows) == 100
        assert "129" in listed.rows[-1].text, "the newest"


async def test_a_server_that_repeats_its_first_page_is_not_asked_for_ever() -> None:
    rows = [{"id": f"m{at}"} for at in range(100)]
    async with scripted(Reply(body=json.dumps({"data": rows, "has_more": True}))) as (
        threads,
        script,
    ):
        assert len((await threads.list_messages("t")).rows) == 100
        assert len(script.requests) == 2


async def test_a_server_that_is_down_lacks_nothing() -> None:
    async with scripted(httpx.ConnectError("refused")) as (threads, _):
        with pytest.raises(ServiceError):
            await threads.list_threads()
        assert threads.can(Capability.LIST, STEPS)
    async with scripted(Reply(status=500)) as (threads, _):
        with pytest.raises(ServerFault):
            await threads.list_steps("t", "r")
        assert threads.can(Capability.LIST, STEPS)


async def test_no_message_quotes_the_key() -> None:
    secret = "sk-very-secret-0123456789"
    body = f'{{"error": {{"message": "bad key {secret}"}}}}'
    script = ScriptedServer(Reply(status=400, body=body))

    async def key(*, again: bool = False) -> str:
        return secret

    async with client(script, key=key) as opened:
        threads = ThreadsClient(opened.transport, opened.reader, opened.server)
        with pytest.raises(ServiceError) as caught:
            await events_of(threads)
        assert secret not in str(caught.value) and "bad key" in str(caught.value)


async def test_no_run_quotes_the_key() -> None:
    secret = "sk-very-secret-0123456789"
    failed = RUN | {"status": "failed", "last_error": {"message": f"bad key {secret}"}}
    listed = json.dumps({"data": [failed], "has_more": False})
    streams = [
        f"event: thread.run.failed\ndata: {json.dumps(failed | more)}\n\n"
        for more in ({}, {"delta": {"index": 1}})
    ]
    replies = [Reply(body=each) for each in (*streams, json.dumps(failed), listed)]
    script = ScriptedServer(*replies)

    async def key(*, again: bool = False) -> str:
        return secret

    async with client(script, key=key) as opened:
        threads = ThreadsClient(opened.transport, opened.reader, opened.server)
        seen = [
            str(await events_of(threads)),
            str(await events_of(threads)),
            str(await threads.retrieve_run("t", "run_1")),
            str(await threads.list_runs("t")),
        ]
    for text in seen:
        assert "bad key" in text and secret not in text


async def test_a_message_to_a_thread_that_is_gone_says_so_and_learns_nothing() -> None:
    server = ThreadServer()
    body = {"role": '"user"', "content": '"Hi"'}
    async with threads_of(server) as threads:
        with pytest.raises(NotFound, match="No thread found"):
            await threads.create_message("thread_gone", body)
        with pytest.raises(NotFound, match="No thread found"):
            async with threads.start_run("thread_gone", {}):
                pass
        thread = server.make_thread({})["id"]
        server.deviations["messages"] = lambda request: refusal(404, "No such file: file_x")
        with pytest.raises(NotServed, match="file_x"):
            await threads.create_message(thread, body)
        del server.deviations["messages"]
        await threads.create_message(thread, body)
        assert len(server.messages[thread]) == 1
