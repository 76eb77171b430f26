"""Starts the program by a fork of a process that has imported all of it.

Imports are most of what a start costs. Everything else is as in a process of its own: the program
runs with the environment, the streams and the handlers of signals that it would find, and Python
ends it as it ends every program.

Two processes take part: `Forked` asks the server, which is started once in each process that runs
tests; `python -m tests.e2e.fork_server` is the server. What a fork cannot show is tested in a new
interpreter: what is imported when, and what libraries read from the environment as they are
imported, such as ESCDELAY, which the program sets over SSH.
"""

import atexit
import fcntl
import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import assistant_tui

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST = 1 << 16
"""Bytes of the longest request and answer."""


class Forked:
    """A program that was forked: what tests use of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        streams: Sequence[int],
        folder: Path | None = None,
        session: bool = False,
    ) -> None:
        """Start the program with nothing but `environ` to look at.

        Args:
            arguments: the words behind its name.
            environ: all of its environment.
            streams: descriptors for its stdin, stdout and stderr.
            folder: where it works; where this process works if left out.
            session: whether it gets a session of its own, on the terminal that is its stdin.
        """
        request = [[*arguments], {**environ}, str(folder or Path.cwd()), session]
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(_server(), [json.dumps(request).encode()], [theirs.fileno(), *streams])
        self.pid = self._said()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        return self._exit_code_within(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; raises TimeoutExpired after `timeout` seconds."""
        code = self._exit_code_within(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("assistant-tui", timeout or 0)
        return code

    def _exit_code_within(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._channel], [], [], seconds)[0]:
            self.returncode = self._said()
            self._channel.close()
        return self.returncode

    def _said(self) -> int:
        said = self._channel.recv(_LONGEST)
        assert said, "the server of forks has ended"
        return int(said)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Piped(Forked):
    """A program that was forked, and whose stdout and stderr can be read."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str], folder: Path | None = None
    ) -> None:
        """Start the program with an empty stdin; as a context manager it is ended at last."""
        with ExitStack() as stack:
            stdin = stack.enter_context(open(os.devnull, "rb"))
            self.stdout, out = _pipe(stack)
            self.stderr, err = _pipe(stack)
            super().__init__(arguments, environ, [stdin.fileno(), out, err], folder)

    def __enter__(self) -> Self:
        """The program itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what is left, and close what is open."""
        self.kill()
        self.wait()
        self.stdout.close()
        self.stderr.close()

    def communicate(self, timeout: float) -> tuple[bytes, bytes]:
        """Read what it still writes, and wait for its end; it is killed after `timeout` seconds."""
        late = threading.Timer(timeout, self.kill)
        late.start()
        try:
            with ThreadPoolExecutor(1) as other:
                said = other.submit(self.stderr.read)
                out = self.stdout.read()
            self.wait()
            return out, said.result()
        finally:
            late.cancel()


def _pipe(stack: ExitStack) -> tuple[BinaryIO, int]:
    """The end of a pipe to read from, and the other one, which is closed with the stack."""
    reading, writing = os.pipe()
    stack.callback(os.close, writing)
    return open(reading, "rb"), writing


@cache
def _server() -> socket.socket:
    """Where the server of this process takes requests; it ends with this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environ = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(_ROOT),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        # The program sets it before it imports Textual, which reads it then.
        "TEXTUAL_ANIMATIONS": "none",
    }
    with theirs:
        number = theirs.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.fork_server", str(number)],
            env=environ,
            stdin=subprocess.DEVNULL,
            pass_fds=[number],
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


class _Request(NamedTuple):
    """What a forked process is to become."""

    arguments: list[str]
    environ: dict[str, str]
    folder: str
    session: bool


class _Server:
    """Forks, and tells who asked for a fork when it has ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._channels: dict[int, socket.socket] = {}
        """Where the end of each process is to be told."""
        self._children = os.pipe()
        """Is written to when a child has ended."""
        for end in self._children:
            os.set_blocking(end, False)

    def serve(self) -> _Request | None:
        """Serve until nobody asks any more; returns a request in the process that was forked."""
        signal.set_wakeup_fd(self._children[1])
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        control = self._control.fileno()
        while True:
            ready, _, _ = select.select([control, self._children[0]], [], [])
            if self._children[0] in ready:
                os.read(self._children[0], _LONGEST)
                self._tell_of_ends()
            if control in ready:
                data, descriptors, _, _ = socket.recv_fds(self._control, _LONGEST, 4)
                if not data:
                    return None
                if self._fork(*descriptors):
                    return _Request(*json.loads(data))

    def _fork(self, channel: int, *streams: int) -> bool:
        """Returns whether this is the new process."""
        number = os.fork()
        if number == 0:
            signal.set_wakeup_fd(-1)
            for each in (self._control, *self._channels.values()):
                each.close()
            for stream, given in enumerate(streams):
                os.dup2(given, stream)
            os.closerange(3, max(channel, *streams, *self._children) + 1)
            return True
        for given in streams:
            os.close(given)
        self._channels[number] = socket.socket(fileno=channel)
        self._channels[number].send(str(number).encode())
        return False

    def _tell_of_ends(self) -> None:
        while self._channels:
            number, status = os.waitpid(-1, os.WNOHANG)
            if number == 0:
                return
            with self._channels.pop(number) as channel, suppress(BrokenPipeError):
                # Whose test has failed is asked about no more.
                channel.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request: _Request) -> int:
    """Be the program: everything that it finds at its start is as the request says."""
    if request.session:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environ)
    time.tzset()
    _open_streams()
    sys.argv = ["assistant-tui", *request.arguments]
    from assistant_tui.__main__ import main

    return main()


def _open_streams() -> None:
    """Open the standard streams as the interpreter does it, on what their numbers stand for now."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        before = getattr(sys, name)
        stream = open(  # noqa: SIM115  # open until the process ends
            number,
            mode="w" if number else "r",
            encoding=before.encoding,
            errors=before.errors,
            newline="\n",
            closefd=False,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _import_all() -> None:
    for module in pkgutil.walk_packages(assistant_tui.__path__, "assistant_tui."):
        import_module(module.name)
    assert threading.active_count() == 1, "a fork has but the thread that forks"
    gc.collect()
    gc.freeze()
    # A form makes so many objects that a tenth of its time went into looking for garbage.
    gc.set_threshold(20_000, 20, 25)


if __name__ == "__main__":
    _import_all()
    asked = _Server(socket.socket(fileno=int(sys.argv[1]))).serve()
    sys.exit(0 if asked is None else _become(asked))
