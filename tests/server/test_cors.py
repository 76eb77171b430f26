"""What web pages of an allowed origin may ask for and read, and others may not."""

from pathlib import Path

import pytest

from tests.server.callers import BODY, FOREIGN, KEY, PAGE, Server, keyed, keyless
from tests.server.support import serving

__all__ = ["keyed", "keyless"]

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
