"""Looking at the raw JSON first hides nothing, and no text is too odd to be a query."""

import json
from collections.abc import Collection
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.assistants.summary import ASSISTANT_LIST, AssistantSummary
from assistant_tui.core.rows import ResourceRow
from assistant_tui.core.search.query import Query, QueryError, parse
from assistant_tui.core.search.terms import Folding, SearchableRow
from tests.core.json_texts import texts

letters = st.text('aAbB éßſ/\\"\u0301ﬁ가\n\ud800', max_size=8)
queries = st.lists(
    st.one_of(
        letters,
        st.builds("{}{}{}".format, st.sampled_from(["", "!"]), st.sampled_from(
            ["name:", "id:", "model:", "tool:", "store:", "file:", "meta.a:", "created:>", '"']
        ), letters),
        st.sampled_from(["created:2026", "file:*", "!tool:*", "meta.é:*", "name:=ab"]),
    ),
    max_size=3,
).map(" ".join)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | letters,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(letters, inner, max_size=2),
    max_leaves=4,
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "description": values,
        "instructions": values,
        "metadata": st.dictionaries(st.sampled_from(["a", "é", "/"]), values, max_size=2) | values,
        "tools": st.lists(st.builds(lambda v: {"function": {"name": v}}, values)) | values,
        "tool_resources": st.dictionaries(st.sampled_from(["file_ids", "x"]), values) | values,
        "attachments": values,
        "vector_store_ids": values,
    },
)


class WellRead(SearchableRow):
    """A row whose JSON is always read."""

    def may_contain(self, pieces: Collection[str], folding: Folding) -> bool:
        return True


def readable(text: str) -> Query | None:
    try:
        return parse(text, ASSISTANT_LIST)
    except QueryError:
        return None


@given(queries.map(readable), letters, bodies, st.booleans(), st.booleans())
def test_looking_at_the_raw_json_first_hides_nothing(
    query: Query | None, name: str, body: dict[str, Any], ascii_only: bool, slashes: bool
) -> None:
    text = json.dumps(body, ensure_ascii=ascii_only)
    found = ResourceRow(
        "i",
        None,
        text.replace("/", "\\/") if slashes else text,
        summary=AssistantSummary(name, "m"),
    )
    for term in query.terms if query else ():
        assert term.matches(SearchableRow(found)) == term.matches(WellRead(found))


@given(queries.map(readable), texts)
def test_any_object_can_be_looked_at(query: Query | None, text: str) -> None:
    found = ResourceRow("i", None, text, summary=AssistantSummary("n", "m"))
    for term in query.terms if query else ():
        assert term.matches(SearchableRow(found)) == term.matches(WellRead(found))


@given(st.text() | queries)
def test_any_text_is_a_query_or_says_what_is_allowed(text: str) -> None:
    try:
        query = parse(text, ASSISTANT_LIST)
    except QueryError as error:
        assert str(error)
    else:
        assert parse(text, ASSISTANT_LIST) == query


@given(queries.map(readable), letters | st.text())
def test_spans_are_in_order_and_inside_the_name(query: Query | None, name: str) -> None:
    at = -1
    for start, end in query.spans(name) if query else ():
        assert at < start < end <= len(name)
        at = end


@given(queries, queries, letters | st.sampled_from(["aabb ab", "ab a b"]), bodies)
def test_what_narrows_a_query_finds_nothing_new(
    text: str, more: str, name: str, body: dict[str, Any]
) -> None:
    former, query = readable(text), readable(text + more)
    found = ResourceRow("i", None, json.dumps(body), summary=AssistantSummary(name, "m"))
    if former is not None and query is not None and query.narrows(former):
        assert former.matches(found) or not query.matches(found)
