"""What a program was told of its writes, to be held against what the server has in the end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant_tui.core.errors import ServiceError
from assistant_tui.core.rows import ResourceRow
from assistant_tui.server.store.paging import Json


@dataclass
class KnownAssistant:
    """An assistant whose creation was acknowledged."""

    row: ResourceRow
    """As it was last seen."""
    descriptions: set[str | None] = field(default_factory=lambda: {None})
    """What its description may be."""
    there: set[bool] = field(default_factory=lambda: {True})
    """Whether it may be there."""


class WriteLog:
    """Every write that was acknowledged or refused; `said` are the refusals."""

    def __init__(self) -> None:
        self.known: dict[str, KnownAssistant] = {}
        self.said: list[ServiceError] = []
        self._doubtful: Counter[str] = Counter()
        """By name: creates that may have been carried out though no answer came."""

    def created(self, row: ResourceRow) -> KnownAssistant:
        """A create was acknowledged: nobody may have been told of this one before."""
        assert row.id not in self.known, f"{row.name} was acknowledged twice as {row.id}"
        return self.known.setdefault(row.id, KnownAssistant(row))

    def not_created(self, name: str, error: ServiceError) -> None:
        """A create was given up."""
        self._say(error)
        self._doubtful[name] += error.may_have_arrived

    def saved(self, known: KnownAssistant, row: ResourceRow, description: str) -> None:
        """A change of the description was acknowledged."""
        known.row, known.descriptions, known.there = row, {description}, {True}

    def not_saved(self, known: KnownAssistant, description: str, error: ServiceError) -> None:
        """A change was given up."""
        self._say(error)
        if error.may_have_arrived:
            known.descriptions.add(description)

    def deleted(self, known: KnownAssistant) -> None:
        """A deletion was acknowledged."""
        known.there = {False}

    def not_deleted(self, known: KnownAssistant, error: ServiceError) -> None:
        """A deletion was given up."""
        self._say(error)
        if error.may_have_arrived:
            known.there.add(False)

    def _say(self, error: ServiceError) -> None:
        assert error.message.strip(), "a failure without a word"
        self.said.append(error)

    def check(self, held: Sequence[Json]) -> None:
        """Every acknowledged write is there, and none is doubled."""
        there = {each["id"]: each for each in held}
        for name, known in self.known.items():
            assert (name in there) in known.there, f"{known} is there: {name in there}"
            if name in there:
                assert there[name]["description"] in known.descriptions, known
        strangers = Counter(each["name"] for each in held if each["id"] not in self.known)
        assert strangers <= self._doubtful, strangers - self._doubtful
