"""The table: as Markdown, on the screen and in benchmarks/README.md."""

import os
import platform
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import Result

START, END = "<!-- bench -->", "<!-- /bench -->"
_HEAD = ("Figure", "Value", "Floor", "Ratio", "Spread", "Goal", "Reached")


def table(results: Iterable[Result]) -> str:
    """A Markdown table, one line a figure."""
    lines = [_HEAD, ("---",) + ("---:",) * 5 + ("---",), *(_line(result) for result in results)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def context(rounds: int) -> str:
    """What a reader must know to take the figures for what they are."""
    return (
        f"Median of {rounds} rounds, programs in turn; Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, a terminal of 120×40 unless the line says otherwise. "
        "Only ratios can be compared from one machine to another."
    )


def _line(result: Result) -> tuple[str, ...]:
    figure, least, most = result.figure, *result.spread
    has_ratio = result.ratio is not None
    spread = f"{least:.2f}–{most:.2f}" if has_ratio else f"{_plain(least)}–{_plain(most)}"
    goal = "–"
    if figure.at_most is not None:
        by_ratio = figure.of_ratio and has_ratio
        goal = f"≤ {figure.at_most:g} ×" if by_ratio else f"≤ {_plain(figure.at_most)}"
    reached = {True: "yes", False: "no", None: "–"}[result.reached]
    return (
        figure.title,
        f"{_plain(result.value)} {figure.unit}",
        "–" if result.floor is None else f"{_plain(result.floor)} {figure.unit}",
        "–" if result.ratio is None else f"{result.ratio:.2f} ×",
        spread,
        goal,
        reached,
    )


def _plain(value: float) -> str:
    """Three digits are what such a measurement is good for."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def writable(readme: Path) -> bool:
    """Whether the two marks are there; to be asked before minutes go into measuring."""
    _, start, rest = readme.read_text("utf-8").partition(START)
    return bool(start) and END in rest


def write(readme: Path, text: str) -> None:
    """Puts ``text`` between the two marks."""
    before, _, rest = readme.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{START}\n{text}\n{END}{after}", "utf-8")
