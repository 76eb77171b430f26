"""Whatever a server says of an assistant: it is read, told, edited and kept, and nothing falls."""

import unicodedata
from collections.abc import Iterable

import pytest

from assistant_tui.api.assistants import parse_assistant
from assistant_tui.api.parsing import read_page
from assistant_tui.api.tool_resources import read_tool_resource
from assistant_tui.core.assistants.cloning import clone, uncreatable_fields
from assistant_tui.core.assistants.comparison import compare_values
from assistant_tui.core.assistants.description import describe
from assistant_tui.core.assistants.draft import Draft, reverting_draft
from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.json_text import indent, read_json
from assistant_tui.core.raw_json import RawJson
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.safe_text import LETTERS
from assistant_tui.core.verification import verify
from assistant_tui.journal.drafts import dump_draft, load_draft
from assistant_tui.tui.assistants import deleting, showing
from assistant_tui.tui.dialogs.text_screen import difference_lines
from assistant_tui.tui.widgets.text_layout import fit
from tests.hostile.corpus import DEPTH, VALUES, assistant, holding

SOUND = RawJson(assistant())


def rows(value: str) -> Iterable[ResourceRow]:
    """The rows that are read of assistants with a hostile value in each place."""
    texts = list(holding(VALUES[value]))
    page = read_page(f'{{"data": [{", ".join(texts)}]}}', parse_assistant, after=None, limit=50)
    assert [row.text for row in page.rows] == texts
    return page.rows


def is_safe(text: str) -> bool:
    """Whether nothing in a text can steer a terminal; emoji need their joiner."""
    unsafe = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return all(
        unicodedata.category(each) not in unsafe or each in {"\n", *LETTERS} for each in set(text)
    )


@pytest.mark.parametrize("value", VALUES)
def test_it_is_told_in_safe_words(value: str) -> None:
    for row in rows(value):
        told = [
            *(ASSISTANT_LIST.row_text(row, width, fit) for width in (60, 160)),
            *(line.text for line in describe(row)),
        ]
        told += [line.text for line in showing.json_screen(row)._lines]
        told += deleting.about(row)
        told += showing.reading_of_row(row)._parts
        assert is_safe("\n".join(told))


@pytest.mark.parametrize("value", VALUES)
def test_an_edit_of_one_field_sends_that_field_alone_and_outlives_the_program(value: str) -> None:
    for row in rows(value):
        read_tool_resource(row)
        if row.problem:
            continue
        draft = Draft(RawJson(row.text)).edited("description", "another")
        kept = load_draft(dump_draft(draft))
        assert kept == draft
        assert kept.patch() == {"description": '"another"'}
        assert kept.original is not None
        assert kept.original.text == row.text


@pytest.mark.parametrize("value", VALUES)
def test_it_can_be_compared_cloned_and_undone(value: str) -> None:
    for row in rows(value):
        if row.problem:
            continue
        document = RawJson(row.text)
        assert is_safe(" ".join(map(str, clone(document).errors.values())))
        uncreatable_fields(document)
        verify(dict(document.members), SOUND, document)
        for name in {*document.members, *SOUND.members}:
            pair = document.members.get(name), SOUND.members.get(name)
            assert all(is_safe(line.text) for line in difference_lines(compare_values(*pair)))
        back = reverting_draft(SOUND, document).patch()
        assert all(document.members[name] == text for name, text in back.items())


def test_what_is_read_at_the_door_is_read_again_from_deep_inside_the_program() -> None:
    def descend(frames: int, text: str) -> object:
        return descend(frames - 1, text) if frames else read_json(text)

    for depth in range(100, 1000):
        text = assistant(metadata='{"a": ' * depth + "1" + "}" * depth)
        (row,) = read_page(f"[{text}]", parse_assistant, after=None, limit=50).rows
        if row.problem:
            assert row.problem == "JSON nested too deeply to read"
            assert depth > 190
            return
        descend(600, text)
    raise AssertionError("nothing was too deep")


def test_what_is_nested_beyond_all_measure_is_laid_out_in_no_more_room_than_it_took() -> None:
    text = '{"a": [' + "[" * DEPTH + "]" * DEPTH + ', {"b": 1}]}'
    laid_out = indent(text)
    assert len(laid_out) < len(text) + 200_000
    assert "".join(laid_out.split()) == "".join(text.split())
    assert '{\n      "b": 1\n    }' in laid_out
