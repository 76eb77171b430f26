"""Two texts in columns, line by line, the lines that differ marked."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from assistant_tui.core.assistants.comparison import ComparedField, LinePair
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.safe_text import many_lines, one_line
from assistant_tui.tui.widgets.reader import Reader
from assistant_tui.tui.widgets.wrapping import fit, wrap

_DIFFERENT, _SAME = " ≠ ", " │ "
_ALIKE = 3
"""Lines that are shown of a field that is the same on both sides."""


class SideBySide(Reader):
    """Shows fields of two assistants; `≠` stands between what differs."""

    def __init__(self, compared: Sequence[ComparedField]) -> None:
        super().__init__()
        self._compared = compared

    def laid_out(self, width: int) -> Iterable[tuple[str, str]]:
        """The fields, each under its name, in two columns."""
        for field in self._compared:
            name = FIELDS[field.name].label if field.name in FIELDS else one_line(field.name)
            yield f"{name} · {'the same' if field.same else 'different'}", "label"
            pairs = field.pairs[:_ALIKE] if field.same else field.pairs
            for pair in pairs:
                yield from _columns(pair, (width - len(_SAME)) // 2)
            if len(pairs) < len(field.pairs):
                yield f"… {len(field.pairs) - len(pairs):,} more lines, the same", "muted"
            yield "", ""


def _columns(pair: LinePair, width: int) -> Iterator[tuple[str, str]]:
    left, right = (wrap(many_lines(text or ""), width) for text in (pair.left, pair.right))
    between, part = (_SAME, "muted") if pair.same else (_DIFFERENT, "")
    for one, other in zip_longest(left, right, fillvalue=""):
        yield f"{fit(one, width)}{between}{other}", part
        between = _SAME if between == _DIFFERENT else between
