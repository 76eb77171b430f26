"""Which profile opens, and what the flags, the file and the environment each have to say."""

from dataclasses import fields
from pathlib import Path

import pytest

from assistant_tui.config.loading import Flags, load_settings
from assistant_tui.config.settings import LOCAL, ConfigurationError, Profile, Settings, Source
from tests.config.support import URL, settings_of

FILE = f"""
default = "work"
[profiles.work]
base_url = "{URL}"
[profiles.other]
base_url = "https://other.test"
read_only = true
"""
NO_DEFAULT = FILE.replace('default = "work"', "")
OPENAI = {"OPENAI_BASE_URL": "https://openai.test/v1", "OPENAI_API_KEY": "sk-1"}


@pytest.mark.parametrize(
    ("text", "flags", "environ", "name"),
    [
        ("", Flags(), {}, "local"),
        ("", Flags(), {"OPENAI_API_KEY": "sk-1"}, "local"),
        ("", Flags(), {"OPENAI_BASE_URL": ""}, "local"),
        ("", Flags(), OPENAI, "openai"),
        (NO_DEFAULT, Flags(), {}, "local"),
        (NO_DEFAULT, Flags(), OPENAI, "openai"),
        (FILE, Flags(), OPENAI, "work"),
        ('default = "local"', Flags(), OPENAI, "local"),
        (FILE, Flags(profile="other"), OPENAI, "other"),
        (FILE, Flags(profile="local"), OPENAI, "local"),
        (FILE, Flags(base_url="https://flag.test"), OPENAI, "url"),
        (FILE, Flags(demo=3), OPENAI, "demo"),
        (FILE, Flags(demo=0), OPENAI, "demo"),
    ],
)
def test_flags_go_before_the_file_and_the_file_before_the_environment(
    tmp_path: Path, text: str, flags: Flags, environ: dict[str, str], name: str
) -> None:
    assert settings_of(tmp_path, text, flags, environ).profile.name == name


def test_a_server_of_the_environment_takes_its_whole_identity_from_there(tmp_path: Path) -> None:
    environ = {**OPENAI, "OPENAI_ORG_ID": "org_1", "OPENAI_PROJECT_ID": "proj_1"}
    profile = settings_of(tmp_path, "", environ=environ).profile
    assert (profile.base_url, profile.organization, profile.project) == (
        "https://openai.test/v1",
        "org_1",
        "proj_1",
    )
    assert profile.api_key_env == "ASSISTANT_TUI_API_KEY OPENAI_API_KEY"


def test_a_server_of_the_command_line_takes_its_key_alone_from_the_environment(
    tmp_path: Path,
) -> None:
    environ = {"OPENAI_ORG_ID": "org_1", "OPENAI_PROJECT_ID": "proj_1"}
    profile = settings_of(tmp_path, "", Flags(base_url=f"{URL}/"), environ).profile
    assert (profile.base_url, profile.organization, profile.project) == (f"{URL}/", "", "")
    assert profile.api_key_env == "ASSISTANT_TUI_API_KEY OPENAI_API_KEY"


def test_a_named_profile_names_no_key_that_it_was_not_given(tmp_path: Path) -> None:
    environ = {**OPENAI, "OPENAI_ORG_ID": "org_1"}
    profile = settings_of(tmp_path, FILE, environ=environ).profile
    assert (profile.api_key_env, profile.organization) == ("", "")


@pytest.mark.parametrize(
    ("name", "flags", "environ"),
    [("url", Flags(base_url="https://flag.test"), {}), ("openai", Flags(), OPENAI)],
)
def test_a_server_without_a_name_takes_the_place_of_no_profile(
    tmp_path: Path, name: str, flags: Flags, environ: dict[str, str]
) -> None:
    settings = settings_of(tmp_path, f'[profiles.{name}]\nbase_url = "{URL}"', flags, environ)
    assert settings.profiles[name].base_url == URL
    assert settings.profile.base_url != URL
    assert settings.profiles[settings.profile.name] == settings.profile


def test_all_profiles_can_be_switched_to_but_a_demo_leaves_no_trace(tmp_path: Path) -> None:
    assert [*settings_of(tmp_path, FILE).profiles] == ["local", "work", "other"]
    settings = settings_of(tmp_path, FILE, Flags(base_url="https://flag.test"))
    assert [*settings.profiles] == ["local", "work", "other", "url"]
    assert [*settings_of(tmp_path, FILE, Flags(demo=3)).profiles] == ["local", "work", "other"]


def test_read_only_on_the_command_line_holds_for_every_profile(tmp_path: Path) -> None:
    for flags in (Flags(read_only=True), Flags(demo=3, read_only=True)):
        settings = settings_of(tmp_path, FILE, flags)
        assert settings.profile.read_only
        assert all(profile.read_only for profile in settings.profiles.values())


