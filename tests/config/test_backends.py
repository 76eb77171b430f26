"""The backends of the embedded server: from the file, the command line and the environment."""

from pathlib import Path

import pytest

from assistant_tui.config import rules
from assistant_tui.config.loading import Flags
from assistant_tui.config.settings import BackendSettings, ConfigurationError, Profile
from tests.config.support import settings_of

LOCAL = "http://127.0.0.1:11434/v1"
FILE = f"""
[server.backends.local]
base_url = "{LOCAL}"
[server.backends.far]
base_url = "https://far.test/v1"
api_key_env = "FAR_KEY"
headers = {{ X-Title = "t" }}
models = ["a", "b"]
concurrency = 4
timeout = 60
first_byte = 30.5
idle = 10
"""


def test_a_table_is_a_backend_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert settings_of(tmp_path, FILE).backends == (
        BackendSettings(Profile("local", base_url=LOCAL)),
        BackendSettings(
            Profile(
                "far",
                base_url="https://far.test/v1",
                api_key_env="FAR_KEY",
                headers={"X-Title": "t"},
            ),
            ("a", "b"),
            4,
            60,
            30.5,
            10,
        ),
    )
    assert settings_of(tmp_path).backends == ()


@pytest.mark.parametrize(
    ("flags", "environ", "urls", "key_env"),
    [
        (Flags(), {"ASSISTANT_TUI_BACKEND_URL": "http://env.test"}, ["http://env.test"], ""),
        (
            Flags(backend="http://flag.test"),
            {"ASSISTANT_TUI_BACKEND_URL": "x"},
            ["http://flag.test"],
            "",
        ),
        (
            Flags(backend="https://flag.test", backend_key_env="K"),
            {"K": "k"},
            ["https://flag.test"],
            "K",
        ),
        (
            Flags(backend_key_env="K"),
            {"K": "k", "ASSISTANT_TUI_BACKEND_URL": "https://env.test"},
            ["https://env.test"],
            "K",
        ),
    ],
    ids=["environment", "flag", "key", "key-of-environment"],
)
def test_a_url_goes_before_the_backends_of_the_file(
    tmp_path: Path, flags: Flags, environ: dict[str, str], urls: list[str], key_env: str
) -> None:
    for text, others in (("", []), (FILE, [LOCAL, "https://far.test/v1"])):
        backends = settings_of(tmp_path, text, flags, environ).backends
        assert [each.server.base_url for each in backends] == [*urls, *others]
        assert (backends[0].server.name, backends[0].server.api_key_env) == ("backend", key_env)


def test_a_url_takes_no_name_of_the_file(tmp_path: Path) -> None:
    text = f'[server.backends.backend]\nbase_url = "{LOCAL}"'
    backends = settings_of(tmp_path, text, Flags(backend="http://flag.test")).backends
    assert [each.server.name for each in backends] == ["--backend", "backend"]


@pytest.mark.parametrize(
    ("flags", "environ", "message"),
    [
        (Flags(backend=""), {}, "--backend: an http:// or https:// URL is allowed"),
        (
            Flags(),
            {"ASSISTANT_TUI_BACKEND_URL": "host"},
            "ASSISTANT_TUI_BACKEND_URL: an http:// or",
        ),
        (Flags(backend_key_env="K"), {"K": "k"}, "--backend-key-env: only with --backend URL"),
        (
            Flags(backend="https://a.test", backend_key_env="K"),
            {},
            "--backend-key-env: the environment variable K is not set",
        ),
        (
            Flags(backend="https://a.test", backend_key_env="K"),
            {"K": " "},
            "--backend-key-env: the environment variable K is not set",
        ),
        (
            Flags(backend="https://a.test", backend_key_env=""),
            {},
            "--backend-key-env: give the name",
        ),
        (
            Flags(backend="http://a.test", backend_key_env="K"),
            {"K": "k"},
            "--backend: plain http beyond this machine",
        ),
    ],
)
def test_what_is_not_allowed_in_options_is_named(
    tmp_path: Path, flags: Flags, environ: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(tmp_path, "", flags, environ)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("server.backends = 5", "server.backends: a table [server.backends.NAME] is allowed"),
        ("server.backends.b = 5", "server.backends.b is a table: [server.backends.b]"),
        ("[server.backends.b]", "server.backends.b.base_url is needed: an http:// or https:// URL"),
        ("[server.backends.'a/b']", "server.backends.a/b: a name without / is allowed"),
        ("[server.backends.'']", "server.backends.: a name without / is allowed"),
        (
            "[server.backends.b]\nurl = 1",
            f"unknown key 'server.backends.b.url'; allowed: {', '.join(rules.BACKEND_RULES)}",
        ),
        (
            "[server.backends.b]\nmodels = [1]",
            "server.backends.b.models: a list of names is allowed",
        ),
        (
            "[server.backends.b]\nconcurrency = 0",
            "server.backends.b.concurrency: a whole number from 1 to 1000 is allowed",
        ),
        (
            "[server.backends.b]\nidle = 0",
            "server.backends.b.idle: seconds from 0.1 to 86400 is allowed",
        ),
        (
            f'[server.backends.b]\nbase_url = "{LOCAL}"\napi_key_env = "A"\napi_key_file = "b"',
            "server.backends.b: only one of api_key_env, api_key_file is allowed",
        ),
    ],
)
def test_what_is_not_allowed_in_the_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(tmp_path, text)
    assert str(caught.value) == f"{tmp_path / 'config.toml'}: {message}"


@pytest.mark.parametrize(
    ("more", "allowed"),
    [
        ("", True),
        ('api_key_env = ""', True),
        ("models = []", True),
        ('api_key_env = "K"', False),
        ('headers = { X-Key = "k" }', False),
        ('api_key_env = "K"\nallow_insecure = true', True),
    ],
)
def test_no_key_goes_over_plain_http_beyond_this_machine(
    tmp_path: Path, more: str, allowed: bool
) -> None:
    text = f'[server.backends.b]\nbase_url = "http://ollama:11434/v1"\n{more}'
    if allowed:
        assert len(settings_of(tmp_path, text).backends) == 1
        return
    with pytest.raises(ConfigurationError, match="plain http beyond this machine"):
        settings_of(tmp_path, text)
