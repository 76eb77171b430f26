"""The command line: the time of the processor, against the least that Python does for the same."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory

from benchmarks.measure import Figure, Group, Probe, Readings
from benchmarks.programs import Subject, environment
from benchmarks.session import BenchmarkFailed

REPEATS = 5


def cpu(command: Sequence[str]) -> Readings:
    """Milliseconds that a command takes of the processor, the least of some times."""
    with TemporaryDirectory(prefix="bench-") as folder:
        environ = environment(Path(folder, "home"))
        return {"cpu": min(_once(command, environ) for _ in range(REPEATS))}


def _once(command: Sequence[str], environ: Mapping[str, str]) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    code = run(command, env=dict(environ), stdin=DEVNULL, stdout=DEVNULL, check=False).returncode
    after = getrusage(RUSAGE_CHILDREN)
    if code != 0:
        raise BenchmarkFailed(f"{' '.join(command)}: ended with code {code}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000


def group(subject: Subject) -> Group:
    """The version against a Python that does nothing, a list against the import of httpx."""
    commands = {
        "python": (sys.executable, "-c", "pass"),
        "version": (subject.executable, "--version"),
        "httpx": (sys.executable, "-c", "import httpx"),
        "list": (subject.executable, "--demo", "250", "list", "--json", "--all"),
    }
    probes: dict[str, Probe] = {name: _probe(command) for name, command in commands.items()}
    return Group(
        probes,
        [
            Figure(
                "--version, against a bare Python", "ms", ("version", "cpu"), ("python", "cpu"), 2.5
            ),
            Figure(
                "--demo 250 list --json, against importing httpx",
                "ms",
                ("list", "cpu"),
                ("httpx", "cpu"),
                1.5,
            ),
        ],
        warm_up=True,
    )


def _probe(command: Sequence[str]) -> Probe:
    return lambda: cpu(command)
