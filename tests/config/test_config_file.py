"""What must not stand in config.toml: each in one line that names file, key and what is allowed."""

from pathlib import Path

import pytest

from assistant_tui.config import rules
from assistant_tui.config.loading import Flags, load_settings
from assistant_tui.config.settings import ConfigurationError, FunctionCommand
from tests.config.support import URL, config, settings_of

TOP = "default, profiles, keymap, server, ui, journal"


def error_of(folder: Path, text: str | bytes) -> str:
    """The one line that refuses a file, without the file's name."""
    with pytest.raises(ConfigurationError) as caught:
        settings_of(folder, text)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{folder / 'config.toml'}: ")
    return message.removeprefix(f"{folder / 'config.toml'}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1", f"unknown key 'colour'; allowed: {TOP}"),
        ('"a\\nb\\u001b[2J" = 1', f"unknown key 'a b\ufffd[2J'; allowed: {TOP}"),
        ("default = 5", "default: the name of a profile is allowed"),
        ('default = "x"', "default: no profile 'x'; there are: local"),
        ('default = "demo"', "default: no profile 'demo'; there are: local"),
        ("profiles = 5", "'profiles' is a table: [profiles]"),
        ("profiles = []", "'profiles' is a table: [profiles]"),
        ("keymap = 5", "'keymap' is a table: [keymap]"),
        ("ui = true", "'ui' is a table: [ui]"),
        ("server = 'x'", "'server' is a table: [server]"),
        ("profiles.p = 5", "profiles.p is a table: [profiles.p]"),
        ("[ui]\nfont = 1", "unknown key 'ui.font'; allowed: theme, clipboard_command, mouse, "),
        ("[ui]\ntheme = 1", "ui.theme: a text is allowed"),
        ("[ui]\nmouse = 1", "ui.mouse: true or false is allowed"),
        ("[ui]\nremember = 'no'", "ui.remember: true or false is allowed"),
        ("[ui]\nclipboard_command = []", "ui.clipboard_command: a text is allowed"),
        ("[server]\nport = 1", "unknown key 'server.port'; allowed: models, backends"),
        ("journal = 90", "'journal' is a table: [journal]"),
        ("[journal]\ndays = 1", "unknown key 'journal.days'; allowed: keep_days, keep_megabytes"),
        ("[keymap]\ndelete = 5", 'keymap.delete: keys by commas, e.g. "D,delete"'),
        ("[keymap]\ndelete = ''", 'keymap.delete: keys by commas, e.g. "D,delete"'),
        ("[profiles.local]", "profiles.local: this name is taken by the program's own store"),
        ("[profiles.demo]", "profiles.demo: this name is taken by the program's own store"),
        ("[profiles.p]", "profiles.p.base_url is needed: an http:// or https:// URL"),
    ],
)
def test_what_is_not_allowed_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert error_of(tmp_path, text).startswith(message)


@pytest.mark.parametrize("models", ["[]", '"m"', "5", '[""]', "[1]", '["m", 1]'])
def test_models_are_a_list_of_names(tmp_path: Path, models: str) -> None:
    message = "server.models: a list of names, at least one is allowed"
    assert error_of(tmp_path, f"[server]\nmodels = {models}") == message


@pytest.mark.parametrize(("key", "most"), [("keep_days", 3650), ("keep_megabytes", 10_000)])
def test_the_journal_is_kept_for_whole_days_and_megabytes(
    tmp_path: Path, key: str, most: int
) -> None:
    for value in ("0", "-1", str(most + 1), "1.0", "inf", '"1"', "true", "[]"):
        message = f"journal.{key}: a whole number from 1 to {most} is allowed"
        assert error_of(tmp_path, f"[journal]\n{key} = {value}") == message
    for allowed in (1, most):
        settings = settings_of(tmp_path, f"[journal]\n{key} = {allowed}")
        assert getattr(settings, key) == allowed


_WRONG: dict[str, tuple[str, ...]] = {
    "a text": ("5", "true", "[]", "{}", "2026-01-01"),
    "a table [profiles.NAME.functions.FUNCTION]": ('"a"', "5", "[]"),
    "true or false": ("0", "1", '"true"', "[]"),
    "a table of texts": ('"a"', "5", "[]", "{ a = 1 }", "{ a = { b = 'c' } }"),
    "a whole number from 1 to 100": ("0", "101", "-1", "50.0", '"50"', "true"),
    "seconds from 0.1 to 3600": ("0", "0.09", "3601", "nan", "inf", "-1", '"30"', "true"),
    "an http:// or https:// URL": (
        "5",
        "true",
        "[]",
        "{}",
        "2026-01-01",
        '""',
        '"server.test"',
        '"//server.test"',
        '"ftp://server.test"',
        '"https://"',
        '"https:///v1"',
        '"https://server.test:0"',
        '"https://server.test:99999"',
        '"https://server.test:x"',
        '"https://[::1"',
        '"https://ser ver.test"',
        '"https://server.test/a b"',
        '"https://server\\n.test"',
        '"https://server.test\\u0000"',
        '" https://server.test"',
    ),
}
"""By what the rule says is allowed: TOML that it refuses."""


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key, rule in rules.PROFILE_RULES.items() for value in _WRONG[rule.allowed]],
)
def test_every_key_of_a_profile_is_checked(tmp_path: Path, key: str, value: str) -> None:
    others = "" if key == "base_url" else f'base_url = "{URL}"\n'
    message = error_of(tmp_path, f"[profiles.p]\n{others}{key} = {value}")
    assert message == f"profiles.p.{key}: {rules.PROFILE_RULES[key].allowed} is allowed"


