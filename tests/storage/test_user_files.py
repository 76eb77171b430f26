"""Files that a person names: what is read of them, and what no read waits for."""

import os
import threading
from pathlib import Path

import pytest

from assistant_tui.storage.user_files import (
    FileError,
    FileMissing,
    check_user_file,
    decoded,
    descriptor_of,
    expand_path,
    read_stream,
    read_user_file,
)


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_user_file(path, 5) == b"12345" and check_user_file(path, 5) == path
    for use in (read_user_file, check_user_file):
        with pytest.raises(FileError, match="it is too large; up to 4 bytes are allowed"):
            use(path, 4)


def test_a_file_that_tells_no_size_is_read_up_to_the_limit_too() -> None:
    assert b"Name:" in read_user_file("/proc/self/status", 100_000)
    with pytest.raises(FileError, match="too large"):
        read_user_file("/proc/self/status", 10)


def test_a_file_that_is_not_there_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_user_file(tmp_path / "none", 1)
    assert read_user_file("/dev/null", 1) == b""


def test_a_link_is_followed_only_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to("a")
    assert read_user_file(tmp_path / "link", 1) == b"1"
    with pytest.raises(FileError):
        read_user_file(tmp_path / "link", 1, follow=False)


def test_a_file_whose_name_begins_like_a_home_is_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    (tmp_path / "~nosuchuser.json").write_bytes(b"1")
    assert read_user_file("~nosuchuser.json", 1) == b"1"
    assert expand_path("~/x") == Path("/home/me/x")


@pytest.mark.parametrize(
    ("name", "number"),
    [("-", 0), ("/dev/stdin", 0), ("/dev/fd/63", 63), ("/proc/self/fd/7", 7), ("/dev/fd/x", None)],
)
def test_streams_are_known_by_their_names(name: str, number: int | None) -> None:
    assert descriptor_of(name) == number


def test_a_stream_that_does_not_block_is_waited_for_all_the_same() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, b"one ")

    def write_the_rest() -> None:
        os.write(writing, b"two")
        os.close(writing)

    writer = threading.Timer(0.01, write_the_rest)
    writer.start()
    assert read_stream(reading, 100) == b"one two"
    writer.join()
    os.close(reading)


def test_a_stream_that_is_not_open_is_told() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    with pytest.raises(FileError, match="Bad file descriptor"):
        read_stream(reading, 100)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_as_its_byte_order_mark_says(encoding: str) -> None:
    assert decoded("naïve\r\n日本 😀".encode(encoding)) == "naïve\r\n日本 😀"
    assert decoded("".encode(encoding)) == ""


def test_big_endian_text_is_read_too() -> None:
    assert decoded("\ufeffa\nb".encode("utf-16-be")) == "a\nb"
    assert decoded("\ufeffa\nb".encode("utf-32-be")) == "a\nb"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a\n\xff", "line 2: not UTF-8"),
        (b"\xef\xbb\xbfa\n\xff", "line 2: not UTF-8"),
        ("a\n".encode("utf-16") + b"\x00", "line 2: not UTF-16"),
        (
            "{}".encode("utf-16-le"),
            "line 1: UTF-16 or UTF-32 without a byte order mark; UTF-8 is read",
        ),
        (
            "{}".encode("utf-32-be"),
            "line 1: UTF-16 or UTF-32 without a byte order mark; UTF-8 is read",
        ),
    ],
)
def test_what_is_no_such_text_is_named(data: bytes, told: str) -> None:
    with pytest.raises(FileError) as raised:
        decoded(data)
    assert str(raised.value) == told
