"""A kind of object that the program does not know yet needs a parser and its names, no more."""

import json
from typing import Any

import pytest

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.parsing import Keep, text_of
from assistant_tui.api.resource import ResourceClient
from assistant_tui.core.errors import NotFound, NotServed, Unreadable, WrongObject
from assistant_tui.core.json_text import members
from assistant_tui.core.resource import Capability, ResourceKind
from assistant_tui.core.rows import ResourceRow
from tests.api.support import Reply, ScriptedServer, client

MESSAGE = '{"id": "msg_1", "object": "thread.message", "role": "user"}'


def parse_message(value: Any, text: str, keep: Keep) -> ResourceRow:
    """A parser as short as one can be."""
    return ResourceRow(text_of(members(text), "id"), None, keep(text))


MESSAGES = ResourceKind("messages", "message", "a message")


def messages(opened: AssistantsClient) -> ResourceClient:
    """The messages of one thread."""
    return ResourceClient(
        MESSAGES,
        parse_message,
        opened.transport,
        opened.reader,
        opened.server,
        parent="/threads/t_1",
    )


async def test_every_operation_goes_to_the_path_of_the_kind() -> None:
    listed = Reply(body=json.dumps({"data": [json.loads(MESSAGE)], "has_more": False}))
    whole = Reply(body=MESSAGE)
    script = ScriptedServer(
        listed, whole, whole, whole, Reply(body='{"id": "msg_1", "deleted": true}')
    )
    async with client(script) as opened:
        of_thread = messages(opened)
        assert [row.id for row in (await of_thread.list(limit=20, after="msg_0")).rows] == ["msg_1"]
        assert (await of_thread.retrieve("msg_1")).text == MESSAGE
        assert (await of_thread.create({"role": '"user"'})).id == "msg_1"
        assert (await of_thread.modify("msg_1", {"metadata": "{}"})).id == "msg_1"
        assert await of_thread.delete("msg_1") is True
    path = "/v1/threads/t_1/messages"
    assert [(request.method, request.url.path) for request in script.requests] == [
        ("GET", path),
        ("GET", f"{path}/msg_1"),
        ("POST", path),
        ("POST", f"{path}/msg_1"),
        ("DELETE", f"{path}/msg_1"),
    ]
    assert dict(script.requests[0].url.params) == {"limit": "20", "order": "desc", "after": "msg_0"}


async def test_messages_name_the_kind() -> None:
    async with client(ScriptedServer(Reply(body="null"))) as opened:
        with pytest.raises(NotFound, match="No message with the id msg_1"):
            await messages(opened).retrieve("msg_1")
        with pytest.raises(NotFound, match="No message has an empty id"):
            await messages(opened).retrieve("")
    async with client(ScriptedServer(Reply(body="[]"))) as opened:
        with pytest.raises(Unreadable, match="not a message"):
            await messages(opened).retrieve("msg_1")
    async with client(ScriptedServer(Reply(body=MESSAGE))) as opened:
        with pytest.raises(WrongObject, match="was asked about msg_2"):
            await messages(opened).modify("msg_2", {})


async def test_what_a_server_lacks_of_one_kind_it_may_have_of_another() -> None:
    async with client(ScriptedServer(Reply(404))) as opened:
        with pytest.raises(NotServed):
            await messages(opened).list()
        messages(opened).capabilities.learn_missing(Capability.CURSOR)
        assert opened.capabilities.can(Capability.CURSOR)
        assert not messages(opened).capabilities.can(Capability.CURSOR)
        assert (await messages(opened).list(after="msg_1")).refused
