"""The words of a pane without rows: each trouble its own, each with the key that helps."""

import pytest

from assistant_tui.config.settings import Profile, Source
from assistant_tui.core.errors import (
    Forbidden,
    NotServed,
    Offline,
    RateLimited,
    ServerFault,
    ServiceError,
    TimedOut,
    Unauthorized,
    Unreadable,
)
from assistant_tui.tui.assistants import notices

PROFILE = Profile("work", base_url="https://api.example.com/v1", api_key_env="WORK_KEY OTHER_KEY")
TROUBLES = (
    Forbidden,
    NotServed,
    Offline,
    RateLimited,
    ServerFault,
    TimedOut,
    Unauthorized,
    Unreadable,
)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_failure_says_what_why_and_which_key_helps(trouble: type[ServiceError]) -> None:
    text = notices.failed(trouble("it broke", status=418), PROFILE)
    assert text.startswith(f"{trouble.title}\n\nit broke (status 418)\n\n")
    assert text.endswith("\nr tries again · P another profile")
    assert "work" in text or PROFILE.base_url in text


def test_each_failure_has_words_of_its_own() -> None:
    texts = [notices.failed(trouble("it broke"), PROFILE) for trouble in TROUBLES]
    assert len({*texts, notices.LOADING, notices.empty(writable=True)}) == len(TROUBLES) + 2


def test_a_missing_key_is_named_by_its_variable_and_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORK_KEY", "sk-secret")
    text = notices.failed(Unauthorized("no key"), PROFILE)
    assert "Profile work: set the environment variable WORK_KEY or OTHER_KEY." in text
    assert "sk-secret" not in text


def test_where_the_api_is_not_served_the_address_is_questioned() -> None:
    text = notices.failed(NotServed("no such route", status=404), PROFILE)
    assert "https://api.example.com/v1 does not serve the Assistants API" in text
    assert "Check base_url" in text


@pytest.mark.parametrize(
    "base_url", ["https://api.openai.com/v1", "https://API.OPENAI.COM:443/v1/"]
)
def test_openai_itself_has_switched_it_off(base_url: str) -> None:
    text = notices.failed(NotServed("gone", status=404), Profile("openai", base_url=base_url))
    assert "OpenAI switched its own Assistants API off on 2026-08-26." in text
    assert "Check base_url" not in text


@pytest.mark.parametrize(
    ("base_url", "query", "said"),
    [
        (
            "https://x.openai.azure.com",
            {},
            'Azure needs /openai at the end of base_url and query = { "api-version" = "2024-05',
        ),
        ("https://x.openai.azure.com/openai", {}, 'Azure needs query = { "api-version" = "2024-05'),
        ("https://x.openai.azure.com/", {"api-version": "1"}, "Azure needs /openai at the end of"),
        ("https://x.services.ai.azure.com/api/projects/p", {}, '"api-version" = "v1" }.'),
        ("https://x.openai.azure.com/openai", {"api-version": "1"}, "Check base_url"),
        ("https://notazure.com", {}, "Check base_url"),
    ],
)
def test_what_azure_needs_is_named_where_it_answers_404(
    base_url: str, query: dict[str, str], said: str
) -> None:
    profile = Profile("azure", base_url=base_url, query=query)
    assert said in notices.failed(NotServed("Resource not found", status=404), profile)


def test_how_azure_takes_a_key_is_told_where_it_answers_401() -> None:
    azure = Profile("azure", base_url="https://x.openai.azure.com/openai", api_key_env="KEY")
    told = Profile("azure", base_url=azure.base_url, api_key_header="api-key", api_key_env="KEY")
    error = Unauthorized("Access denied", status=401)
    assert 'api_key_header = "api-key"' in notices.failed(error, azure)
    for profile in (told, PROFILE):
        assert 'api_key_header = "api-key"' not in notices.failed(error, profile)


def test_a_password_in_the_address_is_never_shown() -> None:
    profile = Profile("work", base_url="https://me:hunter2@api.example.com/v1?key=hunter2")
    for trouble in TROUBLES:
        assert "hunter2" not in notices.failed(trouble("it broke"), profile)


def test_an_empty_store_says_how_to_fill_it() -> None:
    text = notices.empty(writable=True)
    assert "n creates one" in text and "a adds three samples" in text


def test_an_empty_store_offers_no_writing_where_nothing_may_be_changed() -> None:
    text = notices.empty(writable=False)
    assert "creates" not in text and "adds" not in text and "r looks again" in text


def test_the_local_store_is_not_reached_for_by_a_host() -> None:
    text = notices.failed(Offline("disk"), Profile("local", Source.LOCAL))
    assert "this machine" in text
