"""JSON texts as servers write them: odd spacing, long numbers, floats that are whole."""

import json
import os
from random import Random

from hypothesis import strategies as st

_blank = st.text(" \t\r\n", max_size=2)
_numbers = st.one_of(
    st.integers().map(str),
    st.sampled_from(["1.0", "0.10", "1e3", "-0", "12345678901234567890123", "1E-2", "0.1000"]),
)
_characters = st.text(max_size=6).map(lambda text: json.dumps(text, ensure_ascii=False))
_escaped = st.text(max_size=6).map(json.dumps)
strings = _characters | _escaped | st.sampled_from(['"\\ud800"', '"\\/"', '"a\\"[{,:"', '"\\\\"'])
scalars = st.sampled_from(["true", "false", "null"]) | _numbers | strings


def _spaced(opening: str, pieces: list[str], closing: str, blank: str) -> str:
    return opening + blank + f"{blank},{blank}".join(pieces) + blank + closing


def _extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.builds(_spaced, st.just("["), st.lists(inner, max_size=3), st.just("]"), _blank)
    pairs = st.builds(lambda name, value: f"{name}: {value}", strings, inner)
    objects = st.builds(_spaced, st.just("{"), st.lists(pairs, max_size=3), st.just("}"), _blank)
    return lists | objects


texts = st.recursive(scalars, _extend, max_leaves=8)
"""The text of any JSON value."""

_SIMPLE = (
    "null",
    '""',
    "0",
    "[]",
    "{}",
    "true",
    '"a"',
    "1.0",
    "1",
    "[1]",
    '{"a": 1}',
    '{"a":1.00}',
)
_ODD_NUMBERS = ("0.10", "1e3", "-0", "12345678901234567890123", "1E-2", "0.1000")
_ODD_STRINGS = ('"\\ud800"', '"\\/"', '"a\\"[{,:"', '"\\\\"')
_ALPHABETS = (range(0x20), range(0x20, 0x7F), range(0x7F, 0xD800), range(0xE000, 0x110000))


class _Chance:
    """Makes the texts of JSON values by chance, at a hundredth of what `texts` costs."""

    def __init__(self, seed: int | None) -> None:
        self._random = Random(seed)

    def value(self, depth: int) -> str:
        """The text of a value that is nested so deeply at most."""
        kind = self._random.randrange(8 if depth else 5)
        if kind < 2:
            return self._random.choice(_SIMPLE)
        if kind == 2:
            return self._random.choice([*_ODD_NUMBERS, str(self._random.getrandbits(70))])
        if kind < 5:
            return self._string()
        blank = "".join(self._random.choices(" \t\r\n", k=self._random.randrange(3)))
        inside = [self.value(depth - 1) for _ in range(self._random.randrange(4))]
        if kind == 5:
            return _spaced("[", inside, "]", blank)
        return _spaced("{", [f"{self._string()}: {each}" for each in inside], "}", blank)

    def _string(self) -> str:
        if self._random.randrange(3) == 0:
            return self._random.choice(['"a"', '"name"', '""', *_ODD_STRINGS])
        length = self._random.randrange(7)
        text = "".join(
            chr(self._random.choice(self._random.choice(_ALPHABETS))) for _ in range(length)
        )
        return json.dumps(text, ensure_ascii=self._random.random() < 0.5)


def _samples() -> list[str]:
    chance = _Chance(None if os.environ.get("ASSISTANT_TUI_EXAMPLES") == "random" else 1)
    return sorted({*_SIMPLE, *(chance.value(3) for _ in range(600))}, key=lambda t: (len(t), t))


sample_texts = st.sampled_from(_samples())
"""The texts of some hundred JSON values: for tests that need many, where any will do."""

bodies = st.dictionaries(st.text(max_size=5), texts, max_size=4)
"""Names and the texts of their values."""


def is_strict(text: str) -> bool:
    """Whether JSON has no name twice, and no half of a character."""

    def pairs(found: list[tuple[str, object]]) -> object:
        if len(dict(found)) < len(found):
            raise ValueError("twice")
        return dict(found)

    try:
        value = json.loads(text, object_pairs_hook=pairs)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        return False
    return True
