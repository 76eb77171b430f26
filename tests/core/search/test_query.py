"""What the filter finds, word by word and qualifier by qualifier."""

import json
from typing import Any

import pytest

from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import QueryError, parse
from tests.core.search.query_rows import finds, row

FILES: dict[str, Any] = {
    "tool_resources": {
        "code_interpreter": {"file_ids": ["file-resource"]},
        "file_search": {
            "vector_store_ids": ["vs_resource"],
            "vector_stores": [{"id": "vs_inline", "file_ids": ["file-inside"]}],
        },
    },
    "file_ids": ["file-first"],
    "attachments": [
        "file-bare",
        {"file_id": "file-attached", "tools": [{"type": "code_interpreter"}]},
        {"id": "file-object"},
        {"of": {"unknown": {"file_ids": "file-deep"}}},
        None,
        7,
    ],
    "tools": [{"type": "x", "container": {"file_ids": ["file-container"]}}],
}
"""Every place in which servers name files and vector stores."""


@pytest.mark.parametrize("query", ["", "  ", '"', '""', '!""'])
def test_an_empty_query_finds_everything(query: str) -> None:
    assert not parse(query, ASSISTANT_LIST)
    assert finds(query, row())


@pytest.mark.parametrize(
    "query",
    [
        "billing", "BILLING", "support bill", "bisu", "bsup", "bs", "biling", "asst_1", "GPT-4",
        "refunds", "escalate", "überlauf", "uberlauf", "team", "Payments", '"ling sup"', "4711",
        "1.50", "nested", "deep", "true", '"two\nlines"', 'say "hi"', "a/b", "back\\slash",
    ],
)  # fmt: skip
def test_words_are_looked_for_in_all_that_describes_an_assistant(query: str) -> None:
    found = row(
        "Billing Support",
        description="Handles refunds",
        instructions='Escalate at Überlauf, two\nlines, say "hi", a/b, back\\slash',
        metadata={"team": "payments", "order": 4711, "more": {"nested": ["deep", True]}},
    )
    as_written = found.text.replace("4711", '4711, "price": 1.50')
    escaped = json.dumps(json.loads(as_written)).replace("1.5", "1.50")
    for text in (as_written, escaped, as_written.replace("/", "\\/")):
        assert finds(query, found._replace(stored_text=text))


@pytest.mark.parametrize(
    "query",
    [
        "billing draft",
        '"support billing"',
        '"bisu"',
        "bxs",
        "illport",
        "bt",
        "zz",
        "null",
        "object",
    ],
)
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert not finds(query, row("Billing Support", description=None, object="assistant"))


def test_letters_with_gaps_are_looked_for_in_names_alone() -> None:
    assert finds("bisu", row("Billing support"))
    assert not finds("bisu", row("x", description="Billing support"))


@pytest.mark.parametrize(
    ("name", "query"),
    [("Café", "cafe"), ("Cafe\u0301", "café"), ("Straße", "STRASSE"), ("\uff26ull", "full"),
     ("Tōkyō", "tokyo"), ("Étoile", "etoi"), ("翻訳アシスタント", "訳ア"), ("Помощник", "помощн")],
)  # fmt: skip
def test_case_accents_and_widths_do_not_matter(name: str, query: str) -> None:
    assert finds(query, row(name))
    assert finds(query, row(description=name))


def test_what_must_not_be_there() -> None:
    assert finds("!draft", row("Billing"))
    assert not finds("!draft", row("Draft"))
    assert not finds('billing !"for test"', row("Billing", description="for test only"))
    assert finds("!model:o1", row()) and not finds("!model:gpt-4o", row())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name:bisu", True), ("name:refund", False), ('name:"g sup"', True),
        ("name:=billing", False), ('name:="billing support"', True), ("!name:*", False),
        ("id:ASST_1", True), ("id:sst", True), ("id:=asst", False), ("id:gpt", False),
        ("model:gpt", True), ("MODEL:4o", True), ("model:=gpt-4", False), ("model:=gpt-4o", True),
        ("tool:search", True), ("tool:get_ord", True), ("tool:function", True), ("tool:x", False),
        ("tool:*", True), ("tool:=get_order", True), ("file:*", False), ("!file:*", True),
        ("meta.team:pay", True), ("meta.TEAM:pay", True), ("meta.team:x", False),
        ("meta.tea:pay", False), ('meta."cost centre":7', True), ("meta.team:*", True),
        ("meta.other:*", False), ("!meta.other:*", True), ("meta.team:=payments", True),
    ],
)  # fmt: skip
def test_each_qualifier_looks_in_one_place(query: str, found: bool) -> None:
    tools = [{"type": "file_search"}, {"type": "function", "function": {"name": "get_order"}}]
    metadata = {"team": "payments", "cost centre": "7"}
    billing = row("Billing Support", description="refund x", tools=tools, metadata=metadata)
    assert finds(query, billing) is found


