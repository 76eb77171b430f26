"""Server-sent events come out whole however the bytes are cut, and no stream fills the memory."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.errors import ResponseTooLarge, Unreadable
from assistant_tui.transport.sse import EventParser, ServerSentEvent, read_events

E = ServerSentEvent


def parsed(*chunks: bytes) -> list[ServerSentEvent]:
    """The events of a stream that ends whole."""
    parser = EventParser()
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return [*events, *parser.close()]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\n\n", [E("a")]),
        (b"data:a\n\ndata:  b\n\n", [E("a"), E(" b")]),
        (b"event: thread.run.created\ndata: {}\n\n", [E("{}", "thread.run.created")]),
        (b"data: 1\ndata: 2\ndata\ndata:\n\n", [E("1\n2\n\n")]),
        (b"data\n\n", [E("")]),
        (b"data: a: b\n\n", [E("a: b")]),
        (b"event: a\n\ndata: b\n\n", [E("b")]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [E("a"), E("b")]),
        (b"data: a\r\rdata: b\r\r", [E("a"), E("b")]),
        (b"data: a\r\n\ndata: b\n\r\n", [E("a"), E("b")]),
        (b": OPENROUTER PROCESSING\n\n: ping\ndata: a\n:\n\n", [E("a")]),
        (b"\n\n\ndata: a\n\n\n\n", [E("a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [E("a")]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [E("a")]),
        (b"id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", [E("a", id="7"), E("b", id="7"), E("c")]),
        (b"id: a\0b\ndata: a\n\n", [E("a")]),
        (b"retry: 1500\ndata: a\n\ndata: b\n\n", [E("a", retry=1500), E("b")]),
        (b"retry: -1\nretry: 1e3\nretry: \xd9\xa1\nother: x\nDATA: x\ndata: a\n\n", [E("a")]),
        ("data: {'a\u2028b\u0085c\x0b'}\n\n".encode(), [E("{'a\u2028b\u0085c\x0b'}")]),
        (b"data: \xff\xfe!\n\n", [E("\ufffd\ufffd!")]),
        (b"data: a\n\nevent: done\ndata: [DONE]", [E("a"), E("[DONE]", "done")]),
        (b"data: a\n\ndata: b\n", [E("a"), E("b")]),
        (b'data: a\n\nerror: {"code": 500}\n\n', [E("a"), E('{"code": 500}', "error")]),
        (b"data: a\n\nevent: done", [E("a")]),
        (b"", []),
    ],
)
def test_events_in_all_their_forms(stream: bytes, events: list[ServerSentEvent]) -> None:
    assert parsed(stream) == events
    assert parsed(*(stream[at : at + 1] for at in range(len(stream)))) == events


def test_a_line_end_that_is_cut_in_two_is_one() -> None:
    assert parsed(b"data: a\r", b"\ndata: b\r", b"\n\r", b"", b"\n") == [E("a\nb")]


def test_a_character_that_is_cut_in_two_is_one() -> None:
    text = "data: 日本語 🙂\n\n".encode()
    for at in range(len(text)):
        assert parsed(text[:at], text[at:]) == [E("日本語 🙂")]


def test_an_event_is_given_as_soon_as_it_ends() -> None:
    parser = EventParser()
    assert list(parser.feed(b"data: a\n")) == []
    assert list(parser.feed(b"\ndata: b")) == [E("a")]
    assert list(parser.feed(b"\r\n\r")) == [E("b")]


LINES = st.sampled_from(
    [
        b"data: a",
        b"data:\xc3\xa9",
        b"data",
        b"event: e",
        b": c",
        b"",
        b"id: 1",
        b"\xff",
        b"retry: 5",
    ]
)


@given(st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r", b"\r\n"]))), st.data())
def test_where_a_stream_is_cut_makes_no_difference(
    lines: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(part for line in lines for part in line)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    bounds = [0, *cuts, len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(bounds)]
    assert parsed(*chunks) == parsed(stream)


@pytest.mark.parametrize("chunk", [b"x", b"data: xxxxxxx\n"])
def test_an_event_without_an_end_is_refused_before_it_fills_the_memory(chunk: bytes) -> None:
    parser = EventParser(largest_event=1_000)
    with pytest.raises(ResponseTooLarge, match=r"larger than 1,000 bytes"):
        for _ in range(1_001):
            list(parser.feed(chunk))


@pytest.mark.parametrize("beat", [b": still here\n", b": still here\n\n", b"id: 1\n"])
def test_a_stream_of_comments_may_go_on(beat: bytes) -> None:
    parser = EventParser(largest_event=1_000)
    for _ in range(1_000):
        assert list(parser.feed(beat)) == []
    assert [event.data for event in parser.feed(b"\ndata: a\n\n")] == ["a"]


def test_a_long_event_in_small_chunks_costs_no_more_than_its_length() -> None:
    size = 4_000_000
    parser = EventParser()
    list(parser.feed(b"data: "))
    for _ in range(size // 100):
        assert not list(parser.feed(b"x" * 100))
    (event,) = parser.feed(b"\n\n")
    assert len(event.data) == size


async def test_events_are_read_from_chunks_as_they_come() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"data: a\n\nda"
        yield b"ta: b"

    assert [event.data async for event in read_events(chunks())] == ["a", "b"]


async def test_an_event_that_is_cut_off_is_not_given() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'data: {"a": 1}\n\ndata: {"b'
        raise Unreadable("cut off")

    seen = []
    with pytest.raises(Unreadable):
        async for event in read_events(chunks()):
            seen.append(event.data)
    assert seen == ['{"a": 1}']
