"""Starts a program in a pty, waits until rows are on its screen, and quits it by Ctrl+Q."""

import os
import pty
import select
import sys
import time

WORDS = b"Data lake"
PATIENCE = 60.0
"""Seconds until the program must have shown its rows, and then ended."""


def main(command: list[str]) -> int:
    """Return 0 if the program showed its rows and ended by itself with 0."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", LINES="24", COLUMNS="80")
        os.execvp(command[0], command)
    seen, quitting, end = b"", False, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
        if WORDS in seen and not quitting:
            quitting = True
            os.write(terminal, b"\x11")
    else:
        print("the program did not end:", seen[-2000:], file=sys.stderr)
        return 1
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    print(f"rows shown: {quitting}, exit code {code}")
    return 0 if quitting and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
