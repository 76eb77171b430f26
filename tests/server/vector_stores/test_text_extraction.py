"""Text out of files: of which kinds, in which encodings, and why not."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant_tui.server.vector_stores import decoding, document_process, text_extraction
from assistant_tui.server.vector_stores.decoding import NoText
from assistant_tui.server.vector_stores.text_extraction import extract_text
from tests.server.vector_stores.documents import docx_of, pdf, zip_bomb

Extract = Callable[[str, bytes], str]


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """Gets the text out of a content that lies on disk."""

    def from_file(name: str, content: bytes) -> str:
        path = tmp_path / "file-1"
        path.write_bytes(content)
        with path.open("rb") as file:
            return extract_text(name, file, lambda: True)

    return from_file


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.txt", "Größe\r\n\tone".encode(), "Größe\r\n\tone"),
        ("a.md", b"\xef\xbb\xbf# Title", "# Title"),
        ("a.json", '{"key": "välue"}'.encode("utf-16"), '{"key": "välue"}'),
        ("a.csv", "a;ü".encode("utf-32"), "a;ü"),
        ("a.py", b"print(1)\n", "print(1)\n"),
        ("Makefile", b"all:\n", "all:\n"),
        ("a.log", b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("old.txt", "naïve “quotes”".encode("cp1252"), "naïve “quotes”"),
        ("a.html", b"<p>one <b>two</b></p><p>three &amp; four", "one two\n\nthree & four"),
        (
            "a.HTM",
            b"<html><head><title>T</title><style>p {}</style><script>1 < 2</script></head>"
            b"<body><pre>a\n  b</pre><ul><li>x</li></ul></body></html>",
            "T\n\na\n  b\n\nx",
        ),
        (
            "latin.html",
            '<meta charset="iso-8859-1"><p>Größe'.encode("latin-1"),
            "Größe",
        ),
        ("wrong.html", '<meta charset="none"><p>Größe'.encode(), "Größe"),
        ("a.pdf", pdf("Hello PDF"), "Hello PDF"),
        ("no-suffix", pdf("Hello PDF"), "Hello PDF"),
        (
            "a.docx",
            docx_of("First.", "Second.", table=("left", "right")),
            "First.\n\nSecond.\n\nleft\tright",
        ),
    ],
)
def test_what_is_in_a_file(extract: Extract, name: str, content: bytes, text: str) -> None:
    assert extract(name, content).strip("\n") == text.strip("\n")


@pytest.mark.parametrize(
    ("name", "content", "code", "reason"),
    [
        ("a.txt", b"", "invalid_file", "no text"),
        ("a.txt", b" \n", "invalid_file", "no text"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unsupported_file", r"\(.png\) are not"),
        ("a", b"\0\1\2", "unsupported_file", "Files of this kind are not"),
        ("a.html", b"\0\1", "unsupported_file", r"\(.html\) are not"),
        ("a.html", b"<script>only()</script>", "invalid_file", "no text"),
        ("a.pdf", b"%PDF-1.4 nothing", "invalid_file", "cannot be read as PDF"),
        ("a.docx", b"nothing", "invalid_file", "cannot be read as DOCX"),
        ("a.docx", zip_bomb(), "invalid_file", "its parts are too large"),
        ("a.pdf", pdf(" "), "invalid_file", "no text"),
    ],
)
def test_why_there_is_no_text(
    extract: Extract, name: str, content: bytes, code: str, reason: str
) -> None:
    with pytest.raises(NoText, match=reason) as caught:
        extract(name, content)
    assert caught.value.code == code


def test_too_much_text_is_refused(extract: Extract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_extraction, "TEXT_LIMIT", 10)
    assert extract("a.txt", b"x" * 10)
    with pytest.raises(NoText, match="more than 10 characters"):
        extract("a.txt", b"x" * 11)
    monkeypatch.setattr(decoding, "_BYTES_LIMIT", 20)
    with pytest.raises(NoText, match="more than 20 bytes"):
        extract("a.txt", b"x" * 21)


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_document_without_its_extra_says_what_to_install(
    extract: Extract, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NoText, match=r"pip install 'assistant-tui\[documents\]'") as caught:
        extract(f"a.{kind}", b"x")
    assert caught.value.code == "unsupported_file"


def test_a_document_may_not_take_all_memory(
    extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_process, "MEMORY", 1_000_000)
    with pytest.raises(NoText, match=r"memory|cannot be read") as caught:
        extract("a.pdf", pdf("Hello"))
    assert caught.value.code == "invalid_file"


def test_a_document_may_not_take_all_time(
    extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_process, "CPU_SECONDS", 0)
    with pytest.raises(NoText, match="longer than 0 seconds"):
        extract("a.pdf", pdf("Hello"))


def test_what_is_given_up_is_ended(extract: Extract, tmp_path: Path) -> None:
    path = tmp_path / "file-1"
    path.write_bytes(pdf("Hello"))
    with path.open("rb") as file, pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_process, "_WAIT_SECONDS", 0.0)
        with pytest.raises(NoText, match="given up"):
            extract_text("a.pdf", file, lambda: False)
