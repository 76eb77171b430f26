"""Names of files: readable, apart, and no way out of their folder."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.formats.exporting import FORMATS, FileNames, file_name
from assistant_tui.core.rows import ResourceRow

HASH = hashlib.sha256(b"a").hexdigest()
ALIKE = [
    *("a", "A", f"a-{HASH[:8]}", f"A-{HASH[:8]}", f"a-{HASH[:16]}", f"a-{HASH}", f"a-a-{HASH[:8]}"),
    *("a" * 60 + "\ud800", "a" * 60 + "\\ud800"),
]
"""Ids whose files could be taken for one another."""


def named(name: str, known: str, form: str = "json") -> str:
    """The file of an assistant."""
    return file_name(
        ResourceRow(known, None, "{}", summary=AssistantSummary(name, "m")), FORMATS[form].suffix
    )


@pytest.mark.parametrize(
    ("name", "known", "file"),
    [
        ("Billing support", "asst_1", "Billing-support-asst_1.json"),
        ("München / Q&A", "asst_1", "Munchen-Q-A-asst_1.json"),
        ("Straße Æsir Øl Łódź œuvre", "asst_1", "Strasse-AEsir-Ol-Lodz-oeuvre-asst_1.json"),
        ("日本", "asst_1", "asst_1.json"),
        ("", "asst_1", "asst_1.json"),
        ("n" * 300, "asst_1", "n" * 60 + "-asst_1.json"),
    ],
)
def test_a_file_is_called_by_name_and_id(name: str, known: str, file: str) -> None:
    assert named(name, known) == file


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_has_an_end_of_its_own(form: str) -> None:
    ends = [each for each in FORMATS if named("", "a", form).endswith(FORMATS[each].suffix)]
    assert form in ends and (form == "responses" or ends == [form])


@given(st.text(), st.text(min_size=1))
def test_no_name_leads_anywhere(name: str, known: str) -> None:
    file = named(name, known)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*\.json", file)
    assert len(file) < 140


@given(st.text(min_size=1), st.text(min_size=1))
def test_ids_stay_apart(one: str, other: str) -> None:
    assert (named("A", one) == named("A", other)) == (one == other)


def test_hostile_ids() -> None:
    assert named("", "../../etc/passwd").startswith("etc-passwd-")
    assert named("", "/") != named("", "\\")
    assert named("..", ".") == named("", ".")


def test_names_that_some_file_systems_take_for_one_are_marked() -> None:
    names, form = FileNames(".json"), ".json"
    lower, upper = (
        ResourceRow(known, 5, "{}", summary=AssistantSummary("A", "m"))
        for known in ("asst_ab", "asst_AB")
    )
    assert [names.of(row) for row in (lower, upper, lower)] == [
        "A-asst_ab.json",
        file_name(upper, form, digits=8),
        "A-asst_ab.json",
    ]
    assert names.of(upper) == file_name(upper, form, digits=8) != "A-asst_AB.json"


def test_an_id_that_looks_like_the_mark_of_another_gets_a_name_of_its_own() -> None:
    names, marked = FileNames(".json"), HASH[:8]
    given = [
        names.of(ResourceRow(known, 5, "{}", summary=AssistantSummary("", "m")))
        for known in ("A", "a-" + marked, "a", "a", "A")
    ]
    assert given[:2] == ["A.json", f"a-{marked}.json"]
    assert given[2:] == [given[3], given[3], "A.json"]
    assert len({each.casefold() for each in given}) == 3


@given(st.lists(st.tuples(st.sampled_from(("", "a", "A-a")), st.sampled_from(ALIKE)), max_size=9))
def test_no_two_of_one_export_share_a_name(chosen: list[tuple[str, str]]) -> None:
    names = FileNames(".json")
    owners: dict[str, str] = {}
    for name, known in chosen:
        given = names.of(
            ResourceRow(known, 5, "{}", summary=AssistantSummary(name, "m"))
        ).casefold()
        assert owners.setdefault(given, known) == known
