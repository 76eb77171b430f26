"""What holds for every answer: envelope, headers, key, unreadable bodies, faults."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from assistant_tui.server.errors import StoreError
from assistant_tui.server.http.middleware import RequestIdMiddleware
from assistant_tui.server.store.interface import ObjectReader, ObjectWriter, Result
from tests.limits import LIMIT
from tests.server.support import Json, client, error_of
from tests.stores import SampleStore

_LOG = "assistant_tui.server.http.middleware"


async def test_every_answer_is_stamped(http: httpx.AsyncClient) -> None:
    answers = [
        await http.get("/assistants"),
        await http.post("/assistants", json={"model": "m"}),
        await http.post("/assistants", json={}),
        await http.get("/assistants/none"),
        await http.put("/assistants"),
        await http.get("/nowhere"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 405, 404]
    ids = {answer.headers["x-request-id"] for answer in answers}
    assert len(ids) == len(answers)
    for answer in answers:
        prefix, _, digits = answer.headers["x-request-id"].partition("_")
        assert prefix == "req" and len(digits) == 32 and int(digits, 16) >= 0
        assert answer.headers["openai-version"] == "2020-10-01"
        assert int(answer.headers["openai-processing-ms"]) >= 0
        assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "path", ["/", "/assistants/", "/assistants/a/b", "/models/", "/runs", "/v1/assistants", "/é"]
)
async def test_unknown_paths(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 404
    assert error_of(response)["type"] == "invalid_request_error"


async def test_an_unknown_path_is_named(store: SampleStore) -> None:
    async with client(store, prefix="/v1") as http:
        assert error_of(await http.get("/v1/nowhere"))["message"] == "Invalid URL (GET /v1/nowhere)"
        assert error_of(await http.get("/assistants"))["message"] == "Invalid URL (GET /assistants)"
        assert (await http.get("/v1/assistants")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/assistants", {"GET", "HEAD", "POST"}),
        ("DELETE", "/assistants", {"GET", "HEAD", "POST"}),
        ("PATCH", "/assistants/x", {"GET", "HEAD", "POST", "DELETE"}),
        ("POST", "/models", {"GET", "HEAD"}),
        ("DELETE", "/models/gpt-4o", {"GET", "HEAD"}),
    ],
)
async def test_wrong_methods(
    http: httpx.AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    response = await http.request(method, path)
    assert response.status_code == 405
    assert error_of(response)["type"] == "invalid_request_error"
    assert set(response.headers["allow"].split(", ")) == allowed


async def test_head_is_get_without_a_body(http: httpx.AsyncClient) -> None:
    assert (await http.head("/models")).status_code == 200


async def test_models(http: httpx.AsyncClient) -> None:
    listed = (await http.get("/models")).json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["gpt-4o", "org/own-model"]
    for model in listed["data"]:
        assert model.keys() == {"id", "object", "created", "owned_by"}
        assert (await http.get(f"/models/{model['id']}")).json() == model
    response = await http.get("/models/gpt-9")
    assert response.status_code == 404
    assert error_of(response)["code"] == "model_not_found"


async def test_models_are_never_empty(store: SampleStore) -> None:
    async with client(store, models=()) as http:
        assert (await http.get("/models")).json()["data"]


DEEP = '{"model": "m", "metadata": ' + '{"a":' * 200 + "1" + "}" * 201
ENDLESS = '{"model":' + "[" * 100_000

UNREADABLE: list[str | bytes] = [
    b"",
    "{",
    '{"model": "m",}',
    "{'model': 'm'}",
    '{"model": "m"} {}',
    b'{"model": "\xff"}',
    b'{"model": "\xed\xa0\x80"}',
    '{"model": "m"}'.encode("utf-16"),
    "\ufeff" + '{"model": "m"}',
    '{"model": "a\nb"}',
    '{"model": "m", "temperature": NaN}',
    '{"model": "m", "temperature": -Infinity}',
    '{"model": "m", "temperature": 1e400}',
    '{"model": "m", "tools": [{"type": "x", "n": -1e999}]}',
    '{"model": "m", "temperature": ' + "1" * 5000 + "}",
    '{"model": "m", "name": ' + "[" * 101 + "]" * 101 + "}",
    DEEP,
    ENDLESS,
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_unreadable_bodies(http: httpx.AsyncClient, body: str | bytes) -> None:
    created = (await http.post("/assistants", json={"model": "m"})).json()
    for path in ("/assistants", f"/assistants/{created['id']}"):
        response = await http.post(path, content=body)
        assert response.status_code == 400
        error = error_of(response)
        assert (error["code"], error["param"]) == (None, None)
    assert (await http.get("/assistants")).json()["data"] == [created]


async def test_nesting_within_the_limit_is_kept(http: httpx.AsyncClient) -> None:
    parameters: Json = {}
    for _ in range(90):
        parameters = {"a": parameters}
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters}}
    response = await http.post("/assistants", json={"model": "m", "tools": [tool]})
    assert response.json()["tools"] == [tool]


@pytest.mark.parametrize("body", ["[]", "null", '"model"', "1", "true"])
async def test_a_body_must_be_an_object(http: httpx.AsyncClient, body: str) -> None:
    response = await http.post("/assistants", content=body)
    assert response.status_code == 400
    assert error_of(response)["code"] == "invalid_type"


async def test_a_body_has_a_largest_size(http: httpx.AsyncClient) -> None:
    body = json.dumps({"model": "m", "name": None}).ljust(8 * 1024 * 1024)
    assert (await http.post("/assistants", content=body)).status_code == 200
    response = await http.post("/assistants", content=body + " ")
    assert response.status_code == 413
    assert error_of(response)["type"] == "invalid_request_error"


@pytest.mark.parametrize("key", ["secret", "clé-ключ-🔑"])
async def test_a_key_is_asked_for_if_there_is_one(store: SampleStore, key: str) -> None:
    async def ask(authorization: bytes | None) -> httpx.Response:
        headers = {} if authorization is None else {b"Authorization": authorization}
        return await http.get("/assistants", headers=headers)

    async with client(store, api_key=key) as http:
        for header in (b"Bearer " + key.encode(), b"bearer  " + key.encode() + b" "):
            assert (await ask(header)).status_code == 200
        keyless: list[bytes | None] = [
            None,
            b"",
            b"Bearer",
            b"Bearer ",
            b"Basic c2VjcmV0",
            key.encode(),
        ]
        for none in keyless:
            response = await ask(none)
            assert response.status_code == 401
            assert error_of(response)["code"] is None
        for header in (b"Bearer wrong", b"Bearer \xff\xfe", b"Bearer " + key.encode() + b"x"):
            response = await ask(header)
            assert response.status_code == 401
            assert error_of(response)["code"] == "invalid_api_key"
            assert "x-request-id" in response.headers
        assert (await http.get("/nowhere")).status_code == 401


async def test_without_a_key_any_is_good(http: httpx.AsyncClient) -> None:
    response = await http.get("/assistants", headers={"Authorization": "Bearer whatever"})
    assert response.status_code == 200


class _Broken(SampleStore):
    """A store that cannot be read, for the reason that it is given."""

    def __init__(self, error: Exception) -> None:
        super().__init__(0)
        self._error = error

    def read(self, look: Callable[[ObjectReader], Result]) -> Result:
        raise self._error


async def test_a_fault_is_answered_without_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with client(_Broken(RuntimeError("the secret"))) as http:
        response = await http.get("/assistants")
    assert response.status_code == 500
    assert error_of(response)["type"] == "server_error"
    assert "secret" not in response.text
    request_id = response.headers["x-request-id"]
    assert request_id in error_of(response)["message"]
    assert request_id in caplog.text and "RuntimeError: the secret" in caplog.text


async def test_the_log_of_a_fault_cannot_steer_a_terminal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a fault")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(RequestIdMiddleware(fail))) as http:
        assert (await http.get("http://local/%1b%5d0;x%07")).status_code == 500
    assert "GET /\ufffd]0;x\ufffd failed" in caplog.text


async def test_a_store_that_fails_says_why() -> None:
    async with client(_Broken(StoreError("the disk is full"))) as http:
        response = await http.get("/assistants")
    assert response.status_code == 503
    assert error_of(response)["message"] == "the disk is full"
    assert error_of(response)["type"] == "server_error"


async def _speak(app: Callable[[Scope, Receive, Send], Any], *messages: Message) -> list[Message]:
    """Hand an application its messages one by one, and collect what it sends."""
    coming, sent = list(messages), list[Message]()

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/assistants",
        "headers": [],
        "query_string": b"",
    }
    await app(scope, receive, send)
    return sent


async def test_a_client_that_goes_away_in_the_middle_changes_nothing(store: SampleStore) -> None:
    async with client(store) as http:
        app = http._transport.app  # type: ignore[attr-defined]  # httpx keeps it there
        part: Message = {"type": "http.request", "body": b'{"model": "m"}', "more_body": True}
        await _speak(app, part, {"type": "http.disconnect"})
        assert (await http.get("/assistants")).json()["data"] == []


async def test_a_fault_after_the_answer_began_ends_the_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError), caplog.at_level(logging.ERROR, _LOG):
        await _speak(RequestIdMiddleware(breaks))


async def test_other_protocols_pass() -> None:
    seen: list[str] = []

    async def notes(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    await RequestIdMiddleware(notes)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]  # never called
    assert seen == ["lifespan"]


class _Slow(SampleStore):
    """A store that takes its time to write, until it is told to go on."""

    def __init__(self) -> None:
        super().__init__(0)
        self.entered, self.go_on = threading.Event(), threading.Event()

    def write(self, change: Callable[[ObjectWriter], Result], *, durable: bool = True) -> Result:
        self.entered.set()
        assert self.go_on.wait(LIMIT), "the event loop stood still"
        return super().write(change)


async def test_a_store_that_waits_does_not_stop_the_server() -> None:
    store = _Slow()
    async with client(store) as http:
        waiting = asyncio.create_task(http.post("/assistants", json={"model": "m"}))
        assert await asyncio.to_thread(store.entered.wait, 10)
        assert (await http.get("/assistants")).json()["data"] == []
        assert not waiting.done()
        store.go_on.set()
        assert (await waiting).status_code == 200
