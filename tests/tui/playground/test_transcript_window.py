"""The lines of a conversation that are in sight: they follow at the end, and stand still else."""

import json

from hypothesis import given
from hypothesis import strategies as st

from assistant_tui.core.threads.entries import Change, ChangeKind, Entry, EntryKind
from assistant_tui.core.threads.objects import read_call
from assistant_tui.tui.playground.block import Facts
from assistant_tui.tui.playground.transcript_layout import TranscriptLayout
from assistant_tui.tui.playground.transcript_view import joined
from assistant_tui.tui.playground.transcript_window import TranscriptWindow
from tests.tui.playground.entries import added, appended, call, said

FACTS = Facts(0)


class Reading:
    """A window of 40 by 10 over entries, and what it shows."""

    def __init__(self, *entries: Entry) -> None:
        self.entries = [*entries]
        self.window = TranscriptWindow()
        self.window.resize(40, 10)
        self.window.show(self.entries, FACTS)

    def take(self, *changes: Change, by_pages: bool = False) -> None:
        """Follow changes."""
        for change in changes:
            if change.kind is ChangeKind.ADDED and change.entry is not None:
                self.entries.append(change.entry)
        self.window.take(changes, FACTS, by_pages=by_pages)

    @property
    def lines(self) -> list[str]:
        """The lines in sight."""
        numbers = range(self.window.top, self.window.top + 10)
        return ["".join(span.text for span in self.window.line(each)) for each in numbers]


def numbered(count: int, word: str = "line") -> str:
    """So many lines."""
    return "\n".join(f"{word} {number}" for number in range(count))


def test_the_end_is_followed() -> None:
    entry = said("m", numbered(20))
    reading = Reading(entry)
    assert reading.lines[-1] == "line 19"
    reading.take(appended(entry, "\nmore"))
    assert reading.lines[-1] == "more" and reading.window.new_lines == 0


def test_what_is_read_stands_still_and_the_new_lines_are_counted() -> None:
    entry = said("m", numbered(20))
    reading = Reading(entry)
    reading.window.scroll(-5)
    before = reading.lines
    reading.take(appended(entry, "\n" + numbered(12, "new")))
    assert reading.lines == before and reading.window.new_lines == 12
    reading.window.go_last()
    assert reading.lines[-1] == "new 11" and reading.window.new_lines == 0


def test_what_changes_above_does_not_move_what_is_read() -> None:
    first, second = call("c", "look", "{}"), said("m", numbered(30))
    reading = Reading(first, second)
    reading.window.scroll(-5)
    before = reading.lines
    changed = call("c", "look", "{}", "found")
    reading.take(Change(ChangeKind.REMOVED, first))
    assert reading.lines == before
    reading.entries[:] = [changed, said("n", "between"), second]
    reading.window.take([Change(ChangeKind.RESET)], FACTS, by_pages=False)
    assert reading.lines == before


def test_what_comes_together_with_a_new_order_is_shown_once() -> None:
    first, second = said("m", "one"), said("n", "two")
    reading = Reading(first)
    reading.entries.append(second)
    changes = joined([Change(ChangeKind.RESET), added(second)])
    reading.window.take(changes, FACTS, by_pages=False)
    assert "".join(reading.lines).count("two") == 1


def test_a_long_conversation_shows_its_end_before_its_beginning_is_laid_out() -> None:
    entries = [said(str(number), f"message {number}") for number in range(1_000)]
    reading = Reading(*entries)
    before = reading.lines
    assert before[-1] == "message 999" and not reading.window.is_whole
    while not reading.window.is_whole:
        reading.window.lay_out_earlier(0.001)
        assert reading.lines == before and reading.window.new_lines == 0
    whole = TranscriptLayout()
    whole.show(entries, 40, FACTS)
    assert reading.window.height == whole.height


def test_what_is_scrolled_to_is_laid_out() -> None:
    reading = Reading(*(said(str(number), f"message {number}") for number in range(1_000)))
    reading.window.scroll(-2_000)
    assert reading.lines[2] == "message 330"
    reading.window.go_first()
    assert "message 0" in reading.lines


def test_what_is_taken_away_before_it_was_laid_out_does_not_come() -> None:
    entries = [said(str(number), f"message {number}") for number in range(200)]
    reading = Reading(*entries)
    del reading.entries[3]
    reading.take(Change(ChangeKind.REMOVED, entries[3]))
    reading.window.go_first()
    reading.window.scroll(6)
    assert "message 4" in reading.lines and "message 3" not in reading.lines


