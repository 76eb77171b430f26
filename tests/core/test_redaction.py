"""Keys do not stay in a text, in whatever form they stand there."""

import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.redaction import HIDDEN, redact

KEY = "sk-Canary/77+x=é~ 1234"


@pytest.mark.parametrize(
    "text",
    [KEY, KEY.upper(), KEY.lower(), quote(KEY), quote(KEY, safe=""), quote_plus(KEY)],
)
def test_as_it_is_and_percent_encoded(text: str) -> None:
    assert redact(f"<{text}>", [KEY]) == f"<{HIDDEN}>"


@given(st.binary(max_size=7), st.binary(max_size=7), st.sampled_from([False, True]))
def test_inside_the_base64_of_anything(before: bytes, after: bytes, safe: bool) -> None:
    encode = base64.urlsafe_b64encode if safe else base64.b64encode
    shown = redact(encode(before + KEY.encode() + after).decode(), [KEY])
    assert HIDDEN in shown
    assert len(shown) <= len(HIDDEN) + 4 * (len(before) + len(after)) / 3 + 8


def test_every_key_and_every_place() -> None:
    assert redact("a one b two c one", ["one", "two"]) == "a [key] b [key] c [key]"


@pytest.mark.parametrize("keys", [[], [""], ["absent-from-it"]])
def test_all_else_stays(keys: list[str]) -> None:
    assert redact("b25l two %20", keys) == "b25l two %20"


def test_a_short_key_hides_no_words() -> None:
    assert redact("YWI= aB ab", ["ab"]) == "YWI= [key] [key]"
