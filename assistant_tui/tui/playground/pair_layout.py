"""Two threads turn by turn: what was said to both, what each answered, and how that differs."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from assistant_tui.core.threads.comparison import AnswerComparison
from assistant_tui.core.threads.entries import Entry
from assistant_tui.core.threads.transcript import Transcript
from assistant_tui.core.threads.turns import Turn, answer_of, turns_of
from assistant_tui.tui.playground.block import Block, Facts
from assistant_tui.tui.playground.pair_columns import (
    DIFFERENT,
    LETTERS,
    SAME,
    BlockCache,
    Column,
    above_text,
    below_text,
    beside,
    differing_calls,
    figures,
    heading,
    marked_words,
    said,
    wrapped_pieces,
)
from assistant_tui.tui.playground.spans import Line, Span, cut

_NOTHING = Turn(None, ())
_SIGN, _NO_SIGN = Span("≠ ", "warning"), Span("  ")


@dataclass(frozen=True)
class LaidTurn:
    """One turn in lines."""

    shown: tuple[object, ...]
    """What decides whether it must be laid out anew."""
    comparison: AnswerComparison
    lines: tuple[Line, ...]


class PairLayout:
    """The lines of two threads for one width; only turns that have changed are laid out anew."""

    def __init__(self) -> None:
        self.turns: list[LaidTurn] = []
        self._caches = (BlockCache(), BlockCache())
        self._starts = [0]
        self.unfolded = False
        """Whether calls and thoughts are shown whole; `update` follows it."""
        self._width = 0
        self._stacked = False

    @property
    def height(self) -> int:
        """How many lines there are."""
        return self._starts[-1]

    def resize(self, width: int, *, stacked: bool) -> None:
        """Lay out for another width from the next `update` on.

        `stacked` puts one answer above the other, not beside it.
        """
        self._width, self._stacked = width, stacked

    def update(self, left: Transcript, right: Transcript, facts: Facts) -> int:
        """Follow two threads.

        Returns:
            The first line that is not as it was; the height where all are.
        """
        pairs = [*zip_longest(turns_of(left.entries), turns_of(right.entries), fillvalue=_NOTHING)]
        first, changed = min(len(self.turns), len(pairs)), len(self.turns) != len(pairs)
        for at, (one, other) in enumerate(pairs):
            columns = (
                Column(one, answer_of(one, left.runs)),
                Column(other, answer_of(other, right.runs)),
            )
            shown = (self._width, self._stacked, self.unfolded, *map(_shown, columns))
            if at >= len(self.turns) or self.turns[at].shown != shown:
                self.turns[at : at + 1] = [self._laid_out(at, shown, columns, facts)]
                first, changed = min(first, at), True
        del self.turns[len(pairs) :]
        return self._place(first) if changed else self.height

    def _laid_out(
        self, at: int, shown: tuple[object, ...], columns: tuple[Column, Column], facts: Facts
    ) -> LaidTurn:
        comparison = AnswerComparison(columns[0].answer, columns[1].answer)
        drawing = _TurnDrawing(columns, comparison, self._caches, facts, self.unfolded)
        draw = drawing.stacked if self._stacked else drawing.in_columns
        lines = ((), *drawing.prompt(self._width), *draw(self._width))
        return LaidTurn(shown, comparison, lines)

    def _place(self, at: int) -> int:
        del self._starts[at + 1 :]
        for turn in self.turns[at:]:
            self._starts.append(self._starts[-1] + len(turn.lines))
        return self._starts[at]

    def turn_at(self, line: int) -> int:
        """The turn in which a line is."""
        return max(min(bisect_right(self._starts, line) - 1, len(self.turns) - 1), 0)

    def start_of(self, at: int) -> int:
        """The line at which a turn begins."""
        return self._starts[at]

    def line(self, number: int) -> Line:
        """What stands on a line."""
        if not 0 <= number < self.height:
            return ()
        at = self.turn_at(number)
        return self.turns[at].lines[number - self._starts[at]]


def _shown(column: Column) -> tuple[object, ...]:
    entries = column.turn.entries
    return (
        column.turn.text,
        column.answer.status,
        column.answer.usage,
        column.answer.seconds,
        tuple((e.key, e.text, e.complete, e.has_output()) for e in entries),
    )


@dataclass(frozen=True)
class _TurnDrawing:
    """Draws one turn of both threads."""

    columns: tuple[Column, Column]
    comparison: AnswerComparison
    caches: tuple[BlockCache, BlockCache]
    facts: Facts
    is_open: bool

    def prompt(self, width: int) -> Iterator[Line]:
        """What was said to both; where that is not the same, what was said to each."""
        texts = [column.turn.text for column in self.columns]
        for letter, column in zip(LETTERS, self.columns, strict=True):
            entry = column.turn.prompt
            if entry is None or (column is self.columns[1] and texts[0] == texts[1]):
                continue
            block = Block(entry)
            block.lay_out(width, self.facts)
            same = texts[0] == texts[1]
            yield from block.lines if same else (heading(letter, "was told", width), *block.lines)

    @property
    def _compares(self) -> bool:
        """Whether both answers are there to be compared."""
        return all(column.answer.ended for column in self.columns)

    def in_columns(self, width: int) -> Iterator[Line]:
        """The answers beside one another; `≠` stands between what differs."""
        left = (width - len(SAME)) // 2
        widths = left, width - len(SAME) - left
        turns = [column.turn for column in self.columns]
        different = self._compares and any(differing_calls(self.comparison))
        yield ()
        yield from beside(([head] for head in self._heads(widths)), left, SAME)
        above = (self._blocks(side, widths[side], above_text(turns[side])) for side in (0, 1))
        yield from beside(above, left, DIFFERENT if different else SAME)
        if self._compares:
            for line in self.comparison.lines:
                one = wrapped_pieces(marked_words(line.left), widths[0])
                other = wrapped_pieces(marked_words(line.right), widths[1])
                yield from beside((one, other), left, SAME if line.same else DIFFERENT)
        else:
            texts = (self._texts(side, widths[side]) for side in (0, 1))
            yield from beside(texts, left, SAME)
        below = (self._blocks(side, widths[side], below_text(turns[side])) for side in (0, 1))
        yield from beside(below, left, SAME)
        yield from self._verdict(width)

    def stacked(self, width: int) -> Iterator[Line]:
        """One answer above the other; `≠` stands before what differs."""
        inner, heads = width - len(_SIGN.text), self._heads((width, width))
        calls = differing_calls(self.comparison) if self._compares else (set(), set())
        for side in (0, 1):
            turn = self.columns[side].turn
            yield ()
            yield heads[side]
            for entry in above_text(turn):
                sign = _SIGN if entry.key in calls[side] else _NO_SIGN
                yield from _behind(sign, self._blocks(side, inner, [entry]))
            yield from self._stacked_text(side, inner)
            yield from _behind(_NO_SIGN, self._blocks(side, inner, below_text(turn)))
        yield from self._verdict(width)

    def _stacked_text(self, side: int, width: int) -> Iterator[Line]:
        if not self._compares:
            yield from _behind(_NO_SIGN, self._texts(side, width))
            return
        for line in self.comparison.lines:
            pieces = marked_words(line.right if side else line.left)
            yield from _behind(_NO_SIGN if line.same else _SIGN, wrapped_pieces(pieces, width))

    def _heads(self, widths: tuple[int, int]) -> list[Line]:
        return [
            heading(letter, figures(column.answer), width)
            for letter, column, width in zip(LETTERS, self.columns, widths, strict=True)
        ]

    def _blocks(self, side: int, width: int, entries: Iterable[Entry]) -> list[Line]:
        lines: list[Line] = []
        for entry in entries:
            lines += self.caches[side].lines(entry, width, self.facts, is_open=self.is_open)
        return lines

    def _texts(self, side: int, width: int) -> list[Line]:
        """The messages of one side without their headings."""
        lines: list[Line] = []
        for entry in said(self.columns[side].turn):
            lines += [()] if lines else []
            lines += self.caches[side].lines(entry, width, self.facts, is_open=True)[1:]
        return lines

    def _verdict(self, width: int) -> Iterator[Line]:
        if self._compares:
            same = self.comparison.same_text and self.comparison.same_calls
            sign = Span("= " if same else "≠ ", "muted" if same else "warning")
            yield cut((sign, Span(self.comparison.verdict, "muted")), width)


def _behind(sign: Span, lines: list[Line]) -> Iterator[Line]:
    """Lines behind a sign, which stands in the first of them."""
    for line in lines:
        yield (sign, *line)
        sign = _NO_SIGN
