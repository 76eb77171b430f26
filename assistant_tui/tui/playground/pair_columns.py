"""What two threads say in one turn as lines: beside one another, or one above the other."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from assistant_tui.core.safe_text import one_line
from assistant_tui.core.text_comparison import Piece
from assistant_tui.core.threads.comparison import AnswerComparison
from assistant_tui.core.threads.entries import Entry, EntryKind
from assistant_tui.core.threads.turns import Answer, Turn
from assistant_tui.tui.playground.block import Block, Facts
from assistant_tui.tui.playground.spans import Line, Span, cut, width_of
from assistant_tui.tui.widgets.text_layout import wrap

SAME, DIFFERENT = " │ ", " ≠ "
LETTERS = ("A", "B")
DIFFERS = "differs"
"""The part of words that the other side lacks."""


class Column(NamedTuple):
    """One side of a turn."""

    turn: Turn
    answer: Answer


class _Cached(NamedTuple):
    block: Block
    shown: tuple[object, ...]
    """What decides whether it must be laid out anew."""
    text: str
    """The text of the entry that is in it."""

    def grows_to(self, text: str) -> bool:
        """Whether that is the same text with more at its end, and is shown whole."""
        return not self.block.can_fold and text.startswith(self.text)


class BlockCache:
    """The blocks of one side: an entry that streams is appended to, not laid out anew."""

    def __init__(self) -> None:
        self._cached: dict[str, _Cached] = {}

    def lines(self, entry: Entry, width: int, facts: Facts, *, is_open: bool) -> Sequence[Line]:
        """The lines of an entry."""
        cached, text = self._cached.get(entry.key), entry.text
        waits = entry.call is not None and facts.waits(entry.call)
        shown = (id(entry), width, is_open, entry.complete, entry.has_output(), waits)
        same = cached is not None and cached.shown == shown
        if cached is not None and same and cached.text == text:
            return cached.block.lines
        if cached is not None and same and cached.grows_to(text):
            block = cached.block
            block.append(text[len(cached.text) :], width, facts)
        else:
            block = Block(entry)
            block.is_open = is_open
            block.lay_out(width, facts)
        self._cached[entry.key] = _Cached(block, shown, text)
        return block.lines


def figures(answer: Answer) -> str:
    """What an answer took, in words."""
    ended = {"completed": "", "cancelled": "stopped"}.get(answer.status, answer.status)
    ended = ended if answer.ended else ""
    problem = f"{ended}: {one_line(answer.problem)}" if answer.problem else ended
    tokens = "" if answer.usage is None else f"{answer.usage.total:,} tokens"
    seconds = "" if answer.seconds is None else f"{answer.seconds:.1f} s"
    calls = len(answer.calls)
    called = f"{calls} call{'s' if calls > 1 else ''}" if calls else ""
    return " · ".join(filter(None, (problem, tokens, seconds, called)))


def above_text(turn: Turn) -> Iterator[Entry]:
    """What stands above the answer: thoughts, calls, and steps of an unknown kind."""
    kinds = (EntryKind.REASONING, EntryKind.CALL, EntryKind.STEP)
    return (entry for entry in turn.entries if entry.kind in kinds)


def below_text(turn: Turn) -> Iterator[Entry]:
    """What stands below the answer: why it did not come to its end."""
    return (entry for entry in turn.entries if entry.kind is EntryKind.NOTE)


def said(turn: Turn) -> Iterator[Entry]:
    """The messages that were answered."""
    return (entry for entry in turn.entries if entry.kind is EntryKind.ASSISTANT)


def differing_calls(compared: AnswerComparison) -> tuple[set[str], set[str]]:
    """The keys of the calls on each side that the other one did not make so."""
    pairs = [pair for pair in compared.calls if not pair.same]
    return (
        {pair.left.key for pair in pairs if pair.left is not None},
        {pair.right.key for pair in pairs if pair.right is not None},
    )


def beside(sides: Iterable[Iterable[Line]], width: int, between: str) -> Iterator[Line]:
    """Lines in two columns, the left one of that width.

    `between` stands in the first of them, if it is a sign.
    """
    for one, other in zip_longest(*sides, fillvalue=()):
        gap = Span(" " * (width - width_of(one)))
        yield (*one, gap, Span(between, "warning" if between == DIFFERENT else "muted"), *other)
        between = SAME


def marked_words(pieces: Sequence[Piece] | None) -> Sequence[Piece] | None:
    """A line of which the words are marked that differ; none where it differs as a whole.

    The sign beside it tells that; a whole answer in marks would show nothing.
    """
    if pieces is None or any(not piece.differs for piece in pieces):
        return pieces
    return [Piece(piece.text, False) for piece in pieces]


def wrapped_pieces(pieces: Sequence[Piece] | None, width: int) -> list[Line]:
    """A line of an answer in its pieces, wrapped; what differs is drawn as such."""
    if pieces is None:
        return []
    drawn = [Piece(one_line(piece.text), piece.differs) for piece in pieces]
    text = "".join(piece.text for piece in drawn)
    lines, at = [], 0
    for line in wrap(text, width):
        at = text.find(line, at)  # behind the spaces at which the line before was broken
        lines.append(tuple(_cut_out(drawn, at, at + len(line))))
        at += len(line)
    return lines


def _cut_out(pieces: Iterable[Piece], start: int, end: int) -> Iterator[Span]:
    begin = 0
    for piece in pieces:
        text = piece.text[max(start - begin, 0) : max(end - begin, 0)]
        if text:
            yield Span(text, DIFFERS if piece.differs else "")
        begin += len(piece.text)


def heading(letter: str, words: str, width: int) -> Line:
    """The head of an answer."""
    return cut((Span(f"{letter} ", "assistant"), Span(words, "muted")), width)
