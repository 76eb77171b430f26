"""Chunks: all of the text, within the limit, with an overlap, and at good ends."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.server.vector_stores.chunking import cut, estimated_tokens

WORDS = st.sampled_from(
    ["word", "a", "\n", "\n\n", ". ", " ", "文字列", "x" * 700, "naïve", "\U0001f600", "\u00a0"]
)


@given(
    text=st.lists(WORDS, max_size=300).map("".join) | st.text(max_size=2_000),
    limit=st.integers(100, 300),
    share=st.integers(0, 50),
)
def test_the_chunks_are_all_of_the_text(text: str, limit: int, share: int) -> None:
    overlap = limit * share // 100
    chunks = [*cut(text, limit, overlap)]
    assert all(each.text == text[each.start : each.end] for each in chunks)
    assert all(estimated_tokens(each.text) <= limit for each in chunks)
    assert [each.start for each in chunks[:1]] == [0][: len(text)]
    assert [each.end for each in chunks[-1:]] == [len(text)][: len(text)]
    for one, two in pairwise(chunks):
        assert one.start < two.start <= one.end < two.end
        assert estimated_tokens(text[two.start : one.end]) <= overlap


@pytest.mark.parametrize("end", ["\n\n", "\n", ". ", " "])
def test_a_chunk_ends_where_the_text_does(end: str) -> None:
    text = "x" * 350 + end + "y" * 350
    first, *_ = cut(text, 100, 0)
    assert first.text == "x" * 350 + end


def test_the_overlap_is_about_as_long_as_asked_for() -> None:
    text = "word " * 4_000
    chunks = [*cut(text, 800, 400)]
    assert len(chunks) == 12
    for one, two in pairwise(chunks):
        assert 390 <= estimated_tokens(text[two.start : one.end]) <= 400
        assert two.text.startswith("word")
