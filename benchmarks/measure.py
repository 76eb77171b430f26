"""The form in which every group of figures is stated, and the rounds that fill it in."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Readings = dict[str, float]
"""One run of one program: the name of a reading → its value."""
Probe = Callable[[], Readings]
Source = tuple[str, str]
"""A program's name and the name of one of its readings."""


@dataclass(frozen=True)
class Figure:
    """One line of the table: what is measured, against what, and what it should reach."""

    title: str
    unit: str
    value: Source
    floor: Source | None = None
    at_most: float | None = None
    """The goal: of the ratio if ``of_ratio``, else of the value itself."""
    of_ratio: bool = True


@dataclass(frozen=True)
class Group:
    """Figures that come from the same runs."""

    probes: Mapping[str, Probe]
    figures: Sequence[Figure]
    warm_up: bool = False
    """One round that does not count: byte code and file caches are cold in the first."""


@dataclass(frozen=True)
class Result:
    """A figure with the readings of all rounds."""

    figure: Figure
    values: Sequence[float]
    floors: Sequence[float]

    @property
    def value(self) -> float:
        """The median, in the figure's unit."""
        return statistics.median(self.values)

    @property
    def floor(self) -> float | None:
        """The floor's median, in the figure's unit."""
        return statistics.median(self.floors) if self.floors else None

    @property
    def ratio(self) -> float | None:
        """Median over median; None without a floor."""
        return self.value / self.floor if self.floor else None

    @property
    def spread(self) -> tuple[float, float]:
        """Least and largest: of the rounds' own ratios, or of the values without a floor."""
        paired = list(self.values)
        if self.floor:
            paired = [a / b for a, b in zip(self.values, self.floors, strict=True) if b]
        return min(paired), max(paired)

    @property
    def reached(self) -> bool | None:
        """Whether the goal is met; None where there is no goal."""
        goal, measured = self.figure.at_most, self.value
        if self.figure.of_ratio and self.ratio is not None:
            measured = self.ratio
        return None if goal is None else measured <= goal


def run(group: Group, rounds: int) -> list[Result]:
    """Runs the probes in turn, A B A B, so that a machine's moods touch all of them alike."""
    if group.warm_up:
        for probe in group.probes.values():
            probe()
    taken: dict[str, list[Readings]] = {name: [] for name in group.probes}
    for number in range(1, rounds + 1):
        for name, probe in group.probes.items():
            print(f"  round {number} of {rounds}: {name}", file=sys.stderr)
            taken[name].append(probe())
    return [
        Result(figure, _column(taken, figure.value), _column(taken, figure.floor))
        for figure in group.figures
    ]


def _column(taken: Mapping[str, Sequence[Readings]], source: Source | None) -> list[float]:
    if source is None:
        return []
    name, reading = source
    return [readings[reading] for readings in taken[name]]
