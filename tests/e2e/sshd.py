"""A real sshd on the loopback, and logins to it with a key, as a person has them."""

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.e2e.processes import end_all, none_is_left, running_in
from tests.e2e.terminal import ROOT, Terminal
from tests.limits import LIMIT

PACKAGES = {
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "tmux": "tmux",
    "screen": "screen",
}
"""Where Debian has the programs that this asks for."""
_PRIVILEGE_SEPARATION = Path("/run/sshd")
"""Where sshd insists on an empty folder when it runs as root."""


class Sshd:
    """One sshd, a process of its own on a free port; whoever logs in comes to `home`.

    What this machine's own user has in dot files is not looked at.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        """Make keys in `folder`, and wait until somebody can log in."""
        self.home = home
        self._folder = folder
        self._user = pwd.getpwuid(os.getuid()).pw_name
        self._port = _free_port()
        for name in ("host", "login"):
            _make_key(folder / name)
        if os.getuid() == 0:
            _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        (folder / "sshd_config").write_text(self._configuration(), "utf-8")
        # sshd starts itself anew for each login, which asks for its whole path.
        command = [_path_of("sshd"), "-D", "-e", "-f", str(folder / "sshd_config")]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        said = [*_until(self._process.stderr, "Server listening on")]
        assert self._process.poll() is None, f"sshd does not listen: {said}"

    def __enter__(self) -> Self:
        """The sshd itself; it listens already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and end what is still there, so that a failure is alone."""
        end_all(self.kept)
        self._process.terminate()
        self._process.communicate(timeout=LIMIT)

    def login(
        self,
        *command: str,
        size: tuple[int, int] = (80, 24),
        term: str = "xterm-256color",
        terminal: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> Terminal:
        """Run a command there, with `environ` added to what a login finds."""
        wanted = self._environ(environ or {})
        line = shlex.join(["env", *(f"{name}={text}" for name, text in wanted.items()), *command])
        here = {"PATH": os.environ.get("PATH", os.defpath), "TERM": term}
        start = f"cd {shlex.quote(str(self.home))} && exec {line}"
        return Terminal([*self._ssh("-tt" if terminal else "-T"), start], here, size)

    @property
    def kept(self) -> Path:
        """Where the program keeps everything."""
        return self.home / "assistant-tui"

    @property
    def left(self) -> list[int]:
        """The processes that are still running in this home."""
        return running_in(self.kept)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the one process there."""
        (process,) = self.left
        os.kill(process, number)

    def is_left_by_all(self) -> None:
        """Wait until no process is left there."""
        none_is_left(self.kept)

    def _environ(self, environ: Mapping[str, str]) -> dict[str, str]:
        """What a shell profile would set."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "ASSISTANT_TUI_HOME": str(self.kept),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            **environ,
        }

    def _ssh(self, *options: str) -> list[str]:
        known = f"UserKnownHostsFile={self._folder / 'known_hosts'}"
        plain = ["-F", "none", "-o", "StrictHostKeyChecking=accept-new", "-o", known, "-q"]
        key = ["-i", str(self._folder / "login"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]
        to = ["-p", str(self._port), f"{self._user}@127.0.0.1"]
        return [_path_of("ssh"), *plain, *key, *options, *to]

    def _configuration(self) -> str:
        folder = self._folder
        return f"""
            ListenAddress 127.0.0.1
            Port {self._port}
            HostKey {folder / "host"}
            AuthorizedKeysFile {folder / "login.pub"}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            PrintMotd no
            PrintLastLog no
            SetEnv HOME={self.home}
        """


def missing(*programs: str) -> list[str]:
    """The Debian packages of those of these programs that this machine lacks."""
    return sorted({PACKAGES[name] for name in programs if _find(name) is None})


def _find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def _path_of(program: str) -> str:
    path = _find(program)
    assert path is not None, f"{program} is missing"
    return path


def _make_key(path: Path) -> None:
    command = [_path_of("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(command, check=True, timeout=LIMIT)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


def _until(lines: Iterable[str], wanted: str) -> Iterator[str]:
    """The lines up to the one that holds `wanted`."""
    for line in lines:
        yield line
        if wanted in line:
            return
