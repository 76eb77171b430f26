"""The backends that a configuration describes, as they are asked."""

from pathlib import Path

import pytest

from assistant_tui.config.settings import BackendSettings, Profile
from assistant_tui.server.runs.backend import Backend
from assistant_tui.services.endpoints import addresses_of, backends_of
from tests.config.support import settings_of
from tests.fakeserver.streaming_app import on_socket
from tests.server.runs.fake_backend import FakeBackend, answer_of, names_of, request, streaming

KEY = "sk-backend-0123456789"


async def test_a_backend_of_the_file_is_asked_with_its_key_and_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKEND_KEY", KEY)
    app = FakeBackend(streaming())
    async with on_socket(app) as endpoint:
        settings = settings_of(
            tmp_path,
            "[server.backends.far]\n"
            f'base_url = "{endpoint.base_url}/v1"\n'
            'api_key_env = "BACKEND_KEY"\n'
            'headers = { X-Title = "t" }\n'
            'query = { a = "b" }\n'
            "concurrency = 3\nidle = 7\nfirst_byte = 8\ntimeout = 9\n",
        )
        async with backends_of(settings.backends) as backends:
            chosen = await backends.choose("far/m")
            assert isinstance(chosen.model, Backend)
            assert (await answer_of(chosen.model, request())).text == "Good day"
    (call,) = app.calls
    assert call.path == "/v1/chat/completions"
    assert (call.headers["authorization"], call.headers["x-title"]) == (f"Bearer {KEY}", "t")
    assert "openai-beta" not in call.headers
    options = chosen.model.options
    assert (chosen.backend, chosen.concurrency) == ("far", 3)
    assert (options.idle, options.first_byte, options.timeout) == (7, 8, 9)
    assert KEY not in repr(options)


async def test_the_models_of_the_file_need_no_list() -> None:
    settings = BackendSettings(Profile("one", base_url="http://127.0.0.1:1"), ("a", "b"))
    async with backends_of([settings]) as backends:
        assert names_of(await backends.list_models()) == ["a", "b"]


def test_addresses_are_told_without_what_is_secret() -> None:
    url = "https://person:secret@host:8443/v1?sig=0123456789#part"
    settings = [
        BackendSettings(Profile("one", base_url=url)),
        BackendSettings(Profile("two", base_url="http://127.0.0.1:1")),
    ]
    assert addresses_of(settings) == [
        ("one", "https://host:8443/v1"),
        ("two", "http://127.0.0.1:1"),
    ]
