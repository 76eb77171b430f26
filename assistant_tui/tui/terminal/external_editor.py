"""Edits a text in the user's own editor ($VISUAL, $EDITOR or vi), through a private file."""

import errno
import os
import re
import shlex
import shutil
import signal
import stat
import tempfile
import time
from pathlib import Path

from textual.app import App, SuspendNotSupported

from assistant_tui.core.strict_json import line_and_column, without_bom
from assistant_tui.storage.private_files import private_folder
from assistant_tui.tui.terminal import job_control

MAX_FILE_SIZE = 64_000_000
"""Bytes of a file that are read."""
_AT_ONCE = 1.0
"""Seconds within which an editor ends that has only told another program to open the file."""
_FOR_A_SHELL = re.compile(r"[|&;<>()$`\\\"' \t\n*?\[#~=%]")
"""Characters that only a shell understands; the same as git's."""
_NOT_STARTED = {126: os.strerror(errno.EACCES), 127: os.strerror(errno.ENOENT)}
"""The exit codes by which a shell says that it cannot start a command."""
MAX_TEXT_SIZE = 4_000_000
"""Bytes of a file that are read for one text of the form."""
_KINDS = {stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a FIFO"}


class EditorError(Exception):
    """The editor could not be started or failed; nothing was taken from it."""


class UnreadableFile(EditorError):
    """What an editor left is no text that can be taken; it is still there."""


class EditorFile:
    """A 0600 file in a 0700 folder of its own, in which an editor may make files, too."""

    def __init__(self, path: Path, before: str, largest: int = MAX_FILE_SIZE) -> None:
        """`before` is the text that the file held when the editor was started; of what it holds
        then no more than `largest` bytes are read."""
        self.path = path
        self.before = before
        self._largest = largest
        self._visited = False
        self.hint = ""
        """What to say if an editor came back sooner than a person can have used it."""

    @classmethod
    def make(
        cls, parent: Path | None, text: str, suffix: str, largest: int = MAX_FILE_SIZE
    ) -> "EditorFile":
        """Make the folder, below `parent` or where temporary files are; the file is not there yet.

        Raises:
            EditorError: the disk refused.
        """
        try:
            if parent is not None:
                private_folder(parent).chmod(0o700)
            folder = tempfile.mkdtemp(prefix="edit-", dir=parent)
            os.chmod(folder, 0o700)  # where the umask would not even let the owner in
        except OSError as error:
            raise EditorError(f"no file for the editor: {error.strerror}") from None
        return cls(Path(folder, f"assistant{suffix}"), text, largest)

    def write(self, text: str) -> None:
        """Put a text into the file; what an editor left in its place is moved aside.

        Raises:
            EditorError: the disk refused.
        """
        fresh = self.path.with_name(f"{self.path.name}.new")
        try:
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, 0o600)
                file.write(_encoded(text))
            if os.path.lexists(self.path) and not _is_regular(self.path):
                os.replace(self.path, tempfile.mktemp(prefix="left-", dir=self.path.parent))
            os.replace(fresh, self.path)
        except OSError as error:
            raise EditorError(f"no file for the editor: {error.strerror}") from None

    def reopen(self, text: str | None = None) -> None:
        """Prepare another round, with another text or with the file as it was left.

        Raises:
            EditorError: the disk refused.
        """
        if text is None and os.path.lexists(self.path) and _is_regular(self.path):
            return
        self.write(self.before if text is None else text)

    def run(self, app: App[object]) -> None:
        """Start the editor on the file and wait for its end; the terminal is the editor's.

        Raises:
            EditorError: no editor, one that ended with an error, or no terminal to give away.
        """
        name, command = _command(str(self.path))
        started, again, self._visited = time.monotonic(), self._visited, True
        self.hint = ""
        _run_suspended(app, name, command)
        if time.monotonic() - started < _AT_ONCE and not (again or self.changed):
            self.hint = f"{name} ended at once, unchanged; it may need --wait"

    def read(self) -> str:
        """The text that was left in the file; a byte order mark is passed over.

        Raises:
            UnreadableFile: no file, one that is too large, or what is no text in UTF-8.
            EditorError: the file is gone.
        """
        text = _decoded(self._bytes(), self.before)
        if not self.before.endswith("\n"):
            # Most editors end a file with a line break, which nobody typed.
            text = text.removesuffix("\n")
        return text if self.before.startswith("\ufeff") else without_bom(text)

    @property
    def changed(self) -> bool:
        """Whether something else is there now than before the editor was started."""
        try:
            return self.read() != self.before
        except UnreadableFile:
            return True
        except EditorError:
            return False

    def remove(self) -> None:
        """Take the folder away, with all that the editor put there; what is refused is left."""
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def _bytes(self) -> bytes:
        try:
            # Opening a FIFO would wait for somebody who writes into it.
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                found = os.fstat(handle)
                if not stat.S_ISREG(found.st_mode):
                    raise UnreadableFile(_replaced_by(found.st_mode))
                if found.st_size > self._largest:
                    size = f"{found.st_size:,} bytes, {self._largest:,} and less are read"
                    raise UnreadableFile(f"the editor left {size}")
                return file.read(self._largest)
        except FileNotFoundError:
            words = "the editor took the file away: nothing was changed"
            raise EditorError(words) from None
        except OSError as error:
            raise UnreadableFile(self._odd(error)) from None

    def _odd(self, error: OSError) -> str:
        try:
            mode = os.lstat(self.path).st_mode
        except OSError:
            mode = stat.S_IFREG
        if stat.S_ISREG(mode):
            return f"the file of the editor: {error.strerror}"
        return _replaced_by(mode)


