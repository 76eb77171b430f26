"""Long texts outside of memory: exact, private, each once, gone with the last that holds one."""

import asyncio
import gc
import os
import stat
import threading
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.api.client import AssistantsClient
from assistant_tui.api.spool import LONG, Spool
from assistant_tui.core.rows import RowText
from assistant_tui.transport.endpoint import Endpoint

LONGER = "é\ud800\u202e\x00日" * LONG


def read(held: RowText) -> str:
    """The text of what is kept outside of memory."""
    assert not isinstance(held, str)
    return held.read()


def open_files(folder: Path) -> list[os.stat_result]:
    """The files of a folder that this process has open, with or without a name."""
    links = [Path("/proc/self/fd", each) for each in os.listdir("/proc/self/fd")]
    return [link.stat() for link in links if _target(link).startswith(f"{folder}/")]


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return ""


def test_a_short_text_stays_in_memory_and_opens_no_file(tmp_path: Path) -> None:
    text = "x" * (LONG - 1)
    assert Spool(tmp_path).keep(text) is text
    assert open_files(tmp_path) == []


@given(st.lists(st.text(min_size=1), min_size=1))
def test_long_texts_come_back_to_the_letter(beginnings: list[str]) -> None:
    spool = Spool()
    texts = [beginning + LONGER for beginning in beginnings]
    kept = [spool.keep(text) for text in texts]
    assert [read(held) for held in kept] == texts


def test_a_kept_text_equals_itself_in_every_form() -> None:
    kept, other = Spool().keep(LONGER), Spool().keep(LONGER)
    plain: RowText = LONGER
    assert kept == plain and plain == kept and kept == other
    assert hash(kept) == hash(LONGER) == hash(other)
    assert kept != LONGER[1:] and kept != Spool().keep(LONGER + "x")
    assert ("a", kept) == ("a", LONGER)


def test_the_file_is_its_owners_alone_and_has_no_name(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept = Spool(tmp_path).keep(LONGER)
    finally:
        os.umask(before)
    (file,) = open_files(tmp_path)
    assert (stat.S_IMODE(file.st_mode), file.st_nlink, [*tmp_path.iterdir()]) == (0o600, 0, [])
    assert read(kept) == LONGER


def test_the_same_text_is_written_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    kept = [spool.keep(LONGER) for _ in range(3)]
    (file,) = open_files(tmp_path)
    assert file.st_size == len(LONGER.encode(errors="surrogatepass"))
    assert kept[0] is kept[2]


def test_the_file_goes_with_the_last_that_holds_a_text(tmp_path: Path) -> None:
    spool: Spool | None = Spool(tmp_path)
    assert spool is not None
    kept: RowText | None = spool.keep(LONGER)
    spool = None
    gc.collect()
    assert kept is not None and read(kept) == LONGER
    kept = None
    gc.collect()
    assert open_files(tmp_path) == []


def test_the_second_place_is_used_where_the_first_cannot_be(tmp_path: Path) -> None:
    assert read(Spool(tmp_path / "absent", tmp_path).keep(LONGER)) == LONGER


def test_where_no_file_can_be_a_text_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Spool(tmp_path / "absent").keep(LONGER) is LONGER

    def full(descriptor: int, data: bytes, at: int) -> int:
        raise OSError(28, "No space left on device")

    spool = Spool(tmp_path)
    first = spool.keep(LONGER)
    monkeypatch.setattr(os, "pwrite", full)
    assert spool.keep(LONGER + "x") == LONGER + "x"
    assert isinstance(spool.keep(LONGER + "x"), str)
    monkeypatch.undo()
    assert (read(first), read(spool.keep(LONGER + "y"))) == (LONGER, LONGER + "y")


def test_a_disk_that_takes_a_little_at_a_time_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: whole(file, data[:1_000], at))
    spool = Spool()
    kept = [spool.keep(LONGER), spool.keep("x" + LONGER)]
    assert [*map(read, kept)] == [LONGER, "x" + LONGER]


async def test_long_instructions_of_a_list_are_read_in_a_thread_and_kept_outside() -> None:
    long = "Say it. " * 32_000
    body = [
        {"id": str(at), "name": "N", "instructions": long if at else "brief"} for at in range(3)
    ]
    readers: list[threading.Thread] = []

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": body, "has_more": False})

    class Noting(Spool):
        def keep(self, text: str) -> RowText:
            readers.append(threading.current_thread())
            return super().keep(text)

    endpoint = Endpoint("https://server.test/v1", transport=httpx.MockTransport(answer))
    async with AssistantsClient(endpoint, spool=Noting()) as client:
        pages = await asyncio.gather(client.list(), client.list())
    for page in pages:
        assert isinstance(page.rows[0].stored_text, str)
        assert long in read(page.rows[1].stored_text) and page.rows[1].text == read(
            page.rows[1].stored_text
        )
        assert page.rows[2].name == "N"
    assert threading.main_thread() not in readers and len(readers) == 6


async def test_one_long_assistant_is_kept_outside_too() -> None:
    text = '{"id": "a", "instructions": "' + "x" * LONG + '"}'
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text=text))
    async with AssistantsClient(Endpoint("https://server.test/v1", transport=transport)) as client:
        row = await client.retrieve("a")
    assert (read(row.stored_text), row.text) == (text, text)
