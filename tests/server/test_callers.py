"""Who may call a server on a socket: web pages in a browser may not, unless they are named."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from assistant_tui.cli import composition
from tests.limits import LIMIT
from tests.server.support import serving

PAGE = "https://app.example"
"""The web client that the servers of this module allow."""
FOREIGN = "https://evil.example"
KEY = "sk-local-key"
BODY = b'{"model": "m"}'


class Answer(NamedTuple):
    """What came back over the socket."""

    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def words(self) -> str:
        """The sentence inside the error envelope, which must be there."""
        error = json.loads(self.body)["error"]
        assert error.keys() == {"message", "type", "param", "code"}
        return str(error["message"])


class Server(NamedTuple):
    """A server in a process of its own."""

    url: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return urlsplit(self.url).port or 0

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Send exactly these headers (and the length of a body), as a browser would."""
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        if body:
            lines.append(f"content-length: {len(body)}")
        head = "\r\n".join([*lines, "connection: close", "", ""])
        return _answer(self.port, head.encode("latin-1") + body)

    def listed(self) -> int:
        """How many assistants it has."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return len(httpx.get(f"{self.url}/assistants?limit=100", headers=headers).json()["data"])


def _answer(port: int, request: bytes) -> Answer:
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as connection:
        connection.sendall(request)
        received = b""
        while data := connection.recv(65536):
            received += data
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = httpx.Headers([(name, value.strip()) for name, _, value in _split(lines)])
    return Answer(int(status.split()[1]), headers, body)


def _split(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines]


@pytest.fixture(scope="module")
def keyless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Without a key, for one web client."""
    database = tmp_path_factory.mktemp("keyless") / "assistants.db"
    with serving(database, allow_origins=[PAGE]) as (url, _):
        httpx.post(f"{url}/assistants", json={"model": "m"}).raise_for_status()
        yield Server(url)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With a key, for one web client."""
    database = tmp_path_factory.mktemp("keyed") / "assistants.db"
    with serving(database, api_key=KEY, allow_origins=[PAGE]) as (url, _):
        yield Server(url)


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
    assert _answer(keyless.port, missing).status == 403
    for first, second in ("localhost", "evil.example"), ("evil.example", "localhost"):
        twice = f"GET /v1/models HTTP/1.1\r\nHost: {first}\r\nHost: {second}\r\n\r\n".encode()
        assert _answer(keyless.port, twice).status == 400


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
    answer = _answer(keyless.port, f"{head}Connection: close\r\n\r\n".encode())
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


SDK_HEADERS = (
    "authorization,content-type,openai-beta,openai-organization,openai-project,user-agent,"
    "x-stainless-arch,x-stainless-lang,x-stainless-os,x-stainless-package-version,"
    "x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout"
)
"""What the official browser SDK sends beyond what browsers allow unasked."""


@pytest.mark.parametrize("server", ["keyless", "keyed"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_preflight_of_an_allowed_page_is_granted(
    request: pytest.FixtureRequest, server: str, method: str
) -> None:
    asked: Server = request.getfixturevalue(server)
    headers = {
        "Host": "localhost:8808",
        "Origin": PAGE,
        "Sec-Fetch-Site": "cross-site",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": SDK_HEADERS,
        "Access-Control-Request-Private-Network": "true",
    }
    answer = asked.ask("OPTIONS", "/v1/assistants", headers)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    allowed = answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    assert set(SDK_HEADERS.split(",")) <= set(allowed)
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "origin" in answer.headers["vary"].lower().replace(" ", "").split(",")
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("server", ["keyless", "keyed"])
@pytest.mark.parametrize("origin", [FOREIGN, "null"])
def test_a_preflight_of_a_foreign_page_is_not(
    request: pytest.FixtureRequest, server: str, origin: str
) -> None:
    asked: Server = request.getfixturevalue(server)
    headers = {"Host": "localhost", "Origin": origin, "Access-Control-Request-Method": "DELETE"}
    answer = asked.ask("OPTIONS", "/v1/assistants", headers)
    assert answer.status == 403
    assert "--allow-origin" in answer.words
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_a_preflight_does_not_help_a_rebound_host(keyless: Server) -> None:
    headers = {"Host": "evil.example", "Origin": PAGE, "Access-Control-Request-Method": "GET"}
    assert keyless.ask("OPTIONS", "/v1/assistants", headers).status == 403


def test_an_allowed_page_reads_every_answer(keyless: Server, keyed: Server) -> None:
    page = {"Host": "localhost", "Origin": PAGE, "Sec-Fetch-Site": "cross-site"}
    body = {**page, "Content-Type": "application/json"}
    answers = [
        keyless.ask("GET", "/v1/assistants", page),
        keyless.ask("POST", "/v1/assistants", body, BODY),
        keyless.ask("POST", "/v1/assistants", body, b"{"),
        keyless.ask("GET", "/v1/nowhere", page),
        keyless.ask("POST", "/v1/assistants", {**page, "Content-Type": "text/plain"}, BODY),
        keyed.ask("GET", "/v1/assistants", page),
    ]
    assert [answer.status for answer in answers] == [200, 200, 400, 404, 415, 401]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "x-request-id" in answer.headers["access-control-expose-headers"]
        assert "Origin" in answer.headers["vary"]


def test_what_no_page_asked_for_says_that_it_depends_on_the_page(keyless: Server) -> None:
    answer = keyless.ask("GET", "/v1/models", {"Host": "localhost"})
    assert answer.status == 200 and "Origin" in answer.headers["vary"]
    assert "access-control-allow-origin" not in answer.headers


def test_with_a_key_any_host_is_answered_and_no_page_reads_unasked(keyed: Server) -> None:
    for origin in {}, {"Origin": FOREIGN}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}:
        headers = {"Host": "box.example:8808", "Authorization": f"Bearer {KEY}", **origin}
        answer = keyed.ask("GET", "/v1/assistants", headers)
        assert answer.status == 200
        assert "access-control-allow-origin" not in answer.headers


def test_with_a_key_every_page_can_be_allowed(tmp_path: Path) -> None:
    with serving(tmp_path / "a.db", api_key=KEY, allow_origins=["*"]) as (url, _):
        headers = {"Host": "h", "Origin": FOREIGN, "Authorization": f"Bearer {KEY}"}
        answer = Server(url).ask("GET", "/v1/models", headers)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == FOREIGN


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_usual_clients_are_let_in(keyless: Server) -> None:
    with openai.OpenAI(base_url=keyless.url, api_key="any", max_retries=0) as sdk:
        made = sdk.beta.assistants.create(model="m")
        sdk.beta.assistants.update(made.id, name="n")
        assert sdk.beta.assistants.delete(made.id).deleted
    with httpx.Client(base_url=keyless.url.replace("127.0.0.1", "localhost")) as http:
        assert http.post("/assistants", json={"model": "m"}).status_code == 200


def _refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert composition.main(["serve", "--port", "0", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.isprintable() is False
    return err


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "localhost:3000",
        "http://",
        "http://a/b",
        "http://a?b",
        "http://user@a",
        "http://a:99999",
        "http://a:b",
        "http://a b",
        "http://münchen.example",
        "http://a\r\nb",
        "file://",
        "https://*.example",
    ],
)
def test_what_is_no_origin_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], origin: str
) -> None:
    database = str(tmp_path / "assistants.db")
    err = _refusal(capsys, "--database", database, "--allow-origin", PAGE, "--allow-origin", origin)
    assert "--allow-origin" in err and "http://localhost:3000" in err


def test_without_a_key_not_every_page_can_be_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = _refusal(capsys, "--database", str(tmp_path / "a.db"), "--allow-origin", "*")
    assert "--allow-origin *" in err and "--api-key-env" in err and "every web page" in err


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("KEY", "", "is empty"),
        ("KEY", " \r\n", "is empty"),
        ("KEY", "one\ntwo", "control character"),
        ("KEY", "one\x7f", "control character"),
        ("KEY", "one\x85two", "control character"),
        ("", "k3y", "name"),
        ("NOT_SET", "k3y", "NOT_SET is not set"),
    ],
)
def test_a_key_that_cannot_be_sent_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    key: str,
    said: str,
) -> None:
    monkeypatch.setenv("KEY", key)
    err = _refusal(capsys, "--database", str(tmp_path / "a.db"), "--api-key-env", name)
    assert "--api-key-env" in err and said in err
    assert not key.strip() or key.strip() not in err


@pytest.mark.parametrize("key", [b"s\xc3\xa9cret\n", b"\r\n s\xffcret\r\n"], ids=["UTF-8", "bytes"])
def test_a_key_with_a_line_break_at_its_end_works(tmp_path: Path, key: bytes) -> None:
    command = [sys.executable, "-m", "assistant_tui", "serve", "--port", "0", "--api-key-env", "K"]
    environment = {**os.environb, b"K": key, b"ASSISTANT_TUI_HOME": os.fsencode(tmp_path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().decode().strip()
            for given, status in (key.strip(), 200), (b"other", 401):
                headers = {b"Authorization": b"Bearer " + given}
                assert httpx.get(f"{url}/models", headers=headers).status_code == status
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (143, b"")
