"""What came of the cases, in words and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant_tui.core.evals.cases import Case
from assistant_tui.core.threads.turns import Answer


@dataclass(frozen=True)
class Verdict:
    """What came of one case with one assistant."""

    failures: tuple[str, ...]
    """Why it is not as expected; empty where it is. Not made safe for display."""
    answer: Answer | None = None
    """None where there was none."""
    seconds: float = 0.0
    thread_id: str = ""
    """The thread, where it was kept."""

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.failures

    @property
    def words(self) -> str:
        """The verdict in a column: whether it passed, how long it took, and what was used."""
        said = ["pass" if self.passed else "FAIL", f"{self.seconds:.1f} s"]
        if self.answer is not None and self.answer.usage is not None:
            said.append(f"{self.answer.usage.total:,} tokens")
        return "  ".join(said)

    def as_json(self) -> dict[str, Any]:
        """The verdict for programs."""
        answer = self.answer
        usage = answer.usage if answer is not None else None
        calls = [] if answer is None else answer.calls
        said: dict[str, Any] = {
            "passed": self.passed,
            "failures": list(self.failures),
            "answer": None if answer is None else answer.text,
            "calls": [{"name": call.name, "arguments": call.arguments} for call in calls],
            "status": None if answer is None else answer.status,
            "seconds": round(self.seconds, 3),
            "tokens": None if usage is None else usage.total,
        }
        return said | ({"thread_id": self.thread_id} if self.thread_id else {})


def case_as_json(case: Case, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """A case with its verdict, and that of the assistant that it is compared with."""
    first, *others = (verdict.as_json() for verdict in verdicts)
    said = {"name": case.name, "prompt": case.prompt, **first}
    return said | ({"against": others[0]} if others else {})


def summary(names: Sequence[str], verdicts: Sequence[Sequence[Verdict]]) -> str:
    """How many cases passed.

    Args:
        names: of those who were tried.
        verdicts: for each case, those of all who were tried.
    """
    counts = [sum(row[place].passed for row in verdicts) for place in range(len(names))]
    if len(names) == 1:
        return f"{counts[0]} of {len(verdicts)} passed"
    parts = [
        f"{name}: {n} of {len(verdicts)} passed" for name, n in zip(names, counts, strict=True)
    ]
    better = sum(row[0].passed and not row[1].passed for row in verdicts)
    worse = sum(row[1].passed and not row[0].passed for row in verdicts)
    return "; ".join([*parts, f"better in {better}, worse in {worse}"])