def _replaced_by(mode: int) -> str:
    kind = _KINDS.get(stat.S_IFMT(mode), "something else")
    return f"the editor left {kind} in place of the file"


def _is_regular(path: Path) -> bool:
    return stat.S_ISREG(os.lstat(path).st_mode)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes, before: str) -> str:
    """The text of bytes; halves of characters and NULs may be there where they were before."""
    try:
        text = data.decode("utf-8", "strict" if _is_whole(before) else "surrogatepass")
    except UnicodeDecodeError as error:
        start = data[: error.start].decode("utf-8", "replace")
        where = line_and_column(start, len(start))
        byte = f"(byte {data[error.start]:02X}), UTF-8 is read"
        raise UnreadableFile(f"{where}: not UTF-8 {byte}") from None
    if "\0" in text and "\0" not in before:
        where = line_and_column(text, text.index("\0"))
        raise UnreadableFile(f"{where}: a NUL character, text is read")
    return text


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _command(path: str) -> tuple[str, list[str]]:
    """The name of the editor, and the command that opens a file in it; as in git by a shell."""
    variable = "VISUAL" if os.environ.get("VISUAL", "").strip() else "EDITOR"
    line = os.environ.get(variable, "").strip() or "vi"
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise EditorError(f"${variable}: {error}") from None
    program = next((word for word in words if "=" not in word), line)
    if _FOR_A_SHELL.search(line):
        # Some shells wait for the editor, and would end by a Ctrl+C that it took for itself.
        return Path(program).name, ["sh", "-c", f'trap : INT; {line} "$@"', line, path]
    return Path(program).name, [line, path]


def _run_suspended(app: App[object], name: str, command: list[str]) -> None:
    failure = ""
    try:
        with app.suspend():
            # An exception that escapes from here would leave the screen frozen.
            try:
                code = job_control.run_in_foreground(command)
                failure = f"{_exit_description(code)}: nothing was changed" if code else ""
                if code in _NOT_STARTED and command[0] == "sh":
                    failure = f"could not be started: {_NOT_STARTED[code]}; set $EDITOR"
            except OSError as error:
                failure = f"could not be started: {error.strerror}; set $EDITOR"
    except SuspendNotSupported:
        failure = "cannot be opened here: this terminal cannot be given away"
    if failure:
        raise EditorError(f"{name} {failure}")


def _exit_description(code: int) -> str:
    """How a program ended that failed."""
    if code > 0:
        return f"ended with exit code {code}"
    names = {each.value: each.name for each in signal.Signals}
    return f"was ended by {names.get(-code, f'signal {-code}')}"