def test_another_width_leaves_the_same_entry_on_top() -> None:
    reading = Reading(*(said(str(n), f"{n}: {'word ' * 30}") for n in range(20)))
    reading.window.scroll(-30)
    top = reading.window.line(reading.window.top)
    reading.window.resize(25, 10)
    assert reading.window.line(reading.window.top)[0].text[:10] == top[0].text[:10]


def test_beside_another_pane_a_page_is_turned() -> None:
    entry = said("m", numbered(20))
    reading = Reading(entry)
    moves = []
    for number in range(20):
        before = reading.window.top
        reading.take(appended(entry, f"\nnew {number}"), by_pages=True)
        moves.append(reading.window.top - before)
        assert f"new {number}" in reading.lines
    assert sum(move > 0 for move in moves) <= 4


def test_only_what_has_changed_is_to_be_drawn() -> None:
    entry = said("m", "one")
    reading = Reading(entry)
    reading.window.take_dirty()
    reading.take(appended(entry, " two"))
    assert reading.window.take_dirty() == (2, 3)
    reading.take(appended(entry, "\nthree\nfour"))
    assert reading.window.take_dirty() == (2, 5)
    reading.window.take([Change(ChangeKind.CHANGED)], FACTS, by_pages=False)
    assert reading.window.take_dirty() == (0, 0)


def test_a_call_opens_with_its_arguments_and_its_output() -> None:
    reading = Reading(call("c", "get_order", '{"id": "A-1"}', '{"state": "sent"}'), said("m", "ok"))
    assert "▸ ƒ get_order" in reading.lines[1] and '"A-1"' in reading.lines[1]
    reading.window.go_first()
    assert reading.window.toggle()
    shown = "\n".join(reading.lines)
    assert '      "id": "A-1"' in shown and "→" in shown and '"state": "sent"' in shown
    assert reading.window.toggle()
    assert "▸ ƒ get_order" in reading.lines[1]


def test_a_search_tells_what_it_was_for_and_how_much_it_found() -> None:
    arguments = '{"ranking_options": {}, "query": "disk [full]", "results": [{}, {}, {}]}'
    made = read_call({"type": "file_search", "file_search": json.loads(arguments)}, "c")
    entry = Entry("c", EntryKind.CALL, arguments, call=made)
    assert "▸ file_search  “disk [full]”  3 results" in Reading(entry).lines[1]


def test_a_message_does_not_fold() -> None:
    assert not Reading(said("m", "text")).window.toggle()


def test_no_key_leads_behind_the_end_of_a_last_entry_that_is_long() -> None:
    reading = Reading(said("a", "first"), said("b", numbered(30)))
    reading.window.step(1)
    assert reading.lines[-1] == "line 29"


def test_the_cursor_goes_from_entry_to_entry_and_through_long_ones() -> None:
    reading = Reading(said("a", "first"), said("b", numbered(30)), said("c", "last"))
    window = reading.window

    def current() -> str:
        assert window.current is not None
        return window.current.entry.key

    assert current() == "c"
    window.go_first()
    window.step(1)
    assert current() == "b" and window.top == 4
    seen = set(reading.lines)
    for _ in range(40):
        window.step(1)
        seen |= set(reading.lines)
    assert current() == "c"
    assert {f"line {number}" for number in range(30)} <= seen


def test_the_piece_that_an_entry_came_with_is_shown_once() -> None:
    reading, entry = Reading(), said("m", "")
    piece = appended(entry, "once")
    reading.take(added(entry), piece)
    assert [line.strip() for line in reading.lines if "once" in line] == ["once"]


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "append", "remove", "call"]),
        st.integers(0, 5),
        st.text(max_size=30),
    ),
    max_size=20,
)


@given(CHANGES)
def test_what_is_followed_is_what_would_be_laid_out_anew(
    steps: list[tuple[str, int, str]],
) -> None:
    followed, entries = TranscriptLayout(), list[Entry]()
    followed.show(entries, 30, FACTS)
    for number, (what, at, text) in enumerate(steps):
        if what in ("add", "call"):
            kind = EntryKind.CALL if what == "call" else EntryKind.USER
            new = call(str(number), "f", text) if what == "call" else said(str(number), text, kind)
            entries.append(new)
            followed.take(added(new), entries, FACTS)
        elif entries and what == "append":
            entry = entries[at % len(entries)]
            followed.take(appended(entry, text), entries, FACTS)
        elif entries:
            gone = entries.pop(at % len(entries))
            followed.take(Change(ChangeKind.REMOVED, gone), entries, FACTS)
    anew = TranscriptLayout()
    anew.show(entries, 30, FACTS)
    assert followed.height == anew.height
    assert [followed.line(n) for n in range(anew.height)] == [
        anew.line(n) for n in range(anew.height)
    ]
