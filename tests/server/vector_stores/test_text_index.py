"""The text index: what is found, in which order, and that any query is only text."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant_tui.server.vector_stores.chunking import Chunk, cut
from assistant_tui.server.vector_stores.text_index import TextIndex
from assistant_tui.server.vector_stores.text_query import FoundChunk


@pytest.fixture
def index(tmp_path: Path) -> TextIndex:
    """An index without anything in it."""
    return TextIndex(tmp_path / "text_index.db")


def chunks(*texts: str) -> list[Chunk]:
    """These texts, one behind the other."""
    found, start = [], 0
    for text in texts:
        found.append(Chunk(start, start + len(text), text))
        start += len(text)
    return found


def search(index: TextIndex, query: str, *stores: str) -> list[FoundChunk]:
    """What is found in these vector stores, by default in `vs_a`."""
    return index.search(stores or ("vs_a",), query, lambda store, file: True)


def texts(found: list[FoundChunk]) -> list[str]:
    """The chunks themselves."""
    return [each.chunk.text for each in found]


def test_an_index_that_nobody_has_written_to_finds_nothing(
    index: TextIndex, tmp_path: Path
) -> None:
    assert search(index, "anything") == []
    assert index.text("vs_a", "file-1") == ""
    index.remove("vs_a")
    assert [*tmp_path.iterdir()] == []


def test_what_has_more_of_the_words_comes_first(index: TextIndex) -> None:
    index.add("vs_a", "file-1", chunks("Refunds take ten days.", "We ship to Norway."))
    index.add("vs_a", "file-2", chunks("Norway: refunds by post.", "Nothing at all."))
    found = search(index, "How do refunds work in Norway?")
    assert texts(found)[0] == "Norway: refunds by post."
    assert sorted(texts(found)[1:]) == ["Refunds take ten days.", "We ship to Norway."]
    assert all(1 > each.score > 0 for each in found)
    assert found[0].file_id == "file-2" and found[0].score > found[1].score


def test_a_rare_word_weighs_more_than_a_common_one(index: TextIndex) -> None:
    common = [f"The invoice number {n} is paid." for n in range(30)]
    index.add("vs_a", "file-1", chunks(*common, "The zeppelin is grey."))
    assert texts(search(index, "the invoice for the zeppelin"))[0] == "The zeppelin is grey."


def test_one_chunk_alone_has_a_score_that_means_something(index: TextIndex) -> None:
    index.add("vs_a", "file-1", chunks("The office is closed on Mondays."))
    assert search(index, "office closed")[0].score > 0.5
    assert search(index, "office open in winter, they say")[0].score < 0.3


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Die Größe der Straße", "GROSSE STRASSE"),
        ("Café crème", "cafe creme"),
        ("policies and boxes", "policy box"),
        ("def read_file(path):", "read file"),
        ("退款政策适用于所有客户", "退款"),
        ("払い戻しについて", "払い戻し"),
        ("환불 정책은 다음과 같습니다", "환불 정책"),
        ("версия 3.14", "ВЕРСИЯ 3.14"),
        ("A" * 100, "a" * 100),
    ],
)
def test_words_are_found_however_they_are_written(index: TextIndex, text: str, query: str) -> None:
    index.add("vs_a", "file-1", chunks(text, "something else"))
    assert texts(search(index, query))[0] == text


def test_each_vector_store_is_searched_alone(index: TextIndex) -> None:
    # FTS5 knows no case, ids do.
    for store in "vs_a", "vs_A", "vs_ab":
        index.add(store, "file-1", chunks(f"text of {store}"))
    assert [each.vector_store_id for each in search(index, "text", "vs_A")] == ["vs_A"]
    both = {each.vector_store_id for each in search(index, "text", "vs_a", "vs_ab")}
    assert both == {"vs_a", "vs_ab"}
    assert index.search([], "text", lambda store, file: True) == []


def test_what_is_not_wanted_is_not_found(index: TextIndex) -> None:
    asked: list[tuple[str, str]] = []
    for n in range(3):
        index.add("vs_a", f"file-{n}", chunks("text one", "text two"))

    def is_wanted(store: str, file: str) -> bool:
        asked.append((store, file))
        return file == "file-1"

    found = index.search(["vs_a"], "text", is_wanted)
    assert {each.file_id for each in found} == {"file-1"} and len(found) == 2
    assert sorted(asked) == [("vs_a", f"file-{n}") for n in range(3)]


def test_a_file_that_is_added_again_replaces_itself(index: TextIndex, tmp_path: Path) -> None:
    index.add("vs_a", "file-1", chunks("old text"))
    assert index.add("vs_a", "file-1", chunks("new täxt")) == 9
    assert texts(search(index, "old new")) == ["new täxt"]
    assert _rows(tmp_path) == {"documents": 1, "chunks": 1, "chunk_words": 1}


def test_what_is_given_up_or_removed_leaves_nothing(index: TextIndex, tmp_path: Path) -> None:
    index.add("vs_a", "file-1", chunks("kept text"))
    answers = iter([True, False])
    many = [Chunk(n, n + 1, f"text {n}") for n in range(500)]
    assert index.add("vs_a", "file-1", many, lambda: next(answers)) is None
    assert texts(search(index, "text")) == ["kept text"]
    index.add("vs_a", "file-2", many)
    index.add("vs_b", "file-2", chunks("text"))
    index.remove("vs_a", "file-2")
    assert texts(search(index, "text")) == ["kept text"]
    index.remove("vs_a")
    assert search(index, "text") == []
    assert _rows(tmp_path) == {"documents": 1, "chunks": 1, "chunk_words": 1}


def _rows(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "text_index.db")) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("documents", "chunks", "chunk_words")
        }


@given(text=st.text(max_size=3_000), overlap=st.integers(0, 50))
@settings(max_examples=25)
def test_the_whole_text_can_be_had_back(
    tmp_path_factory: pytest.TempPathFactory, text: str, overlap: int
) -> None:
    readable = text.encode("utf-8", "replace").decode()
    index = TextIndex(tmp_path_factory.mktemp("index") / "text_index.db")
    index.add("vs_a", "file-1", cut(readable, 100, overlap))
    assert index.text("vs_a", "file-1") == readable


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextIndex]:
    """An index with a few texts."""
    index = TextIndex(tmp_path_factory.mktemp("index") / "text_index.db")
    index.add("vs_a", "file-1", chunks("NEAR and OR are words", "so is NOT", 'a "quoted" one'))
    yield index


SYNTAX = [
    "NEAR",
    "NEAR(",
    "AND",
    "OR",
    "NOT",
    '"',
    "*",
    "^",
    ":",
    "words:",
    "(",
    ")",
    "-",
    "+",
    "'",
]


@given(query=st.text() | st.lists(st.sampled_from(SYNTAX)).map(" ".join))
def test_any_query_is_only_text(filled: TextIndex, query: str) -> None:
    for found in search(filled, query):
        assert 0 < found.score < 1


def test_a_query_of_many_words_is_looked_for(filled: TextIndex) -> None:
    assert texts(search(filled, "quoted " + " ".join(map(str, range(5_000)))))
