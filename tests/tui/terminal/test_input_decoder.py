"""What a terminal sends is sorted: text and keys pass unchanged, answers vanish, nothing raises."""

import re
from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.message import Message

from assistant_tui.tui.terminal import input_decoder
from assistant_tui.tui.terminal.input_decoder import KEY, PASTE, REST, InputDecoder, InputFilter
from assistant_tui.tui.terminal.typed_text import TypedText
from tests.tui.terminal.random_input import control_string, rubbish

MANY = 100_000
WRITTEN = st.text(st.characters(exclude_characters="\x1b", exclude_categories=["Cs"]), max_size=20)
SEEDS = st.integers(0, 2**32)
KEYS = sorted(
    key.encode()
    for key in ANSI_SEQUENCES_KEYS
    if re.fullmatch(r"\x1b(\[[^\x1b]*[^\[M]|O.|\[\[.)", key) and not re.search(r";\d+R\Z", key)
)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """The same in parts."""
    ends = sorted({min(place, len(data)) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def passes(data: bytes, places: Iterable[int] = ()) -> bytes:
    """What comes through, if it arrives in these parts."""
    input_filter = InputFilter()
    return b"".join(piece for part in cut(data, places) for piece in input_filter.feed(part))


CUTS = st.lists(st.integers(0, 200))


@given(WRITTEN, st.sampled_from(KEYS), WRITTEN, CUTS)
def test_text_and_keys_pass_byte_for_byte_however_they_are_cut(
    before: str, key: bytes, after: str, places: list[int]
) -> None:
    data = before.encode() + key + after.encode()
    assert passes(data, places) == data


@given(WRITTEN, CUTS)
def test_so_does_what_is_pasted(text: str, places: list[int]) -> None:
    data = b"\x1b[200~" + text.encode() + b"\x1b[201~j"
    assert passes(data, places) == data


@given(WRITTEN, SEEDS, WRITTEN, CUTS, st.booleans())
def test_an_answer_vanishes_wherever_it_comes_and_however_it_is_torn(
    before: str, seed: int, after: str, places: list[int], pasted: bool
) -> None:
    start, end = (b"\x1b[200~", b"\x1b[201~") if pasted else (b"", b"")
    data = start + before.encode() + control_string(Random(seed)) + after.encode() + end
    assert passes(data, places) == start + (before + after).encode() + end


def test_kept_back_is_never_more_than_a_key_however_long_a_sequence_is() -> None:
    input_filter = InputFilter()
    for start in (b"\x1b[", b"\x1b]52;c;", b"\x1bP", b"\x1bO"):
        assert input_filter.feed(start) == []
        for _ in range(50):
            assert input_filter.feed(b"1234567890" * 1_000) == []
            assert len(input_filter._held) <= 1_024
        input_filter.feed(b"B\x1b\\")
        assert input_filter.feed(b"j") == [b"j"]


def test_a_paste_has_a_bound_and_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_decoder, "MAX_PASTE", 5)
    input_filter = InputFilter()
    assert b"".join(input_filter.feed(b"\x1b[200~one two")) == b"\x1b[200~one t"
    assert input_filter.feed(b"three") == [] and input_filter.waiting_for == PASTE
    assert input_filter.on_timeout() == [b"\x1b[201~"]
    assert input_filter.waiting_for is None and input_filter.feed(b"j") == [b"j"]


def test_an_escape_in_what_is_pasted_is_left_out_and_steers_nothing() -> None:
    input_filter = InputFilter()
    pasted = b"\x1b[200~red \x1b[31mdqn\x1bz \x1b]0;title\x07\x1bOP!\x1b[200~\x1b[201~"
    assert b"".join(input_filter.feed(pasted)) == b"\x1b[200~red dqnz !\x1b[201~"


@pytest.mark.parametrize("key", [b"\x1b", *(b"\x1b" + bytes([each]) for each in b"[]O_^PX\\jJ1")])
def test_escape_and_alt_with_a_key_are_keys_when_nothing_follows(key: bytes) -> None:
    input_filter = InputFilter()
    given = input_filter.feed(key)
    if not given:
        assert input_filter.waiting_for == KEY
        given = input_filter.on_timeout()
    assert given == [key]
    assert input_filter.feed(b"j") == [b"j"]


@pytest.mark.parametrize("key", [b"\x1b\r", b"\x1b\x7f", "\x1bé".encode(), b"\x1b\x1b[A"])
def test_alt_with_a_key_that_is_no_letter(key: bytes) -> None:
    assert passes(key) == key == passes(key, range(len(key)))


@pytest.mark.parametrize("key", [b"\r", b"\x03", b"\x1b[A", b"\x11"])
@pytest.mark.parametrize("begun", [b"\x1b]11;rgb:dd", b"\x1bP>|a", b"\x1b[>84;0", b"\x1b_Gi=1"])
def test_a_person_can_end_what_a_terminal_never_ends(begun: bytes, key: bytes) -> None:
    input_filter = InputFilter()
    assert input_filter.feed(begun) == []
    assert input_filter.feed(key) == [key] and input_filter.waiting_for is None


@pytest.mark.parametrize("begun", [b"\x1b]11;rgb:dd", b"\x1bP>|a", b"\x1b[>84;0", b"\x1b_Gi=1"])
def test_or_can_wait(begun: bytes) -> None:
    input_filter = InputFilter()
    assert input_filter.feed(begun) == [] and input_filter.waiting_for == REST
    assert input_filter.on_timeout() == [] and input_filter.waiting_for is None
    assert input_filter.feed(b"j") == [b"j"]


@pytest.mark.parametrize(
    "rest", [b"[>84;0;0c", b"]11;rgb:dd/dd/dd\x07", b"P>|term\x1b\\", b"_Gi=1;OK\x1b\\"]
)
def test_an_answer_that_comes_long_after_its_escape_vanishes_too(rest: bytes) -> None:
    input_filter = InputFilter()
    input_filter.feed(b"\x1b")
    assert input_filter.on_timeout() == [b"\x1b"] and input_filter.waiting_for == REST
    assert input_filter.feed(rest[:6]) == []
    assert input_filter.feed(rest[6:] + b"j") == [b"j"]


def test_keys_soon_after_escape_are_keys() -> None:
    for keys in (b"[", b"]", b"]j", b"P", b"Ab", b"1;2c", b"\x1b[A"):
        input_filter = InputFilter()
        input_filter.feed(b"\x1b")
        input_filter.on_timeout()
        given = input_filter.feed(keys)
        assert given == [keys]


KITTY = {
    b"\x1b[1;1:1B": ["down"],
    b"\x1b[1;1:2B": ["down"],
    b"\x1b[1;1:3B": [],
    b"\x1b[1;5:1B": ["ctrl+down"],
    b"\x1b[97;5:1u": ["ctrl+a"],
    b"\x1b[97:65;2u": ["A"],
    b"\x1b[97:65;2;65u": ["A"],
    b"\x1b[97:65:99;2:1;65u": ["A"],
    b"\x1b[1087::112;5u": ["ctrl+p"],
    b"\x1b[13;1:1u": ["enter"],
    b"\x1b[57441;2:1u": ["left_shift"],
    b"\x1b[57441;1:3u": [],
    b"\x1b[0;;20320:22909u": ["你", "好"],
    b"\x1b[27;5;105~": ["ctrl+i"],
    b"\x1b[5;1:1~": ["pageup"],
    b"\x1b[97;257u": [],
    b"\x1b[97;1:4;97u": [],
    b"\x1b[97;;27u": [],
    b"\x1b[55296u": [],
    b"\x1b[1114112u": [],
    b"\x1b[0u": [],
    b"\x1b[97;1;55296u": [],
    b"\x1b[97;1;97;1u": [],
    b"\x1b[99B": [],
    b"\x1b[200;5~": [],
    b"\x1b[" + b"9" * 5_000 + b"u": [],
}


@pytest.mark.parametrize("sequence", KITTY, ids=lambda sequence: repr(sequence[1:20]))
def test_keys_with_sub_fields_are_told_as_plain_ones(sequence: bytes) -> None:
    read = [event for event in InputDecoder().read(sequence) if isinstance(event, events.Key)]
    assert [event.key for event in read] == KITTY[sequence]


WITHOUT_TEXT = {
    b"\x1b[104;2u\x1b[101ul\x1b[108uo": "Hello",
    b"\x1b[32u": " ",
    b"\x1b[32;2u": " ",
    b"\x1b[49;2u": "!",
    b"\x1b[50:34;2u": '"',
    b"\x1b[97;65u\x1b[97;66u": "Aa",
    b"\x1b[49;65u": "1",
    b"\x1b[1090;2u\x1b[223;2u": "\u0422\u00df",
    b"\x1b[57400u\x1b[57409;129u\x1b[57413u": "1.+",
    b"\x1b[97;129u": "a",
    b"\x1b[57441;2u\x1b[104;2;72u": "H",
    b"\x1b[97;5u\x1b[97;3u\x1b[97;9u": "",
    b"\x1b[27;2;72~": "H",
    b"\x1b[104:1114112;2u": "",
}


@pytest.mark.parametrize("keys", WITHOUT_TEXT, ids=lambda keys: repr(keys[1:20]))
def test_what_a_key_types_is_known_where_the_terminal_tells_no_text(keys: bytes) -> None:
    read = [event for event in InputDecoder().read(keys) if isinstance(event, events.Key)]
    typed = "".join(event.character or "" for event in read if event.is_printable)
    assert typed == WITHOUT_TEXT[keys]


ALT = {
    b"\x1bd": ["alt+d"],
    b"\x1bD": ["alt+shift+d"],
    b"\x1b1": ["alt+1"],
    "\x1b\u00e9".encode(): ["alt+\u00e9"],
    b"\x1b\x7f": ["alt+backspace"],
    b"\x1b\x08": ["alt+backspace"],
    b"\x1b\r": ["alt+enter"],
    b"\x1b\x01": ["alt+ctrl+a"],
    b"\x1b\x1b[D": ["alt+left"],
    b"\x1b\x1bOC": ["alt+right"],
    b"\x1b\x1b[3~": ["alt+delete"],
    b"\x1b[1;3D": ["alt+left"],
    b"\x1b[100;3u": ["alt+d"],
    b"\x1b[100;3;100u": ["alt+d"],
    b"\x1b[100:68;4;68u": ["alt+shift+d"],
    b"\x1b[27;3;100~": ["alt+d"],
    b"\x1b[127;3u": ["alt+backspace"],
}


@pytest.mark.parametrize("sequence", ALT, ids=repr)
def test_alt_and_a_key_is_that_key_however_it_arrives_and_types_nothing(sequence: bytes) -> None:
    for parts in ([sequence], [bytes([each]) for each in sequence]):
        keyboard = InputDecoder()
        read = [event for part in parts for event in keyboard.read(part)]
        assert [getattr(event, "key", "") for event in read] == ALT[sequence]
        assert not any(isinstance(event, events.Key) and event.character for event in read)


def test_alt_and_a_key_that_types_another_character_types_that() -> None:
    (event,) = InputDecoder().read(b"\x1b[100;3;8706u")
    assert isinstance(event, events.Key) and event.character == "\u2202"


AS_ELSEWHERE = {
    b"\x1b[127;2u": "backspace",
    b"\x1b[27;2;127~": "backspace",
    b"\x1b[104;5u": "backspace",
    b"\x1b[91;5u": "escape",
    b"\x1b[91;69u": "escape",
    b"\x1b[27;5;91~": "escape",
    b"\x1b[27;2u": "escape",
    b"\x1b[109;5u": "enter",
}


@pytest.mark.parametrize("sequence", AS_ELSEWHERE, ids=repr)
def test_keys_that_are_one_on_other_terminals_are_that_one(sequence: bytes) -> None:
    read = [event for event in InputDecoder().read(sequence) if isinstance(event, events.Key)]
    assert [event.key for event in read] == [AS_ELSEWHERE[sequence]]


@pytest.mark.parametrize(
    ("held", "keys"),
    [
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1b\x1b[", ["escape", "alt+left_square_bracket"]),
        (b"\x1b\x1b[3", ["escape"]),
    ],
    ids=repr,
)
def test_escape_before_something_unfinished_is_escape_after_a_while(
    held: bytes, keys: list[str]
) -> None:
    keyboard = InputDecoder()
    assert [*keyboard.read(held)] == [] and keyboard.timeout is not None
    assert [getattr(event, "key", "") for event in keyboard.on_timeout()] == keys


def test_escape_before_a_paste_or_the_mouse_is_escape() -> None:
    read = [*InputDecoder().read(b"\x1b\x1b[200~d\x1b[201~\x1b\x1b[<0;1;1M")]
    kinds = [type(event) for event in read]
    assert kinds == [events.Key, events.Paste, events.Key, events.MouseDown]


OTHER_LAYOUTS = {
    "\x1b[1090::110;;1090u": ("\u0442", "n"),
    "\x1b[1090:1058:110;2;1058u": ("\u0422", "N"),
    "\x1b[1090::110u": ("\u0442", "n"),
    "\x1b[1090::110;65u": ("\u0422", "N"),
    "\x1b[1098::93;;1098u": ("\u044a", "right_square_bracket"),
    "\x1b[1101::39;2u": ("\u042d", "quotation_mark"),
    "\x1b[111::115;;111u": ("o", ""),
    "\x1b[1090;;1090u": ("\u0442", ""),
}


@pytest.mark.parametrize("sequence", OTHER_LAYOUTS, ids=repr)
def test_a_key_of_another_layout_types_its_own_and_is_known_by_the_latin_one(sequence: str) -> None:
    (event,) = InputDecoder().read(sequence.encode())
    assert isinstance(event, events.Key)
    latin = event.latin_key if isinstance(event, TypedText) else ""
    assert (event.character, latin) == OTHER_LAYOUTS[sequence]


def test_with_ctrl_and_alt_the_latin_key_counts() -> None:
    read = [*InputDecoder().read(b"\x1b[1099::115;5u\x1b[1074::100;3u\x1b[1093::91;5u")]
    assert [getattr(each, "key", "") for each in read] == ["ctrl+s", "alt+d", "escape"]


def test_the_flags_that_a_terminal_has_granted_are_known_and_not_typed() -> None:
    keyboard = InputDecoder()
    assert keyboard.keyboard_flags == 0
    assert [*keyboard.read(b"\x1b[?13u")] == [] and keyboard.keyboard_flags == 13


def test_a_terminal_that_was_not_asked_does_not_tell_the_size() -> None:
    size = b"\x1b[48;24;80;0;0t"
    assert [*InputDecoder().read(size)] == []
    told = [*InputDecoder().read(b"\x1b[?2048;2$y" + size + b"\x1b[48;99999;99999;1;1t")]
    sizes = [event.size for event in told if isinstance(event, events.Resize)]
    assert sizes == [(80, 24), (1_000, 400)]


def test_it_outlives_a_hundred_thousand_sequences() -> None:
    """Whatever comes in whatever parts, the reader reads on, and takes nothing for its own end."""
    chance, keyboard = Random(9), InputDecoder()
    seen: set[type[Message]] = set()
    for _ in range(MANY):
        data = rubbish(chance)
        place = chance.randrange(len(data) + 1)
        for part in (data[:place], data[place:]):
            seen |= {
                type(each) for each in (keyboard.read(part) if part else keyboard.on_timeout())
            }
    assert seen >= {events.Key, events.Paste, events.MouseMove, events.Resize, events.AppFocus}
    keyboard.on_timeout()
    assert [type(each) for each in keyboard.read(b"\x03j")][-1] is events.Key
