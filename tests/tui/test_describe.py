"""The words of the detail pane: all that the list brought, safe, and not endless."""

import json
from collections.abc import Iterable

from assistant_tui.core.assistants.description import SHOWN, StyledText, describe
from assistant_tui.core.assistants.summary import AssistantSummary
from assistant_tui.core.rows import ResourceRow
from tests.tui.rows import HOSTILE, row


def text_of(shown: ResourceRow) -> list[str]:
    """The lines without their styles."""
    return [line.lead + line.text for line in describe(shown)]


def pairs_of(lines: Iterable[StyledText]) -> dict[str, str]:
    """Names and values that stand in columns."""
    return {line.lead.strip(): line.text for line in lines if line.lead}


def part_under(shown: ResourceRow, title: str) -> list[StyledText]:
    """The lines from a title to the next empty line."""
    lines = [*describe(shown)]
    start = next(place for place, line in enumerate(lines) if line.text == title) + 1
    texts = [line.text for line in lines[start:]]
    end = texts.index("") if "" in texts else len(texts)
    return lines[start : start + end]


def test_without_a_row_there_is_nothing() -> None:
    assert describe(None) == ()


def test_it_starts_with_who_it_is() -> None:
    assert text_of(row())[:2] == ["One", "asst_1"]
    assert pairs_of(describe(row())) == {"Model": "gpt-4o", "Created": "2026-08-01 12:00"}


def test_what_is_missing_is_named() -> None:
    lines = describe(row(name="", model="", created_at=None))
    assert [line.text for line in lines[:2]] == ["(no name)", "asst_1"]
    assert pairs_of(lines) == {"Model": "(no model)", "Created": "-"}
    assert part_under(row(), "Tools") == [StyledText("none", "muted", 2)]
    assert part_under(row(), "Instructions") == [StyledText("none", "muted", 2)]


def test_an_unreadable_object_says_why_and_which_key_helps() -> None:
    broken = ResourceRow("asst_2", None, "{", "the JSON is cut off")
    texts = text_of(broken)
    assert texts[0] == "! This object does not fit the API"
    assert "the JSON is cut off" in texts and "v shows it as the server sent it." in texts


def test_the_description_keeps_its_lines() -> None:
    assert "first\nsecond" in text_of(row(description="first\nsecond"))


def test_each_tool_tells_what_is_in_it() -> None:
    tools = [
        {"type": "code_interpreter"},
        {"type": "file_search", "file_search": {"max_num_results": 7}},
        {"type": "function", "function": {"name": "get", "description": "Gets\none."}},
        {
            "type": "function",
            "function": {
                "name": "put",
                "parameters": {
                    "properties": {"id": {"type": "string"}, "n": {"type": "integer"}, "any": {}},
                    "required": ["id"],
                },
            },
        },
        "odd",
    ]
    shown = row()._replace(stored_text=json.dumps({"id": "asst_1", "tools": tools}))
    assert [line.lead + line.text for line in part_under(shown, "Tools")] == [
        "code_interpreter",
        "file_search",
        "max_num_results  7",
        "fn get()",
        "Gets one.",
        "fn put(id: string, n?: integer, any?)",
        '"odd"',
    ]


def test_what_tools_were_given_is_shown_id_by_id() -> None:
    given = {
        "file_search": {"vector_store_ids": ["vs_1"], "vector_stores": [{"file_ids": ["f"]}]},
        "code_interpreter": {"file_ids": ["file-1", "file-2"]},
        "odd": "x",
    }
    part = part_under(row(tool_resources=given), "Tool resources")
    assert [(line.lead.strip(), line.text) for line in part] == [
        ("Vector store", "vs_1"),
        ("", "file_search.vector_stores"),
        ("", '{"file_ids": ["f"]}'),
        ("Code files", "file-1"),
        ("Code files", "file-2"),
        ("odd", "x"),
    ]


def test_settings_are_shown_as_they_were_written_and_unset_ones_are_not() -> None:
    shown = row(temperature=0.0, top_p=None, response_format="auto", tool_resources={})
    assert pairs_of(describe(shown)) == {
        "Model": "gpt-4o",
        "Temperature": "0.0",
        "Response format": "auto",
        "Created": "2026-08-01 12:00",
    }
    titles = text_of(shown)
    assert "Tool resources" not in titles and "Metadata" not in titles


def test_metadata_and_unknown_fields_have_their_own_parts() -> None:
    shown = row(metadata={"team": "sre", "n": 1}, folder={"name": "x"})
    assert pairs_of(part_under(shown, "Metadata")) == {"team": "sre", "n": "1"}
    assert pairs_of(part_under(shown, "Other fields")) == {"folder": '{"name": "x"}'}


def test_values_stand_in_one_column_however_wide_their_names_are() -> None:
    metadata = {"team": "a", "日本": "b", "n" * 30: "c", "é": "d"}
    lines = part_under(row(metadata=metadata), "Metadata")
    assert [(line.lead, line.text) for line in lines] == [
        ("team  ", "a"),
        ("日本  ", "b"),
        ("", "n" * 30),
        ("      ", "c"),
        ("é     ", "d"),
    ]


def test_instructions_keep_their_lines_and_tabs() -> None:
    assert text_of(row(instructions="a\n\tb"))[-1] == "a\n    b"


def test_a_very_long_text_is_cut_and_says_how_to_see_the_rest() -> None:
    (instructions,) = part_under(row(instructions="x" * (SHOWN + 1234)), "Instructions")
    assert instructions.text == "x" * SHOWN + "\n… 1,234 more characters: v shows all"


def test_nothing_that_a_server_says_can_steer_the_terminal() -> None:
    tools = [{"type": HOSTILE}, {"type": "function", "function": {"name": HOSTILE}}]
    body = {
        "id": HOSTILE,
        "description": HOSTILE,
        "tools": tools,
        "metadata": {HOSTILE: HOSTILE},
        "response_format": {HOSTILE: HOSTILE},
        HOSTILE: HOSTILE,
        "instructions": HOSTILE,
    }
    hostile = ResourceRow(
        HOSTILE, 1, json.dumps(body, ensure_ascii=False), summary=AssistantSummary(HOSTILE, HOSTILE)
    )
    broken = ResourceRow("asst_2", None, "{", HOSTILE)
    texts = text_of(hostile) + text_of(broken)
    assert all(text.isprintable() for text in texts)
    assert sum("[@click=app.quit]x[/]" in text for text in texts) >= 8