def test_an_unknown_key_of_a_profile_is_named_with_all_that_are_known(tmp_path: Path) -> None:
    message = error_of(tmp_path, f'[profiles.p]\nbase_url = "{URL}"\napi_key = "sk-secret"')
    allowed = ", ".join(rules.PROFILE_RULES)
    assert message == f"unknown key 'profiles.p.api_key'; allowed: {allowed}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("api_key_env", "api_key_command"),
        ("api_key_file", "api_key_keyring"),
        ("api_key_keyring", "api_key_env"),
    ],
)
def test_a_profile_has_one_source_of_its_key(tmp_path: Path, one: str, other: str) -> None:
    text = f'[profiles.p]\nbase_url = "{URL}"\n{one} = "a"\n{other} = "b"\napi_key_header = "c"'
    assert error_of(tmp_path, text) == f"profiles.p: only one of {one}, {other} is allowed"


SAFE = [
    "https://server.test",
    "HTTPS://server.test",
    "http://localhost:8808/v1",
    "http://LOCALHOST",
    "http://127.0.0.1",
    "http://127.9.9.9:1",
    "http://[::1]:8080",
]
UNSAFE = [
    "http://server.test",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://127.0.0.1.evil.test",
    "http://localhost.evil.test",
    "http://127.0.0.1@evil.test",
    "http://127.0.0.1:80@evil.test",
]


@pytest.mark.parametrize("url", SAFE)
def test_plain_http_may_go_no_further_than_this_machine(tmp_path: Path, url: str) -> None:
    text = f'default = "p"\n[profiles.p]\nbase_url = "{url}"'
    assert settings_of(tmp_path, text).profile.base_url == url
    assert settings_of(tmp_path, "", Flags(base_url=url)).profile.base_url == url
    environ = {"OPENAI_BASE_URL": url}
    assert settings_of(tmp_path, "", environ=environ).profile.base_url == url


@pytest.mark.parametrize("url", UNSAFE)
def test_plain_http_beyond_is_refused_wherever_it_is_named(tmp_path: Path, url: str) -> None:
    text = f'[profiles.p]\nbase_url = "{url}"'
    assert error_of(tmp_path, text) == f"profiles.p.base_url: {rules.INSECURE_URL}"
    with pytest.raises(ConfigurationError, match=r"^--base-url: plain http"):
        settings_of(tmp_path, "", Flags(base_url=url))
    with pytest.raises(ConfigurationError, match=r"^OPENAI_BASE_URL: plain http"):
        settings_of(tmp_path, "", environ={"OPENAI_BASE_URL": url})


@pytest.mark.parametrize("url", UNSAFE)
def test_a_profile_may_allow_plain_http(tmp_path: Path, url: str) -> None:
    text = f'default = "p"\n[profiles.p]\nbase_url = "{url}"\nallow_insecure = true'
    assert settings_of(tmp_path, text).profile.base_url == url


@pytest.mark.parametrize("url", ["server.test", "ftp://server.test", "", "https://"])
def test_a_bad_url_outside_the_file_is_named_by_its_origin(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--base-url: an http:// or https:// URL is"):
        settings_of(tmp_path, "", Flags(base_url=url))
    if url:
        with pytest.raises(ConfigurationError, match=r"^OPENAI_BASE_URL: an http:// or"):
            settings_of(tmp_path, "", environ={"OPENAI_BASE_URL": url})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= 5", "not TOML: "),
        ("a = 1\na = 2", "not TOML: "),
        ("[profiles.p\nx", "not TOML: "),
        ("a = " + "[" * 10_000, "not TOML: "),
        (b"a = '\xff'", "cannot be read: line 1: not UTF-8"),
        ("a = 1".encode("utf-16-le"), "cannot be read: line 1: UTF-16 or UTF-32 without"),
    ],
)
def test_a_file_that_is_no_toml(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert error_of(tmp_path, text).startswith(message)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        load_settings(Flags(), tmp_path / "config.toml")
    assert (
        str(caught.value)
        == f"{tmp_path / 'config.toml'}: cannot be read: it is a folder; a file is allowed"
    )


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    with pytest.raises(ConfigurationError) as caught:
        load_settings(Flags(), missing, required=True)
    assert str(caught.value) == f"{missing}: there is no such file"
    assert load_settings(Flags(), config(tmp_path), required=True).profile.name == "local"


def test_functions_are_answered_by_commands_of_the_profile(tmp_path: Path) -> None:
    text = f"""
[profiles.p]
base_url = "{URL}"
[profiles.p.functions.get_order]
command = "orders get"
[profiles.p.functions.cancel]
command = "orders 'cancel it'"
timeout = 5
auto = true
"""
    assert settings_of(tmp_path, text).profiles["p"].functions == {
        "get_order": FunctionCommand("orders get", 60.0, auto=False),
        "cancel": FunctionCommand("orders 'cancel it'", 5, auto=True),
    }


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("f = 'orders'", ".f is a table: [profiles.p.functions.f]"),
        ("f = {}", ".f.command is needed: a command that is not blank"),
        ("f = { command = ' ' }", ".f.command: a command that is not blank is allowed"),
        ("f = { command = ['a'] }", ".f.command: a command that is not blank is allowed"),
        ("f = { command = 'a', timeout = 0 }", ".f.timeout: seconds from 0.1 to 3600 is allowed"),
        ("f = { command = 'a', auto = 1 }", ".f.auto: true or false is allowed"),
        ("f = { command = 'a', shell = true }", ".f.shell'; allowed: command, timeout, auto"),
    ],
)
def test_the_command_of_a_function_is_checked(tmp_path: Path, table: str, message: str) -> None:
    said = error_of(tmp_path, f'[profiles.p]\nbase_url = "{URL}"\n[profiles.p.functions]\n{table}')
    assert said.removeprefix("unknown key '") == f"profiles.p.functions{message}"
