"""Looks up the chunks for one query in the tables of the text index, and gives them scores."""

import math
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from assistant_tui.server.vector_stores.chunking import Chunk
from assistant_tui.server.vector_stores.words import query_words

_SATURATION = 0.5
"""A word that is once in a chunk of average length counts for two thirds of its weight."""
_LENGTH_SHARE = 0.75
"""How much the length of a chunk counts, as in BM25."""
_QUERY_WORDS = 64
"""Words of a query that are looked for."""
_QUERY_CHARACTERS = 10_000
"""Characters of a query that are read."""
_CANDIDATES = 200
"""Chunks that FTS5 ranks highest, among which the order is then made."""


class Ranking:
    """Scores of one query over some vector stores.

    This is BM25 divided by the most that it could be. Unlike the function of FTS5 it tells good
    from bad also where there are few chunks, and its values can be compared with a threshold.
    """

    def __init__(
        self, words: Sequence[str], chunk_count: int, word_count: int, having: Mapping[str, int]
    ) -> None:
        """
        Args:
            words: of the query, each once.
            chunk_count: how many chunks there are.
            word_count: how many words they have together.
            having: in how many of the chunks each word is.
        """
        self._weights = {
            word: math.log(1 + (chunk_count - count + 0.5) / (count + 0.5))
            for word in words
            # A word that is nowhere weighs as much as one that is in one chunk.
            for count in [min(max(having[word], 1), chunk_count)]
        }
        self._total = sum(self._weights.values())
        self._average = max(1.0, word_count / max(1, chunk_count))

    def score(self, chunk_words: Iterable[str]) -> float:
        """From 0, for a chunk without any of the words, to almost 1."""
        counts = Counter[str]()
        length = 0
        for word in chunk_words:
            length += 1
            if word in self._weights:
                counts[word] += 1
        long = 1 - _LENGTH_SHARE + _LENGTH_SHARE * length / self._average
        found = sum(
            self._weights[word] * count / (count + _SATURATION * long)
            for word, count in counts.items()
        )
        return found / self._total


class FoundChunk(NamedTuple):
    """A chunk that fits a query."""

    vector_store_id: str
    file_id: str
    score: float
    """From 0 to 1: the share of the query's words that it has, rare words weighing more."""
    chunk: Chunk


def distinct_words(query: str) -> list[str]:
    """The words of a query that are looked for."""
    return [*islice(dict.fromkeys(query_words(query[:_QUERY_CHARACTERS])), _QUERY_WORDS)]


def find_chunks(
    connection: sqlite3.Connection,
    vector_store_ids: Sequence[str],
    words: Sequence[str],
    is_wanted: Callable[[str, str], bool],
) -> list[FoundChunk]:
    """See TextIndex.search; there must be a vector store and a word at least."""
    stores = _any_of(map(as_word, vector_store_ids))

    def expression(some: Iterable[str]) -> str:
        return f"vector_store : ({stores}) AND words : ({_any_of(some)})"

    ranking = Ranking(
        words,
        *_sizes(connection, vector_store_ids),
        {word: _count(connection, expression([word])) for word in words},
    )
    found = [
        FoundChunk(
            store, file, ranking.score(_words(connection, number)), _chunk(connection, number)
        )
        for number, store, file in islice(
            _candidates(connection, expression(words), is_wanted), _CANDIDATES
        )
    ]
    return sorted(found, key=lambda each: -each.score)


def as_word(vector_store_id: str) -> str:
    """An id as a word of FTS5, which knows no case."""
    return vector_store_id.encode().hex()


def _any_of(words: Iterable[str]) -> str:
    """An expression of FTS5 for any of these words: within quotes nothing has a meaning."""
    return " OR ".join('"{}"'.format(word.replace('"', '""')) for word in words)


def _sizes(connection: sqlite3.Connection, vector_store_ids: Sequence[str]) -> tuple[int, int]:
    """How many chunks the vector stores have, and how many words these have."""
    marks = ", ".join("?" * len(vector_store_ids))
    chunks, words = connection.execute(
        "SELECT ifnull(sum(chunks), 0), ifnull(sum(words), 0) FROM documents"
        f" WHERE vector_store_id IN ({marks}) AND complete",
        vector_store_ids,
    ).fetchone()
    return chunks, words


def _count(connection: sqlite3.Connection, expression: str) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM chunk_words WHERE chunk_words MATCH ?", (expression,)
    ).fetchone()
    return int(count)


def _candidates(
    connection: sqlite3.Connection, expression: str, is_wanted: Callable[[str, str], bool]
) -> Iterator[tuple[int, str, str]]:
    """Number, vector store and file of the chunks, as FTS5 ranks them."""
    rows = connection.execute(
        "SELECT chunks.number, vector_store_id, file_id FROM chunk_words"
        " JOIN chunks ON chunks.number = chunk_words.rowid"
        " JOIN documents ON documents.number = chunks.document"
        " WHERE chunk_words MATCH ? AND complete"
        " ORDER BY bm25(chunk_words, 0.0, 1.0), chunks.number",
        (expression,),
    )
    known: dict[tuple[str, str], bool] = {}
    for number, store, file in rows:
        if (store, file) not in known:
            known[store, file] = is_wanted(store, file)
        if known[store, file]:
            yield number, store, file


def _words(connection: sqlite3.Connection, number: int) -> list[str]:
    (words,) = connection.execute(
        "SELECT words FROM chunk_words WHERE rowid = ?", (number,)
    ).fetchone()
    return str(words).split(" ")


def _chunk(connection: sqlite3.Connection, number: int) -> Chunk:
    return Chunk(
        *connection.execute(
            "SELECT start, end, text FROM chunks WHERE number = ?", (number,)
        ).fetchone()
    )
