"""What of a profile must not be quoted, and what may."""

import pytest

from assistant_tui.core.redaction import secrets_in


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("https://host/v1", set()),
        ("https://host/v1?code=a-secret-of-theirs", {"a-secret-of-theirs"}),
        ("https://host/v1?code=%61-secret%2B", {"%61-secret%2B", "a-secret+"}),
        ("https://host/v1?api-version=2024-05-01-preview", set()),
        ("https://host/v1?team=search&flag", set()),
        ("https://host/v1?api_key=four", {"four"}),
        (
            "https://user:pass%2Fword@host/v1",
            {"user:pass%2Fword", "user:pass/word", "pass/word"},
        ),
        ("https://token@host/v1", {"token"}),
        ("https://[", set()),
    ],
)
def test_of_a_url(url: str, secrets: set[str]) -> None:
    assert secrets_in(url, {}, {}) == secrets


def test_of_query_and_headers() -> None:
    query = {"code": "a-secret-of-theirs", "api-version": "2024-05-01-preview", "n": "1"}
    headers = {"X-Token": "Bearer four", "X-Region": "europe-west", "X-Gate": "0123456789abcdef"}
    found = secrets_in("https://host", query, headers)
    assert found == {"a-secret-of-theirs", "four", "0123456789abcdef"}


@pytest.mark.parametrize("proxy", ["http://me:hunter2@proxy:3128", "me:hunter2@proxy:3128"])
def test_of_a_proxy_the_login(proxy: str) -> None:
    assert secrets_in("https://host", {}, {}, proxy) == {"me:hunter2", "hunter2"}
