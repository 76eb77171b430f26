"""Files and folders that nobody else may open, whatever the umask says."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant_tui.storage.private_files import (
    make_private,
    open_private,
    private_folder,
    write_private,
)


@pytest.fixture(params=[0, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test under each of these."""
    before = os.umask(request.param)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    """The permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_a_folder_and_those_made_above_it_are_their_owners_alone(tmp_path: Path) -> None:
    path = private_folder(tmp_path / "a" / "b" / "c")
    assert {mode(each) for each in (path, *path.parents[:2])} == {0o700}
    assert private_folder(path) == path


@pytest.mark.usefixtures("umask")
def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    made, written, opened = (tmp_path / "new" / name for name in ("made", "written", "opened"))
    make_private(made)
    write_private(written, "text")
    os.close(open_private(opened, os.O_CREAT | os.O_WRONLY))
    assert {mode(each) for each in (made, written, opened)} == {0o600}
    assert mode(made.parent) == 0o700
    assert written.read_text() == "text"


def test_a_folder_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    private_folder(theirs / "own")
    assert mode(theirs) == 0o755


def test_a_file_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    make_private(path)
    assert path.read_text() == "before"


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "folder"):
        with pytest.raises(OSError):
            private_folder(path)


def test_a_write_that_fails_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, "before")
    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\ud800")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "before"
    write_private(path, "\ud800", "surrogatepass")
    assert path.read_bytes().decode("utf-8", "surrogatepass") == "\ud800"
