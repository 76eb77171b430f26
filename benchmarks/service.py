"""A server in a process of its own: started, its address read from what it prints, ended."""

import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from os import killpg

from benchmarks.session import BenchmarkFailed

LIMIT = 20.0
"""Seconds that a server may take to say where it listens, and again to end."""
_URL = re.compile(r"https?://\S+")


@contextmanager
def service(command: Sequence[str], env: Mapping[str, str]) -> Iterator[str]:
    """Runs ``command`` and yields the first URL that it prints."""
    try:
        process = subprocess.Popen(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    except OSError as error:
        raise BenchmarkFailed(f"{command[0]} cannot be started: {error.strerror}") from error
    try:
        yield _address(process, " ".join(command))
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(LIMIT)
        with suppress(ProcessLookupError):
            killpg(process.pid, signal.SIGKILL)
        process.wait(LIMIT)


def _address(process: subprocess.Popen[str], name: str) -> str:
    assert process.stdout
    end, said = time.monotonic() + LIMIT, ""
    while (left := end - time.monotonic()) > 0:
        if not select.select([process.stdout], [], [], left)[0]:
            break
        line = process.stdout.readline()
        if found := _URL.search(line):
            return found[0].rstrip(".,)")
        said += line
        if not line:
            break
    raise BenchmarkFailed(f"{name}: printed no address within {LIMIT} s; it said:\n{said}")
