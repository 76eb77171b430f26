"""Who may call a server on a socket: web pages in a browser may not, unless they are named."""

import httpx
import openai
import pytest

from tests.server.callers import BODY, FOREIGN, KEY, PAGE, Server, answer_to, keyed, keyless

__all__ = ["keyed", "keyless"]


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8808",
        "LocalHost",
        "localhost.:8808",
        "localhost:",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.255.0.3",
        "[::1]:8808",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]:8808",
    ],
)
def test_a_loopback_host_is_answered(keyless: Server, host: str) -> None:
    assert keyless.ask("GET", "/v1/assistants", {"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8808",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.localhost.example:8808",
        "",
        "0.0.0.0:8808",
        "[::]:8808",
        "127.1",
        "2130706433",
        "0x7f000001",
        "10.0.0.1",
        "[::ffff:10.0.0.1]",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost:8808@evil.example",
        "localhost:8808:8808",
        "localhost/evil.example",
        "localhost, evil.example",
        "localhost evil.example",
        "::1",
        "[::1",
    ],
)
def test_another_host_is_refused(keyless: Server, host: str) -> None:
    before = keyless.listed()
    answer = keyless.ask("GET", "/v1/assistants", {"Host": host})
    assert answer.status == 403
    assert "http://127.0.0.1:" in answer.words and "--api-key-env" in answer.words
    assert answer.headers["x-request-id"].startswith("req_")
    kind = {"Host": host, "Content-Type": "application/json"}
    assert keyless.ask("POST", "/v1/assistants", kind, BODY).status == 403
    assert keyless.listed() == before


def test_a_host_that_is_missing_or_given_twice_is_refused(keyless: Server) -> None:
    missing = b"GET /v1/assistants HTTP/1.0\r\n\r\n"
    assert answer_to(keyless.port, missing).status == 403
    for first, second in ("localhost", "evil.example"), ("evil.example", "localhost"):
        twice = f"GET /v1/models HTTP/1.1\r\nHost: {first}\r\nHost: {second}\r\n\r\n".encode()
        assert answer_to(keyless.port, twice).status == 400


@pytest.mark.parametrize(
    "target", ["http://evil.example/v1/assistants", "//evil.example/v1/models"]
)
def test_a_target_with_an_authority_is_served_to_nobody(keyless: Server, target: str) -> None:
    for host in "localhost", "evil.example":
        assert keyless.ask("GET", target, {"Host": host}).status in (403, 404)


@pytest.mark.parametrize(
    "page",
    [
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": PAGE + ".evil.example"},
        {"Origin": PAGE + ":8443"},
        {"Origin": PAGE.replace("https", "http")},
        {"Origin": f"https://{PAGE}@evil.example"},
        {"Origin": f"{PAGE} {FOREIGN}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Origin": FOREIGN},
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
def test_a_foreign_page_neither_reads_nor_changes(
    keyless: Server, method: str, page: dict[str, str]
) -> None:
    before = keyless.listed()
    made = httpx.get(f"{keyless.url}/assistants").json()["data"][0]["id"]
    body = BODY if method == "POST" else b""
    for kind in "text/plain", "application/json":
        headers = {"Host": f"127.0.0.1:{keyless.port}", "Content-Type": kind, **page}
        answer = keyless.ask(method, f"/v1/assistants/{made}", headers, body)
        assert answer.status == 403
        assert method == "HEAD" or "--allow-origin" in answer.words
        assert "access-control-allow-origin" not in answer.headers
    assert keyless.listed() == before


def test_two_origins_are_no_allowed_one(keyless: Server) -> None:
    head = f"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: {PAGE}\r\nOrigin: {FOREIGN}\r\n"
    answer = answer_to(keyless.port, f"{head}Connection: close\r\n\r\n".encode())
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_what_a_person_types_into_a_browser_is_shown(keyless: Server, site: str) -> None:
    headers = {"Host": "localhost:8808", "Sec-Fetch-Site": site}
    assert keyless.ask("GET", "/v1/assistants", headers).status == 200
    own = {"Host": "LOCALHOST:8808", "Origin": "http://localhost:8808", "Sec-Fetch-Site": site}
    assert keyless.ask("GET", "/v1/assistants", own).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
        None,
    ],
)
@pytest.mark.parametrize("server", ["keyless", "keyed"])
def test_a_body_that_does_not_say_that_it_is_json_is_refused(
    request: pytest.FixtureRequest, server: str, kind: str | None
) -> None:
    asked: Server = request.getfixturevalue(server)
    before = asked.listed()
    headers = {"Host": "localhost", "Authorization": f"Bearer {KEY}"}
    if kind is not None:
        headers["Content-Type"] = kind
    answer = asked.ask("POST", "/v1/assistants", headers, BODY)
    assert answer.status == 415
    assert "application/json" in answer.words
    assert asked.listed() == before


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_a_body_of_json_is_taken(keyless: Server, kind: str) -> None:
    headers = {"Host": "localhost", "Content-Type": kind}
    assert keyless.ask("POST", "/v1/assistants", headers, BODY).status == 200


def test_a_packed_body_is_refused_in_words(keyless: Server) -> None:
    headers = {"Host": "localhost", "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = keyless.ask("POST", "/v1/assistants", headers, b"\x1f\x8b\x08\x00")
    assert answer.status == 415
    assert "Content-Encoding" in answer.words


def test_a_method_cannot_be_hidden_in_a_header(keyless: Server) -> None:
    made = httpx.post(f"{keyless.url}/assistants", json={"model": "m"}).json()["id"]
    for name in "X-HTTP-Method-Override", "X-Method-Override":
        httpx.get(f"{keyless.url}/assistants/{made}", headers={name: "DELETE"})
        httpx.post(f"{keyless.url}/assistants/{made}", headers={name: "DELETE"}, json={})
    assert httpx.get(f"{keyless.url}/assistants/{made}").status_code == 200


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_usual_clients_are_let_in(keyless: Server) -> None:
    with openai.OpenAI(base_url=keyless.url, api_key="any", max_retries=0) as sdk:
        made = sdk.beta.assistants.create(model="m")
        sdk.beta.assistants.update(made.id, name="n")
        assert sdk.beta.assistants.delete(made.id).deleted
    with httpx.Client(base_url=keyless.url.replace("127.0.0.1", "localhost")) as http:
        assert http.post("/assistants", json={"model": "m"}).status_code == 200
