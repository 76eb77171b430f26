"""JSON texts as servers write them: odd spacing, long numbers, floats that are whole."""

import json

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
