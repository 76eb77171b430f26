"""Makes words of texts and queries: what they are compared by."""

import re
import unicodedata
from collections.abc import Iterator

_RUN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\U00020000-\U0003ffff]+"
)
"""Scripts that put no spaces between words (Hangul is here for its endings)."""
_LONGEST = 64
"""Characters of a word that are compared."""


def text_words(text: str) -> Iterator[str]:
    """The words of a text: without case, accents and the plural of English.

    Of writing without spaces, such as Chinese, each character and each pair of them is a word.
    """
    for word, is_unspaced in _split(text):
        if is_unspaced:
            yield from word
            yield from _pairs(word)
        else:
            yield _singular(word[:_LONGEST])


def query_words(query: str) -> Iterator[str]:
    """The words of a query, by which :func:`text_words` of a text are found."""
    for word, is_unspaced in _split(query):
        if not is_unspaced:
            yield _singular(word[:_LONGEST])
        elif len(word) == 1:
            yield word
        else:
            yield from _pairs(word)


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """Each word, and whether it may be several that no space divides."""
    for run in _RUN.findall(_folded(text)):
        if run.isascii():
            yield run, False
            continue
        end = 0
        for match in _UNSPACED.finditer(run):
            if match.start() > end:
                yield run[end : match.start()], False
            yield match[0], True
            end = match.end()
        if end < len(run):
            yield run[end:], False


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare)


def _pairs(run: str) -> Iterator[str]:
    for at in range(len(run) - 1):
        yield run[at : at + 2]


def _singular(word: str) -> str:
    """The word without an English plural (D. Harman, "How effective is suffixing?", 1991)."""
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word if word.endswith(("eies", "aies")) else f"{word[:-3]}y"
    if word.endswith("es"):
        return word if word.endswith(("aes", "ees", "oes")) else word[:-1]
    return word if word.endswith(("us", "ss")) else word[:-1]
