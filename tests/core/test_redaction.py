"""Keys do not stay in a text, in whatever form they stand there."""

import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.redaction import HIDDEN, redact, secrets_in

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
    keys = ["sk-one-1", "sk-two-2"]
    assert redact("a sk-one-1 b sk-two-2 c sk-one-1", keys) == "a [key] b [key] c [key]"


@pytest.mark.parametrize("keys", [[], [""], ["absent-from-it"]])
def test_all_else_stays(keys: list[str]) -> None:
    assert redact("b25l two %20", keys) == "b25l two %20"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("any", "Too many requests: not any more"),
        ("any", "no assistant has any key"),
        ("sk", '{"model": "task", "id": "ask"}'),
        ("ab", "YWI= aB ab"),
        ("anything", "not anything: ask for anything"),
        ("EMPTY", "the list is empty"),
        ("x", "key xy, token x-1, Authorization: xs"),
    ],
)
def test_a_short_key_or_a_word_hides_no_words(key: str, text: str) -> None:
    assert redact(text, [key]) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://h/v1/assistants?code=KEY",
        "Authorization: Custom KEY",
        "Access denied for KEY",
        'token \\"KEY\\"',
        "Basic OmNvcnJlY3Rob3JzZQ==",
    ],
)
def test_a_long_key_is_hidden_everywhere_though_it_is_a_word(text: str) -> None:
    shown = redact(text.replace("KEY", "correcthorse"), ["correcthorse"])
    assert HIDDEN in shown and "correcthorse" not in shown and "Y29ycmVjdGhvcnNl" not in shown


def test_a_login_is_a_secret_as_it_is_written_and_as_it_is_sent() -> None:
    login = [*secrets_in("https://us%40er:correcthorse@h/v1", {}, {})]
    assert {"us%40er:correcthorse", "us@er:correcthorse", "correcthorse"} <= {*login}


@pytest.mark.parametrize("key", ["any", "x", "sk-1", "p w", "anything", "a.b*"])
@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: KEY. See",
        "Authorization: Bearer KEY",
        "authorization=KEY",
        'x-api-key: "KEY"',
        '{"api_key": "KEY"}',
        "{'Authorization': 'Bearer KEY'}",
        "invalid token KEY",
        "the key `KEY` is unknown",
        "GET /v1/assistants?key=KEY&limit=1",
        "bearer KEY",
        "password KEY",
        "https://KEY@host/v1",
        "https://user:KEY@host/v1",
    ],
)
def test_a_short_key_or_a_word_is_hidden_where_credentials_stand(key: str, text: str) -> None:
    for written in (key, key.upper()):
        assert redact(text.replace("KEY", written), [key]) == text.replace("KEY", HIDDEN)
