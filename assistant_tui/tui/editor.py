"""Hands a text to the person's own editor, and takes it back."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported


class EditorError(Exception):
    """The editor could not be started or failed; nothing was taken from it."""


def edit(app: App[object], text: str, suffix: str) -> str:
    """Open $VISUAL or $EDITOR on a 0600 file with the text, and return what was left in it.

    The program stands still meanwhile: the terminal is the editor's.

    Raises:
        EditorError: no editor, one that ended with an error, or no terminal to give away.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    handle, name = tempfile.mkstemp(prefix="assistant-", suffix=suffix)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
        _run(app, [*command, name])
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    finally:
        path.unlink(missing_ok=True)


def _run(app: App[object], command: list[str]) -> None:
    failure = ""
    try:
        with app.suspend():
            # An exception that escapes from here would leave the screen frozen.
            try:
                code = subprocess.run(command, check=False).returncode
                failure = f"ended with exit code {code}: nothing was changed" if code else ""
            except OSError as error:
                failure = f"could not be started: {error.strerror}; set $EDITOR"
    except SuspendNotSupported:
        failure = "cannot be opened here: this terminal cannot be given away"
    if failure:
        raise EditorError(f"{command[0]} {failure}")
