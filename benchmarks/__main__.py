"""``python -m benchmarks``: the figures of benchmarks/README.md, measured on this machine."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import local_store, report
from benchmarks.figures import (
    cli,
    filtering,
    idle,
    keys,
    listing,
    memory,
    opening,
    playground,
    runs,
    start,
)
from benchmarks.measure import Group, Result, run
from benchmarks.programs import ROOT, Subject
from benchmarks.session import BenchmarkFailed

GROUPS = (
    "start",
    "local",
    "keys",
    "opening",
    "idle",
    "memory",
    "listing",
    "filter",
    "runs",
    "playground",
    "cli",
)
QUICK = 2
README = ROOT / "benchmarks" / "README.md"
FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130
Groups = dict[str, Callable[[], Group]]


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    subject = Subject()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--only", default=",".join(GROUPS), help=f"groups to run: {','.join(GROUPS)}")
    add("--rounds", type=int, default=5, help="rounds that count (5)")
    add("--quick", action="store_true", help="two rounds")
    add("--write", action="store_true", help="put the table into benchmarks/README.md")
    add("--listed", type=int, default=10_000, help="assistants of the listing group (10000)")
    add("--program", default=subject.executable, help="the program under test")
    add("--row", default=subject.row, help="regular expression that a row of the list matches")
    add("--form-key", default=subject.form_key, help="key that opens the form (enter)")
    return parser.parse_args(given)


def _groups(subject: Subject, listed: int, home: Path) -> Groups:
    return {
        "start": lambda: start.group(subject),
        "local": lambda: start.remembered(subject, local_store.prepare(subject, home)),
        "keys": lambda: keys.group(subject),
        "opening": lambda: opening.group(subject),
        "idle": lambda: idle.group(subject),
        "memory": lambda: memory.group(subject),
        "filter": lambda: filtering.group(subject),
        "listing": lambda: listing.group(listed),
        "runs": lambda: runs.group(subject),
        "playground": lambda: playground.group(subject),
        "cli": lambda: cli.group(subject),
    }


def _measure(names: Sequence[str], groups: Groups, rounds: int) -> tuple[list[Result], bool]:
    """The results, and whether every group that there is could be measured."""
    results: list[Result] = []
    complete = True
    for name in names:
        print(name, file=sys.stderr)
        try:
            results += run(groups[name](), rounds)
        except BenchmarkFailed as error:
            complete = False
            print(f"{name} failed: {error}", file=sys.stderr)
    return results, complete


def _refusal(options: argparse.Namespace, names: Sequence[str]) -> str:
    """What is wrong with the command line; empty if nothing is."""
    if unknown := [name for name in names if name not in GROUPS]:
        return f"--only: no such group: {', '.join(unknown)}; there are {', '.join(GROUPS)}"
    if options.rounds < 1:
        return "--rounds: at least 1"
    if options.write and not report.writable(README):
        return f"--write: {README.name} has no {report.START} … {report.END} to write into"
    return ""


def main(given: Sequence[str] | None = None) -> int:
    """Runs the chosen groups; 0 if all of them could be measured."""
    options = _arguments(given)
    names = [name for name in options.only.split(",") if name]
    if refusal := _refusal(options, names):
        print(refusal, file=sys.stderr)
        return WRONG_USAGE
    rounds = QUICK if options.quick else options.rounds
    subject = Subject(options.program, options.row, options.form_key)
    try:
        with TemporaryDirectory(prefix="bench-store-") as home:
            groups = _groups(subject, options.listed, Path(home))
            results, complete = _measure(names, groups, rounds)
    except KeyboardInterrupt:
        return INTERRUPTED
    text = f"{report.table(results)}\n\n{report.context(rounds)}"
    print(text)
    if options.write and complete:
        report.write(README, text)
    return 0 if complete else FAILED


if __name__ == "__main__":
    raise SystemExit(main())
