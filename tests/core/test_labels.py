"""Two different ids never look alike, however long they are and whatever is in them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.labels import (
    LONGEST_ID,
    NO_ID,
    id_in_column,
    label_of,
    short_name,
    shown_id,
)
from assistant_tui.core.rows import ResourceRow

INVISIBLE = (
    "\u3164\u115f\u1160\uffa0\u17b4\u17b5\ufe0f\U000e0100\u034f\u2800\u0301\u202e\u00a0\u2003\u200b"
)
LOOKALIKES = "\u0430\u0435\u043e\u0440\u0441"
tricky = st.text(st.sampled_from("ab\\ux0341n \n" + INVISIBLE + LOOKALIKES), max_size=12)
ids = tricky | st.text(st.characters(), max_size=20) | st.text(min_size=90, max_size=300)


@given(ids, ids)
@example("a\u3164", "a\\u3164")
@example("a\n", "a\\n")
@example("a b", "ab")
@example("a", "a ")
def test_different_ids_are_shown_differently(one: str, other: str) -> None:
    assert (shown_id(one) == shown_id(other)) == (one == other)


@given(ids)
def test_what_is_shown_is_visible_ascii_and_takes_little_room(identity: str) -> None:
    shown = shown_id(identity)
    assert shown.isprintable() and shown.replace("…", "").isascii()
    assert len(shown) <= LONGEST_ID
    if "…" not in shown:
        assert " " not in shown
        assert shown.encode().decode("unicode_escape") == identity


@pytest.mark.parametrize(
    "identity", ["asst_abc123", "0f8fad5b-d9cb-469f-a165-70867728950e", "a/b:c.d@e~'\"", "7"]
)
def test_an_ordinary_id_stays_as_it_is(identity: str) -> None:
    assert shown_id(identity) == id_in_column(identity, 40) == identity


def test_the_stand_in_for_a_missing_id_stays_as_it_is() -> None:
    assert shown_id(f"{NO_ID} #0123456789ab") == f"{NO_ID} #0123456789ab"
    assert shown_id(f"{NO_ID} #0123456789ab ") != f"{NO_ID} #0123456789ab "


@pytest.mark.parametrize("character", [*INVISIBLE, *LOOKALIKES, "\n", "\x1b", "\x9b", "\u2028"])
def test_a_character_that_is_not_seen_as_such_is_an_escape(character: str) -> None:
    shown = shown_id(f"asst_{character}1")
    assert shown.startswith("asst_\\") and shown.endswith("1")


@pytest.mark.parametrize("at", [0, 2_000, 3_999])
def test_ids_as_long_as_they_may_be_differ_wherever_they_do(at: int) -> None:
    one = "a" * 4_000
    other = f"{one[:at]}b{one[at + 1 :]}"
    for shown in (shown_id, lambda text: id_in_column(text, 40)):
        assert shown(one) != shown(other)
    assert "4,000 characters" in shown_id(one)
    assert len(id_in_column(one, 40)) == 40


@pytest.mark.parametrize("padding", [" ", "\u3164", "x", "\n", "\u0301", "日"])
def test_no_padding_of_a_name_takes_room_from_the_id(padding: str) -> None:
    name = "One" + padding * 10_000
    assert label_of("asst_1", name).startswith("asst_1 · One")
    assert len(label_of("asst_1", name)) <= len("asst_1 · ") + 30
    assert len(short_name(name, 60)) <= 60


def test_an_assistant_without_a_name_is_called_so() -> None:
    assert (
        ResourceRow("asst\u3164", 1, "{}", summary=AssistantSummary("", "m")).label
        == "asst\\u3164 · (no name)"
    )
