"""Every status and every form of words, as errors that the program knows."""

import pytest

from assistant_tui.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotServed,
    Offline,
    RateLimited,
    ServerFault,
    ServiceError,
    TimedOut,
    Unauthorized,
)
from assistant_tui.transport.http_errors import RequestContext, http_error, read_error_body
from assistant_tui.transport.messages import Response
from tests.api.support import DELETIONS, READS, WRITES, Reply, ScriptedServer, client

ACTIONS = {**READS, **DELETIONS, **WRITES}
EVERYWHERE = {
    400: Invalid,
    401: Unauthorized,
    402: Invalid,
    403: Forbidden,
    408: TimedOut,
    409: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: RateLimited,
    500: ServerFault,
    502: ServerFault,
    503: ServerFault,
    504: ServerFault,
    529: ServerFault,
}
LIST = RequestContext("GET", "h.test", "/v1/assistants", names_object=False)
ONE = RequestContext("GET", "h.test", "/v1/assistants/a", names_object=True)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("status", "kind"), EVERYWHERE.items())
async def test_a_status_means_the_same_on_every_route(
    action: str, status: int, kind: type[ServiceError]
) -> None:
    reply = Reply(status, '{"error": {"message": "words"}}', {"x-request-id": "req_1"})
    async with client(ScriptedServer(reply)) as opened:
        with pytest.raises(kind) as raised:
            await ACTIONS[action](opened)
    assert type(raised.value) is kind
    assert raised.value.message == "words"
    assert (raised.value.status, raised.value.request_id) == (status, "req_1")


@pytest.mark.parametrize("action", ["list", "create"])
@pytest.mark.parametrize("status", [404, 405, 410, 501])
async def test_the_list_itself_missing_means_that_the_host_does_not_serve_it(
    action: str, status: int
) -> None:
    async with client(ScriptedServer(Reply(status, "{}"))) as opened:
        with pytest.raises(NotServed, match=r"server\.test does not serve (GET|POST)") as raised:
            await ACTIONS[action](opened)
    assert not raised.value.may_have_arrived


@pytest.mark.parametrize("action", ["retrieve", "modify", "delete"])
@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (405, NotServed), (410, NotServed), (501, NotServed)]
)
async def test_one_assistant_missing(action: str, status: int, kind: type[ServiceError]) -> None:
    async with client(ScriptedServer(Reply(status, "no"))) as opened:
        with pytest.raises(kind) as raised:
            await ACTIONS[action](opened)
    assert type(raised.value) is kind


@pytest.mark.parametrize("action", ["list", "create"])
async def test_openai_itself_is_told_by_its_switch_off(action: str) -> None:
    async with client(ScriptedServer(Reply(404, "")), "https://api.openai.com/v1") as opened:
        with pytest.raises(NotServed, match="switched its Assistants API off on 2026-08-26"):
            await ACTIONS[action](opened)


async def test_a_missing_cursor_is_not_a_missing_list() -> None:
    async with client(ScriptedServer(Reply(404, "no such cursor"))) as opened:
        with pytest.raises(Invalid, match="no such cursor"):
            await opened.list(after="a")


@pytest.mark.parametrize("action", ["create", "modify"])
async def test_a_missing_model_is_not_a_missing_route_or_assistant(action: str) -> None:
    body = '{"error": {"message": "no model x", "code": "model_not_found", "param": "model"}}'
    async with client(ScriptedServer(Reply(404, body))) as opened:
        with pytest.raises(Invalid, match="no model x"):
            await ACTIONS[action](opened)


