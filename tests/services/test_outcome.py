"""Answers at the edge of what can be read: told as changed, never a crash."""

import pytest

from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.verification import SaveResult, WriteOutcome, verify

DEEP = "[" * 30_000 + "]" * 30_000
LONG = "9" * 5_000
"""More digits than Python reads."""


def answer(text: str | None) -> RawJson:
    """An answer in which the field `f` says this."""
    return RawJson('{"id": "a"}' if text is None else f'{{"id": "a", "f": {text}}}')


@pytest.mark.parametrize("asked", ['"x"', "null", "1", "{}"])
@pytest.mark.parametrize("found", [DEEP, LONG, "nonsense"])
def test_what_nobody_can_read_does_not_stand(asked: str, found: str) -> None:
    assert verify({"f": asked}, None, answer(found)) == WriteOutcome(ignored=("f",))


@pytest.mark.parametrize("now", [DEEP, LONG, "nonsense"])
def test_what_nobody_can_read_is_not_called_wiped(now: str) -> None:
    assert verify({}, answer('"x"'), answer(now)) == WriteOutcome()


def test_two_values_that_are_too_deep_to_hold_against_each_other() -> None:
    nested = "[" * 600 + "{}" + "]" * 600
    assert verify({"f": nested.replace("{}", "1")}, None, answer(nested)).ignored == ("f",)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("9007199254740993", "9007199254740992"),
        ('{"id": 9007199254740993}', '{"id": 9007199254740992, "more": 1}'),
        ("1" + "0" * 400, "1.5"),
        ("1" + "0" * 400, "7" + "0" * 400),
        ("true", "1"),
        ("1", "true"),
    ],
)
def test_a_number_that_was_rounded_or_replaced_is_altered(asked: str, found: str) -> None:
    assert verify({"f": asked}, None, answer(found)).ignored == ("f",)


@pytest.mark.parametrize(
    ("asked", "found"),
    [("1", "1.0"), ("1e5", "100000"), ("0.1", "0.100000001"), ("2", "2.0000001")],
)
def test_a_number_that_is_only_written_otherwise_stands(asked: str, found: str) -> None:
    assert verify({"f": asked}, None, answer(found)).as_asked


def test_what_the_server_sets_itself_is_never_wiped() -> None:
    before = RawJson('{"id": "a", "object": "assistant", "created_at": 1, "created": 1}')
    assert verify({}, before, RawJson('{"id": "b"}')).as_asked


def test_a_save_stands_as_asked_unless_told_otherwise() -> None:
    saved = SaveResult(ResourceRow("a", None, "{}"))
    assert saved.outcome.as_asked and not saved.merged and not saved.answer_lost
