"""Hands a text to the person's own editor, and takes it back."""

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from textual.app import App, SuspendNotSupported


class EditorError(Exception):
    """The editor could not be started or failed; nothing was taken from it."""


def edit(app: App[object], text: str, suffix: str) -> str:
    """Open $VISUAL or $EDITOR on a 0600 file with the text, and return what was left in it.

    The program stands still meanwhile: the terminal is the editor's.

    Raises:
        EditorError: no editor, one that ended with an error, or no terminal to give away.
    """
    command = _command()
    try:
        handle, name = tempfile.mkstemp(prefix="assistant-", suffix=suffix)
    except OSError as error:
        raise EditorError(f"no file for the editor: {error.strerror}") from None
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            os.fchmod(handle, 0o600)
            file.write(text)
        _run(app, [*command, name])
        return _decode(path.read_bytes())
    except OSError as error:
        raise EditorError(f"the file of the editor: {error.strerror}") from None
    finally:
        path.unlink(missing_ok=True)


def _decode(data: bytes) -> str:
    """Lone surrogates come back as they were given; other bytes that are no UTF-8 are kept, too."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape")


def _command() -> list[str]:
    name = "VISUAL" if os.environ.get("VISUAL", "").strip() else "EDITOR"
    try:
        return shlex.split(os.environ.get(name, "")) or ["vi"]
    except ValueError as error:
        raise EditorError(f"${name}: {error}") from None


def _run(app: App[object], command: list[str]) -> None:
    failure = ""
    try:
        with app.suspend(), _interrupts_left_to_the_editor():
            # An exception that escapes from here would leave the screen frozen.
            try:
                code = subprocess.run(command, check=False).returncode
                failure = f"{_ending(code)}: nothing was changed" if code else ""
            except OSError as error:
                failure = f"could not be started: {error.strerror}; set $EDITOR"
    except SuspendNotSupported:
        failure = "cannot be opened here: this terminal cannot be given away"
    if failure:
        raise EditorError(f"{Path(command[0]).name} {failure}")


def _ending(code: int) -> str:
    """How a program ended that failed."""
    if code > 0:
        return f"ended with exit code {code}"
    names = {each.value: each.name for each in signal.Signals}
    return f"was ended by {names.get(-code, f'signal {-code}')}"


@contextmanager
def _interrupts_left_to_the_editor() -> Iterator[None]:
    """Ctrl+C reaches every program on the terminal, and would end this one with a form open.

    What else would end it is held back until the editor has ended; asyncio learns of signals by
    the wake-up descriptor alone.
    """
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            held.append(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    caught = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    wakeup = signal.set_wakeup_fd(-1)
    before = {number: signal.signal(number, hold) for number in caught}
    # An editor that stops stops its whole job.
    before |= {n: signal.signal(n, signal.SIG_DFL) for n in (signal.SIGTSTP, signal.SIGCONT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        for each in held:
            signal.raise_signal(each)
