"""What tells one account on one server from another, and what does not."""

import base64
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.config.identity import SALT_NAME, AccountIdentity
from assistant_tui.config.settings import LOCAL, Profile
from tests.process_pool import process_pool, wait_for_all

P = Profile("p", base_url="https://host.test/v1", api_key_env="KEY")
KEY = "sk-canary-4711"


def text(folder: Path, profile: Profile = P, key: str = KEY) -> str:
    """The identity of a profile, with a key in the environment."""
    return AccountIdentity(profile, folder, environ={"KEY": key, "OTHER": key}).text()


@pytest.mark.parametrize(
    "same",
    [
        {"name": "another"},
        {"base_url": "https://host.test/v1/"},
        {"base_url": "HTTPS://Host.TEST:443/v1//"},
        {"base_url": "https://host.test/v1?api-version=1"},
        {"base_url": "https://host.test/v1#x"},
        {"query": {"api-version": "2"}},
        {"headers": {"X-Team": "a"}},
        {"api_key_env": "NOT_SET OTHER"},
        {"api_key_header": "api-key"},
        {"read_only": True, "page_size": 7, "model": "m", "proxy": "http://proxy"},
    ],
    ids=str,
)
def test_the_same_account_however_it_is_written(tmp_path: Path, same: dict[str, Any]) -> None:
    assert text(tmp_path, replace(P, **same)) == text(tmp_path)


@pytest.mark.parametrize(
    "other",
    [
        {"base_url": "http://host.test/v1"},
        {"base_url": "https://host.test:8443/v1"},
        {"base_url": "https://host.test/V1"},
        {"base_url": "https://host.test"},
        {"base_url": "https://me@host.test/v1"},
        {"base_url": "https://host.test/v1?code=a"},
        {"query": {"code": "a"}},
        {"organization": "org"},
        {"project": "org"},
        {"api_key_env": ""},
        {"api_key_env": "NOT_SET"},
        {"api_key_env": "", "api_key_command": "print KEY"},
        {"api_key_env": "", "api_key_keyring": "print KEY"},
        {"api_key_env": "", "api_key_file": "/nowhere"},
        {"headers": {"authorization": "Basic a"}},
        {"headers": {"X-Api-Key": "a"}},
        {"headers": {"Cookie": "a"}},
        {"client_cert": "/mine.pem"},
    ],
    ids=str,
)
def test_another_account(tmp_path: Path, other: dict[str, Any]) -> None:
    changed = text(tmp_path, replace(P, **other))
    assert changed != text(tmp_path)
    assert changed == text(tmp_path, replace(P, **other)), "but always the same other"


@pytest.mark.parametrize(
    "secret",
    [
        {"base_url": "https://me:{}@host.test/v1"},
        {"base_url": "https://{}@host.test/v1"},
        {"base_url": "https://host.test/v1?code={}"},
        {"query": {"sig": "{}"}},
        {"headers": {"Authorization": "Bearer {}"}},
        {"api_key_env": "", "api_key_command": "print {}"},
    ],
    ids=str,
)
def test_each_secret_counts_and_is_told_nowhere(tmp_path: Path, secret: dict[str, Any]) -> None:
    def given(value: str) -> Profile:
        filled: dict[str, Any] = {
            name: {k: v.format(value) for k, v in each.items()}
            if isinstance(each, dict)
            else each.format(value)
            for name, each in secret.items()
        }
        return replace(P, **filled)

    one, other = (text(tmp_path, given(f"CANARY{each}")) for each in "12")
    assert one != other
    assert "CANARY" not in one and KEY not in one


def test_the_key_itself_counts_wherever_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    in_a_file = replace(P, api_key_env="", api_key_file=str(path))
    assert text(tmp_path, in_a_file) == text(tmp_path) != text(tmp_path, key="sk-other")
    path.write_text("sk-other")
    assert text(tmp_path, in_a_file) == text(tmp_path, key="sk-other")


