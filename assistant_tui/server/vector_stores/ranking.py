"""Gives chunks a score for a query: the share of its words that they have."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_SATURATION = 0.5
"""A word that is once in a chunk of average length counts for two thirds of its weight."""
_LENGTH_SHARE = 0.75
"""How much the length of a chunk counts, as in BM25."""


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