@pytest.mark.parametrize(
    "file",
    ["resource", "inside", "first", "bare", "attached", "object", "deep", "container"],
)
def test_a_file_is_found_wherever_a_server_names_it(file: str) -> None:
    assert finds(f"file:file-{file}", row(**FILES))
    assert not finds(f"store:file-{file}", row(**FILES))
    assert not finds(f"file:file-{file}", row(f"file-{file}"))


def test_vector_stores_are_told_from_files() -> None:
    for store in ("vs_resource", "vs_inline"):
        assert finds(f"store:{store}", row(**FILES))
        assert not finds(f"file:{store}", row(**FILES))
    assert not finds("file:code_interpreter", row(**FILES))


@pytest.mark.parametrize("query", ["http://host", "a:b", "modle:gpt", "metadata:x", "meta:x", ":"])
def test_other_words_with_a_colon_are_words(query: str) -> None:
    assert finds(query, row(instructions=f"See {query}."))
    assert not finds(query, row("a b http host modle gpt metadata x meta"))


@pytest.mark.parametrize(
    ("query", "mistaken"),
    [
        ("modle:gpt", "modle:"),
        ("x !modle:gpt", "modle:"),
        ("http://host", ""),
        ("model:a:b", ""),
        ('"modle:gpt"', ""),
        ('!"modle:gpt"', ""),
    ],
)
def test_a_word_that_looks_like_a_qualifier_is_told(query: str, mistaken: str) -> None:
    assert parse(query, ASSISTANT_LIST).mistaken == mistaken


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("!", "! stands before what must not be there, such as !draft or !file:*"),
        ("a ! b", "! stands before what must not be there, such as !draft or !file:*"),
        ("model:", "model: takes what is looked for, such as model:gpt-4o"),
        ("!name:", "name: takes what is looked for, such as name:billing"),
        ('name:"', "name: takes what is looked for, such as name:billing"),
        ("file:=", "file: takes what is looked for, such as file:file-"),
        ("meta.team:", "meta.team: takes what is looked for, such as meta.team:x"),
    ],
)
def test_what_is_unfinished_says_what_is_allowed(query: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query, ASSISTANT_LIST)
    assert str(error.value) == said


def test_what_stands_beside_what_is_unfinished_can_be_looked_for() -> None:
    with pytest.raises(QueryError) as error:
        parse("refund  model: !draft created:>", ASSISTANT_LIST)
    assert str(error.value).startswith("model:")
    assert error.value.rest == parse("refund !draft", ASSISTANT_LIST)
    assert error.value.rest.text == "refund !draft"


def test_an_unreadable_object_is_searched_as_it_came() -> None:
    broken = ResourceRow("asst_1", None, '{"id": "asst_1", "instructions": "refunds', "cut off")
    assert finds("refund", broken) and finds("asst_1", broken)
    assert not finds("file:refund", broken)


@pytest.mark.parametrize(
    ("query", "name", "shown"),
    [
        ("bill", "Billing", "[Bill]ing"),
        ("an", "Banana", "B[anan]a"),
        ("bisu", "Billing Support", "[Bi]lling [Su]pport"),
        ("biling", "Billing", "[Bil]l[ing]"),
        ("bill support", "Billing Support", "[Bill]ing [Support]"),
        ("bill illing", "Billing", "[Billing]"),
        ('"g s"', "Billing Support", "Billin[g S]upport"),
        ("munchen", "München Ost", "[München] Ost"),
        ("cafe", "Cafe\u0301 x", "[Cafe\u0301] x"),
        ("strasse", "Straße 1", "[Straße] 1"),
        ("name:bill", "Billing", "[Bill]ing"),
        ("name:=billing", "Billing", "[Billing]"),
        ("name:=bill", "Billing", "Billing"),
        ("!bill model:bill refund created:2026", "Billing", "Billing"),
        ("", "Billing", "Billing"),
    ],
)
def test_where_a_name_matches(query: str, name: str, shown: str) -> None:
    out, at = "", 0
    for start, end in parse(query, ASSISTANT_LIST).spans(name):
        out += f"{name[at:start]}[{name[start:end]}]"
        at = end
    assert out + name[at:] == shown


def test_a_query_that_grew_narrows_the_former_one() -> None:
    def narrows(text: str, former: str) -> bool:
        return parse(text, ASSISTANT_LIST).narrows(parse(former, ASSISTANT_LIST))

    for former, text in (
        ("", "b"), ("b", "bi"), ("bil", "bill"), ("bill", "bill x"), ("model:g", "model:gp"),
        ('"a', '"ab'), ("x", "x !draft"), ("bill sup", "sup bill"), ("b", "B"), ("é", "e"),
    ):  # fmt: skip
        assert narrows(text, former), (former, text)
    for former, text in (
        ("bi", "bil"), ("bill", "bil"), ("!dr", "!dra"), ("model", "model:g"), ("a", "b"),
        ("created:>2026", "created:>2027"), ("name:=a", "name:=ab"), ("name:ab", "ab"),
    ):  # fmt: skip
        assert not narrows(text, former), (former, text)