@pytest.mark.parametrize("setting", ["api_key_command", "api_key_keyring", "api_key_file"])
def test_the_key_that_is_used_counts_once_it_is_fetched(tmp_path: Path, setting: str) -> None:
    given: dict[str, Any] = {setting: "/nowhere"}
    profile = replace(P, api_key_env="", **given)
    fetched = ""
    identity = AccountIdentity(profile, tmp_path, fetched=lambda: fetched)
    before = identity.text()
    fetched = KEY
    assert identity.text() == text(tmp_path) != before
    assert identity.matches_former(before) is (setting != "api_key_file")
    fetched = "sk-other"
    assert identity.text() == text(tmp_path, key="sk-other")


def token(**claims: object) -> str:
    """A JWT."""
    parts = (json.dumps(each).encode() for each in ({"alg": "RS256"}, claims))
    head, body = (base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts)
    return f"{head}.{body}.signature-{len(body)}"


def test_a_token_that_was_renewed_is_of_the_same_account(tmp_path: Path) -> None:
    whose = {"iss": "https://login.test/t", "sub": "me", "aud": ["api"]}
    one = text(tmp_path, key=token(**whose, exp=1, jti="a"))
    assert one == text(tmp_path, key=token(**whose, exp=20_000, jti="b"))
    for other in ({"sub": "you"}, {"iss": "https://login.test/u"}, {"oid": "7"}):
        assert one != text(tmp_path, key=token(**{**whose, **other}, exp=1, jti="a"))


@pytest.mark.parametrize("key", [token(exp=1), token(iss="x"), "a.b.c", "a.é.c", "..", "a.W10.c"])
def test_what_only_looks_like_a_token_is_a_key(tmp_path: Path, key: str) -> None:
    assert text(tmp_path, key=key) == text(tmp_path, key=key) != text(tmp_path, key=f"{key}x")


def test_a_mark_of_byte_order_is_no_part_of_a_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(KEY, "utf-8-sig")
    assert text(tmp_path, replace(P, api_key_env="", api_key_file=str(path))) == text(tmp_path)


@pytest.mark.parametrize("kind", ["fifo", "folder", "endless", "no text"])
def test_what_is_no_key_file_is_read_at_once_and_counts_by_its_name(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "key"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "endless":
        path = Path("/dev/zero")
    else:
        path.write_bytes(b"\xff")
    profile = replace(P, api_key_env="", api_key_file=str(path))
    gone = replace(P, api_key_env="", api_key_file="/nowhere")
    assert text(tmp_path, profile) == text(tmp_path, profile) != text(tmp_path, gone)


def test_another_machine_makes_another_fingerprint(tmp_path: Path) -> None:
    assert text(tmp_path / "one") != text(tmp_path / "two")
    path = tmp_path / "one" / SALT_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_torn_salt_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / SALT_NAME).write_bytes(b"half")
    assert text(tmp_path) == text(tmp_path)


def test_where_there_is_no_room_for_a_salt_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        text(tmp_path / "file")


def _first_starts(folders: list[Path]) -> list[str]:
    found = []
    for folder in folders:
        wait_for_all()
        found.append(text(folder))
    return found


def test_of_programs_that_make_the_salt_at_once_all_get_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(20)]
    with process_pool(3) as programs:
        found = programs.map(_first_starts, [folders] * 3, chunksize=1)
    assert found[0] == found[1] == found[2]


def test_the_local_store_needs_no_salt(tmp_path: Path) -> None:
    assert AccountIdentity(LOCAL, tmp_path).text() == "local\n\n\n"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("former", "was"),
    [
        ("p\nhttps://host.test/v1\n\n", True),
        ("p\nhttps://host.test/v1/?code=x\n\n", True),
        ("p\nhttps://me@host.test:443/v1\n\n", True),
        ("renamed\nhttps://host.test/v1\n\n", True),
        ("there\nhttps://host.test/v1\n\n", False),
        ("p\nhttps://host.test/v2\n\n", False),
        ("p\nhttps://host.test/v1\norg\n", False),
        ("p\nhttps://host.test/v1\n\nproject", False),
        ("local\n\n\n", False),
        ("here", False),
        ("", False),
    ],
)
def test_what_older_versions_kept_is_known_by_its_url(
    tmp_path: Path, former: str, was: bool
) -> None:
    assert AccountIdentity(P, tmp_path, others=("there",)).matches_former(former) is was
    assert not AccountIdentity(LOCAL, tmp_path).matches_former(former)
