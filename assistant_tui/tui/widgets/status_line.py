"""The three single lines around the panes: the header, the status and the keys."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from assistant_tui.core.list_spec import AS_SERVED, Ordering
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.commands import BY_NAME, Command
from assistant_tui.tui.keymap import keys_of
from assistant_tui.tui.widgets.text_layout import fit


class Tone(Enum):
    """How a sentence on the status line is meant; its mark is shown, not the colour alone."""

    PLAIN = ""
    WORKING = "… "
    WARNING = "! "
    ERROR = "✗ "


MAX_KEYS = 6
_MAX_QUERY = 30
"""Cells of a filter that are shown at most."""
_MAX_HINT = 20
"""Cells of the longest hint, such as `r tries again`, for which the text before it is cut."""


_BETWEEN = "  "


class _Fact(NamedTuple):
    """What the header says, how much it matters (0 most), and how it is drawn."""

    text: str
    weight: int
    style: str


class HeaderLine(Widget):
    """Profile, host, how many rows are loaded, and what holds for the whole session."""

    count: reactive[str] = reactive("")
    wanted: reactive[str] = reactive("")
    ordering: reactive[Ordering] = reactive(AS_SERVED)
    oldest_first: reactive[bool] = reactive(False)
    """The server lists the oldest first, whatever it is asked for."""

    def __init__(self, profile: str, host: str, *, read_only: bool) -> None:
        super().__init__()
        self._profile = one_line(profile)
        self._host = one_line(host)
        self._read_only = read_only

    def render(self) -> Content:
        """Draw the line: where one is at its left, what is shown at its right.

        On a narrow screen the least important facts are left out.
        """
        facts = self._facts()
        for least in (4, 3, 2, 1, 0):
            left, right = (
                [fact for fact in side if fact.text and fact.weight <= least] for side in facts
            )
            widths = [cell_len(fact.text) for fact in (*left, *right)]
            cells = sum(widths) + len(_BETWEEN) * (len(widths) - 1)
            if cells <= self.size.width:
                break
        room = " " * max(self.size.width - cells, 0)
        return Content.assemble(*_joined(left), room, _BETWEEN * bool(right), *_joined(right))

    def _facts(self) -> tuple[list[_Fact], list[_Fact]]:
        query = one_line(self.wanted)
        shown = f"/{fit(query, min(len(query), _MAX_QUERY))}" if query else ""
        return (
            [
                _Fact(f" {self._profile} ", 0, "bold reverse"),
                _Fact(self._host, 3, "$text-muted"),
                _Fact(
                    " READ-ONLY " if self._read_only else "",
                    0,
                    "bold auto on $warning",
                ),
                _Fact(shown, 1, "bold $text-accent"),
            ],
            [
                _Fact(self.count, 0, "bold"),
                _Fact(self._order, 4 if self.ordering.as_served else 2, "$text-muted"),
            ],
        )

    @property
    def _order(self) -> str:
        return (
            "oldest first" if self.ordering.as_served and self.oldest_first else str(self.ordering)
        )


def _joined(facts: Iterable[_Fact]) -> Iterator[str | tuple[str, str]]:
    for number, fact in enumerate(facts):
        yield _BETWEEN if number else ""
        yield fact.text, fact.style


class StatusLine(Widget):
    """One sentence: what was done, what failed and which key helps."""

    sentence: reactive[str] = reactive("")
    tone: reactive[Tone] = reactive(Tone.PLAIN, init=False)
    waiting: reactive[str] = reactive("")
    """Why a request waits to be sent again, and for how long; shown where else nothing is said but
    that something is under way."""
    _passing = False

    class Said(Message):
        """A sentence was shown, and is not there any more when the next one is."""

        def __init__(self, sentence: str, tone: Tone) -> None:
            super().__init__()
            self.sentence = sentence
            self.tone = tone

    def __init__(self, keymap: Mapping[str, str] | None = None) -> None:
        """`keymap` are the person's own keys, one of which shows a sentence that is cut."""
        super().__init__()
        keys = keys_of(BY_NAME["messages"], keymap or {})
        self._reads_all = f"{keys[0]} reads all" if keys else ""

    def say(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Show a sentence in place of the last one."""
        self._passing = False
        self.sentence = one_line(sentence)
        self.tone = tone
        if self.is_attached and tone is not Tone.WORKING:
            self.post_message(self.Said(self.sentence, tone))

    def forget(self, sentence: str) -> None:
        """Say nothing, where this is what is said."""
        if self.sentence == one_line(sentence):
            self.say("")

    def watch_tone(self, before: Tone, now: Tone) -> None:
        """Colour the sentence as it is meant; a class costs a new layout."""
        self.remove_class(f"-{before.name.lower()}")
        self.add_class(f"-{now.name.lower()}")

    def say_passing(self, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        """Say how loading goes; only what is wrong takes the place of another's sentence."""
        wrong = tone in (Tone.WARNING, Tone.ERROR)
        if wrong or self._passing or (sentence and not self.sentence):
            self.say(sentence, tone)
            self._passing = True

    def render(self) -> Content:
        """Draw the sentence after its mark; the key that helps at its end is not cut off.

        Where none does, and the sentence is cut, the key is named that shows it whole.
        """
        text = f"{self.tone.value}{self.sentence}" if self.sentence else ""
        if self.waiting and (not text or self.tone is Tone.WORKING):
            text = f"{Tone.WORKING.value}{one_line(self.waiting)}"
        said, _, hint = text.rpartition(" · ")
        width = self.size.width
        if cell_len(text) <= width:
            return Content(text)
        if not said or " " not in hint or cell_len(hint) > min(_MAX_HINT, width // 2):
            said, hint = text, self._reads_all
        if not hint or cell_len(hint) > width // 2:
            return Content(text)
        return Content(f"{fit(said, width - cell_len(hint) - 3)} · {hint}")


class KeyLine(Widget):
    """At most six keys, those that matter where the focus is."""

    commands: reactive[tuple[Command, ...]] = reactive(())

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def render(self) -> Content:
        """Draw as many keys as fit, each before its label."""
        parts: list[tuple[str, str]] = []
        available = self.size.width
        for command in self.commands[:MAX_KEYS]:
            key = keys_of(command, self._keymap)[0]
            available -= len(key) + len(command.label) + 3
            if available < -2:
                break
            parts += [(key, "$footer-key-foreground"), (f" {command.label}  ", "")]
        return Content.assemble(*parts)
