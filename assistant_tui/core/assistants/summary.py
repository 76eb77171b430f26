"""What a list shows of one assistant."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class AssistantSummary(NamedTuple):
    """What a list shows of one assistant, beside what every row has."""

    name: str = ""
    model: str = ""
    tools: tuple[str, ...] = ()
    """The tools' types, in their order."""

    def texts(self, place: str) -> tuple[str, ...]:
        """The texts that a filter finds in one place, such as `model`.

        Args:
            place: the qualifier; "" for all texts that are searched without one.
        """
        read = _TEXTS.get(place)
        return () if read is None else read(self)

    def sort_text(self, column: str) -> str:
        """The text that rows are sorted by in a column; empty where there is none."""
        return " ".join(self.texts("tool" if column == "tools" else column))


_TEXTS: Mapping[str, Callable[[AssistantSummary], tuple[str, ...]]] = {
    "": lambda summary: (summary.name, summary.model),
    "name": lambda summary: (summary.name,),
    "model": lambda summary: (summary.model,),
    "tool": lambda summary: summary.tools,
}
