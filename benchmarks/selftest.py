"""``python -m benchmarks.selftest``: measures a program whose figures are known; 0 if all agree.

The bounds leave room for a busy machine above, none below: a harness that reads too little or too
early is wrong, one that reads a little late is on a shared machine.
"""

import sys
from dataclasses import dataclass, field

from benchmarks.figures.start import shown, usable
from benchmarks.floors.rows import row_text
from benchmarks.programs import Program, curses_list, line_list
from benchmarks.session import BenchmarkFailed


@dataclass
class Checks:
    """Prints each reading and remembers whether one was out of its bounds."""

    failed: list[str] = field(default_factory=list)

    def within(self, name: str, value: float, least: float, most: float) -> None:
        """One reading, its bounds included."""
        good = least <= value <= most
        print(f"{'ok  ' if good else 'FAIL'} {name:34} {value:10.1f}  wanted {least} to {most}")
        if not good:
            self.failed.append(name)


def _known(*arguments: str) -> Program:
    return Program("known", (sys.executable, "-m", "benchmarks.known", *arguments), "READY")


def _quiet(checks: Checks) -> None:
    with _known().opened() as session:
        lines = session.screen().text().splitlines()
        if lines[0] != "READY" or any(lines[1:]):
            session.fail("queries answered wrongly, or sequences shown as text")
        press = session.press("down")
        checks.within("first byte of a key, ms", press.first_ms, 20, 30)
        checks.within("bytes of a key", press.size, 100, 100)
        checks.within("bytes once it rests", press.size + session.settle(), 150, 150)
        checks.within("bytes while idle", session.read_for(1.0), 0, 0)
        # On a busy machine two presses may be read, and answered, as one.
        checks.within("bytes per press, held", session.hold("down", 20), 80, 100)
        session.settle()
        checks.within("peak memory, MB", session.peak_memory(), 50, 75)
        checks.within("quit, ms", session.quit(), 80, 130)


def _start(checks: Checks) -> None:
    readings = shown(_known())
    checks.within("start to the text, ms", readings["usable"], 310, 600)
    with _known().opened() as session:
        size = sum(len(chunk.data) for chunk in session.log)
    checks.within("bytes of a start, twice the same", readings["bytes"] - size, 0, 0)


def _busy(checks: Checks) -> None:
    with _known("busy").session() as session:
        session.await_text("READY")
        checks.within("bytes in 3 s of ten a 100 ms", session.read_for(3.0), 270, 300)


def _floors(checks: Checks) -> None:
    for program in (curses_list(250), line_list(250)):
        checks.within(f"{program.name}: usable, ms", usable(program)["usable"], 20, 3000)
        with program.opened() as session:
            for _ in range(50):
                session.press("down")
            shown_rows = session.screen().text().splitlines()
        expected = [row_text(number) for number in range(11, 51)]
        checks.within(f"{program.name}: lines wrong", _different(shown_rows, expected), 0, 0)


def _different(lines: list[str], expected: list[str]) -> int:
    return sum(a != b for a, b in zip(lines, expected, strict=True))


def _ends(checks: Checks) -> None:
    """Whoever does not answer is reported, with the screen, within the limit."""
    try:
        with _known().opened() as session:
            session.await_text("never shown", limit=0.5)
    except BenchmarkFailed as error:
        checks.within("a failed wait tells the screen", float("READY" in str(error)), 1, 1)
    else:
        checks.within("a wait for nothing fails", 0, 1, 1)


def main() -> int:
    """Runs all checks."""
    checks = Checks()
    for check in (_quiet, _start, _busy, _floors, _ends):
        try:
            check(checks)
        except BenchmarkFailed as error:
            checks.failed.append(str(error))
            print(f"FAIL {error}")
    print(f"{len(checks.failed)} failed" if checks.failed else "all as known")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
