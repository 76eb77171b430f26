"""API keys in private files."""

import os
from pathlib import Path

import pytest

from tests.config.support import SECRET, key_of, refusal_of


def key_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """A file that holds a key."""
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
async def test_a_private_file(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, f"{SECRET}\n".encode(), mode)
    assert await key_of(api_key_file=str(path))() == SECRET


async def test_a_file_below_the_persons_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    key_file(tmp_path, SECRET.encode())
    assert await key_of(api_key_file="~/key")() == SECRET


async def test_a_file_is_read_anew_on_demand(tmp_path: Path) -> None:
    path = key_file(tmp_path, b"old")
    key = key_of(api_key_file=str(path))
    assert await key() == "old"
    path.write_bytes(b"new")
    assert (await key(), await key(again=True)) == ("old", "new")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o660, 0o666])
async def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, SECRET.encode(), mode)
    message = await refusal_of(api_key_file=str(path))
    assert message == f"api_key_file: {path} may be read by others: chmod 600 it"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n", b""])
async def test_a_line_break_at_the_end_of_a_file_is_not_of_the_key(
    tmp_path: Path, end: bytes
) -> None:
    path = key_file(tmp_path, b"\xef\xbb\xbf" + SECRET.encode() + end)
    assert await key_of(api_key_file=str(path))() == SECRET


async def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name, kind in (("pipe", "pipe"), ("endless", "device"), (".", "folder")):
        message = await refusal_of(api_key_file=str(tmp_path / name))
        assert message == f"api_key_file: {tmp_path / name}: it is a {kind}; a file is allowed"
    path = key_file(tmp_path, b"x" * 64_001)
    message = await refusal_of(api_key_file=str(path))
    assert message == f"api_key_file: {path}: it is too large; up to 64,000 bytes are allowed"


@pytest.mark.parametrize(("content", "told"), [(b"", "is empty"), (b" \n", "is empty")])
async def test_an_empty_file(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in await refusal_of(api_key_file=str(key_file(tmp_path, content)))


async def test_a_file_that_is_no_text_quotes_nothing_of_it(tmp_path: Path) -> None:
    path = key_file(tmp_path, SECRET.encode() + b"\xff")
    assert await refusal_of(api_key_file=str(path)) == f"api_key_file: {path}: line 1: not UTF-8"


@pytest.mark.parametrize("name", ["/no/such/file", "/", "a\0b", "~nobody-of-this-name/key"])
async def test_a_file_that_cannot_be_read(name: str) -> None:
    assert (await refusal_of(api_key_file=name)).startswith("api_key_file: ")
