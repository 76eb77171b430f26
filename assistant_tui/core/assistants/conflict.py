"""Fields that were changed both here and elsewhere, and what becomes of each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import takewhile

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.raw_json import RawJson

UNSET = "null"
LONG = 48
"""Characters of a value up to which it is shown from its start, wherever it differs."""
LOOKED_AT = 100_000
"""Characters in which the first difference is looked for."""
LEAD = 12
"""Characters before the first difference that a longer one is shown from."""


class Side(Enum):
    """Whose value a field gets."""

    MINE = "mine"
    THEIRS = "theirs"
    ORIGINAL = "original"


@dataclass(frozen=True)
class DraftConflict:
    """An edit, the assistant as somebody else made it meanwhile, and the fields of both."""

    draft: Draft
    newer: RawJson
    fields: tuple[str, ...]
    before: RawJson | None = None
    """What the edit began from, if it went on over a newer original since."""

    def values(self, name: str) -> dict[Side, str]:
        """The JSON texts to choose from; `null` where a field is not set or absent."""
        before = self.before.members if self.before is not None else self.draft.start
        return {
            Side.MINE: self.draft.patch().get(name, UNSET),
            Side.THEIRS: self.newer.members.get(name, UNSET),
            Side.ORIGINAL: before.get(name, UNSET),
        }

    def kept(self, chosen: Mapping[str, Side]) -> tuple[str, ...]:
        """The fields that stay as they were changed elsewhere, chosen so or not touched here."""
        return tuple(
            name
            for name in self.draft.changed_in(self.newer)
            if name not in self.fields or chosen.get(name) is Side.THEIRS
        )

    def settled(self, chosen: Mapping[str, Side]) -> Draft:
        """The edit to send over the newer one; of a field that is not named it is mine.

        Of theirs nothing is sent; the original is sent as it was.
        """
        dropped = {n for n in self.fields if chosen.get(n, Side.MINE) is not Side.MINE}
        exact = {n: text for n, text in self.draft.exact.items() if n not in dropped}
        for name in self.fields:
            if chosen.get(name) is Side.ORIGINAL:
                exact[name] = self.values(name)[Side.ORIGINAL]
        raw = {n: held for n, held in self.draft.raw.items() if n not in dropped}
        return replace(self.draft, raw=raw, exact=exact).rebased(self.newer)


def excerpts(values: Mapping[Side, str]) -> dict[Side, str]:
    """The values for one line each: long ones that begin alike from just before they differ."""
    if max(map(len, values.values())) <= LONG:
        return dict(values)
    columns = zip(*(value[:LOOKED_AT] for value in values.values()), strict=False)
    alike = sum(1 for _ in takewhile(lambda each: len(set(each)) == 1, columns))
    start = alike - LEAD
    if start <= LEAD:
        return dict(values)
    return {side: "…" + value[start:] for side, value in values.items()}