@pytest.mark.parametrize(
    ("body", "message", "param", "code"),
    [
        (
            '{"error": {"message": "m", "type": "t", "param": "metadata.a", "code": "c"}}',
            "m",
            "metadata.a",
            "c",
        ),
        ('{"error": {"message": "m", "param": null, "code": null}}', "m", None, None),
        ('{"error": {"message": "m", "code": 17, "param": ["x"]}}', "m", None, "17"),
        ('{"error": {"message": "m", "param": "None", "code": "null"}}', "m", None, None),
        ('{"error": {"message": "m", "param": "", "code": ""}}', "m", None, None),
        ('{"error": "text"}', "text", None, None),
        ('{"error": "", "message": "other"}', "other", None, None),
        ('{"detail": "text"}', "text", None, None),
        (
            '{"detail": [{"loc": ["body", "name"], "msg": "too long", "type": "x"},'
            ' {"loc": ["body", "tools", 0], "msg": "bad"}, {"msg": "odd"}, 5]}',
            "name: too long; tools.0: bad; odd",
            "name",
            "x",
        ),
        ('{"detail": [{"loc": ["body"], "msg": "needed"}]}', "needed", None, None),
        ('{"detail": {"error": {"message": "inner"}}}', "inner", None, None),
        ('{"message": "m", "code": "c", "param": "p"}', "m", "p", "c"),
        ('{"error": {"message": "m"}, "detail": "d", "message": "n"}', "m", None, None),
        ('"just text"', "just text", None, None),
        ('{"error": {"type": "insufficient_quota"}}', "", None, "insufficient_quota"),
        (
            '{"object": "error", "message": {"detail": [{"type": "extra_forbidden",'
            ' "loc": ["body", "top_p"], "msg": "no"}]}, "code": null}',
            "top_p: no",
            "top_p",
            "extra_forbidden",
        ),
        ('{"message": [{"loc": ["body", "a"], "msg": "no"}]}', "a: no", "a", None),
        ('[{"error": {"code": 400, "message": "m", "status": "S"}}]', "m", None, "400"),
        ('["a"]', "", None, None),
        ("5", "", None, None),
        ("not json", "", None, None),
        ('{"error": ' * 400 + "1" + "}" * 400, "", None, None),
    ],
)
def test_words_in_all_their_forms(
    body: str, message: str, param: str | None, code: str | None
) -> None:
    assert read_error_body(body) == (message, param, code)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Plain words\n", "Plain words"),
        ("x" * 300, "x" * 200 + "…"),
        ('{"reason": 5}', '{"reason": 5}'),
        ("", "502 Bad Gateway"),
        ("<html><h1>nginx</h1></html>", "502 Bad Gateway"),
        ("\n <!DOCTYPE html>", "502 Bad Gateway"),
    ],
)
def test_what_is_said_where_there_are_no_words(body: str, message: str) -> None:
    assert http_error(Response(502, {}, body), LIST).error.message == message


@pytest.mark.parametrize(
    "name", ["x-request-id", "apim-request-id", "x-ms-request-id", "x-litellm-call-id"]
)
def test_a_request_id_is_read_wherever_servers_put_it(name: str) -> None:
    error = http_error(Response(500, {name: "req_7", "x-other": "no"}, ""), ONE).error
    assert "request req_7" in str(error)


@pytest.mark.parametrize("method", ["DELETE", "POST", "GET"])
def test_a_409_is_no_change_by_somebody_else(method: str) -> None:
    context = RequestContext(method, "server.test", "/assistants/asst_1", True)
    error = http_error(Response(409, {}, '{"error": "in use"}'), context).error
    assert (error.title, error.message) == ("Conflict", "in use")


def test_a_status_without_a_name() -> None:
    assert http_error(Response(599, {}, ""), LIST).error.message == "599"


def test_words_without_end_are_cut() -> None:
    body = '{"error": "' + "x" * 10_000 + '"}'
    assert len(http_error(Response(400, {}, body), LIST).error.message) == 2_000


def test_a_proxy_that_wants_a_password_names_the_setting() -> None:
    error = http_error(Response(407, {}, ""), ONE).error
    assert isinstance(error, Offline)
    assert "proxy in the profile" in error.message


def test_a_failure_carries_what_the_server_says_about_repeating() -> None:
    headers = {"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT", "x-should-retry": "false"}
    failure = http_error(Response(503, headers, ""), ONE, now=90.0)
    assert failure.error.retry_after == 10.0
    assert failure.should_retry is False
    assert failure.error.may_have_arrived