def test_read_only_in_the_file_holds_for_its_profile_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, FILE, Flags(profile="other"))
    assert settings.profile.read_only
    assert not settings.profiles["work"].read_only


def test_what_the_file_says_of_a_profile_arrives(tmp_path: Path) -> None:
    text = f"""
    [profiles.p]
    base_url = "{URL}"
    api_key_command = "pass show p"
    api_key_header = "api-key"
    headers = {{ a = "b" }}
    query = {{ "api-version" = "v1" }}
    organization = "org"
    project = "proj"
    full_replace = true
    page_size = 100
    timeout = 1.5
    model = "m"
    proxy = "http://proxy"
    ca_file = "ca.pem"
    client_cert = "cert.pem"
    """
    assert settings_of(tmp_path, text, Flags(profile="p")).profile == Profile(
        "p",
        Source.REMOTE,
        URL,
        api_key_command="pass show p",
        api_key_header="api-key",
        headers={"a": "b"},
        query={"api-version": "v1"},
        organization="org",
        project="proj",
        full_replace=True,
        page_size=100,
        timeout=1.5,
        model="m",
        proxy="http://proxy",
        ca_file="ca.pem",
        client_cert="cert.pem",
    )


def test_what_the_file_says_of_the_program_arrives(tmp_path: Path) -> None:
    text = """
    [server]
    models = ["a", "b"]
    [ui]
    theme = "textual-light"
    clipboard_command = "wl-copy"
    mouse = false
    remember = false
    [journal]
    keep_days = 7
    keep_megabytes = 5
    [keymap]
    delete = "D,delete"
    """
    settings = settings_of(tmp_path, text)
    assert settings.server_models == ("a", "b")
    assert (settings.theme, settings.clipboard_command) == ("textual-light", "wl-copy")
    assert (settings.mouse, settings.remember) == (False, False)
    assert (settings.keep_days, settings.keep_megabytes) == (7, 5)
    assert settings.keymap == {"delete": "D,delete"}
    assert settings.configured and settings.path == str(tmp_path / "config.toml")


def test_flags_about_the_screen_go_before_the_file(tmp_path: Path) -> None:
    text = '[ui]\ntheme = "textual-light"\nmouse = true'
    settings = settings_of(tmp_path, text, Flags(no_mouse=True, theme="nord"))
    assert (settings.theme, settings.mouse) == ("nord", False)


def test_without_a_file_all_is_as_it_is_by_default(tmp_path: Path) -> None:
    settings = load_settings(Flags(), tmp_path / "none.toml", environ={})
    defaults = Settings(LOCAL)
    for field in fields(Settings):
        if field.name != "path":
            assert getattr(settings, field.name) == getattr(defaults, field.name), field.name
    assert not settings.configured


def test_the_environment_of_the_process_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://openai.test")
    assert load_settings(Flags(), tmp_path / "none.toml").profile.name == "openai"


@pytest.mark.parametrize("name", ["nobody", "", "demo"])
def test_a_profile_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(tmp_path, FILE, Flags(profile=name))
    assert str(caught.value) == f"--profile: no profile '{name}'; there are: local, work, other"


@pytest.mark.parametrize(
    ("profile", "host"),
    [
        (Profile("p", base_url="https://me:secret@server.test:8443/v1"), "server.test:8443"),
        (LOCAL, "this machine"),
        (Profile("demo", Source.DEMO), "nothing is kept"),
    ],
)
def test_the_host_that_is_shown_holds_no_password(profile: Profile, host: str) -> None:
    assert profile.host == host


@pytest.mark.parametrize(
    ("profile", "help_text"),
    [
        (Profile("p", api_key_env="MINE"), "set the environment variable MINE"),
        (Profile("p", api_key_env="A B"), "set the environment variable A or B"),
        (Profile("p", api_key_command="x"), "check api_key_command of this profile"),
        (Profile("p", api_key_keyring="x"), "check api_key_keyring of this profile"),
        (Profile("p", api_key_file="x"), "check api_key_file of this profile"),
        (Profile("p"), 'give [profiles.p] in config.toml an api_key_env = "NAME"'),
    ],
)
def test_how_a_person_gives_a_profile_its_key(profile: Profile, help_text: str) -> None:
    assert profile.key_help == help_text


def test_the_repr_of_a_profile_holds_nothing_that_may_be_secret() -> None:
    profile = Profile(
        "p",
        base_url="https://me:SECRET@server.test",
        headers={"x": "SECRET"},
        query={"x": "SECRET"},
        proxy="http://me:SECRET@proxy",
    )
    assert "SECRET" not in repr(profile)
    assert "SECRET" not in repr(Settings(profile, {"p": profile}))
