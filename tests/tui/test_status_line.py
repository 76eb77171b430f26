"""The three lines around the panes: what they say, and what gives way where there is no room."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.widget import Widget

from assistant_tui.core.assistants.summary import ASSISTANT_LIST
from assistant_tui.core.list_spec import Ordering
from assistant_tui.tui.commands import COMMANDS, Where, commands_in
from assistant_tui.tui.widgets.status_line import MAX_KEYS, HeaderLine, KeyLine, StatusLine, Tone
from tests.tui.rows import HOSTILE

FOOTER = tuple(c for c in commands_in(Where.BROWSER) if c.footer)


class Host(App[None]):
    """One line and nothing else."""

    def __init__(self, line: Widget) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.line


@asynccontextmanager
async def on_screen(line: Widget, width: int) -> AsyncIterator[None]:
    """Show a line on a screen of that width."""
    line.styles.height = 1
    async with Host(line).run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        yield


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (80, "work  api.example.com  READ-ONLY  1–50 of 250  newest first"),
        (60, "work  api.example.com  READ-ONLY  1–50 of 250"),
        (40, "work  READ-ONLY  1–50 of 250"),
        (10, "work  READ-ONLY  1–50 of 250"),
    ],
)
async def test_the_order_gives_way_first_and_then_the_host(width: int, text: str) -> None:
    line = HeaderLine("work", "api.example.com", read_only=True)
    async with on_screen(line, width):
        line.count = "1–50 of 250"
        shown = line.render().plain
        assert re.split(" {2,}", shown.strip()) == text.split("  ")
        assert cell_len(shown) == max(width, 32)


async def test_the_order_is_told_as_the_server_has_it() -> None:
    line = HeaderLine("local", "this machine", read_only=False)
    async with on_screen(line, 80):
        line.oldest_first = True
        shown = line.render().plain
        assert shown.split("  ")[0] == " local" and shown.endswith("  oldest first")
        line.ordering = Ordering(ASSISTANT_LIST.columns[0], descending=True)
        assert "oldest first" not in line.render().plain


async def test_what_may_be_changed_is_not_marked() -> None:
    line = HeaderLine("local", "this machine", read_only=False)
    async with on_screen(line, 80):
        line.count = "0 (all)"
        left, right = " local   this machine", "0 (all)  newest first"
        assert line.render().plain == left + " " * (80 - len(left + right)) + right


async def test_the_header_is_safe_and_takes_no_markup() -> None:
    line = HeaderLine(HOSTILE, HOSTILE, read_only=False)
    async with on_screen(line, 400):
        text = line.render().plain
        assert text.isprintable() and text.count("[/][@click=app.quit]x[/]") == 2
        assert {span.style for span in line.render().spans} == {"bold reverse", "$text-muted"}


@pytest.mark.parametrize(
    ("tone", "text"),
    [
        (Tone.PLAIN, "Saved"),
        (Tone.WORKING, "… Saved"),
        (Tone.WARNING, "! Saved"),
        (Tone.ERROR, "✗ Saved"),
    ],
)
async def test_a_tone_is_shown_by_a_mark_and_not_by_its_colour_alone(tone: Tone, text: str) -> None:
    line = StatusLine()
    async with on_screen(line, 80):
        line.say("before", Tone.ERROR)
        line.say("Saved", tone)
        assert line.render().plain == text
        assert {name for name in line.classes if name.startswith("-")} == {f"-{tone.name.lower()}"}


async def test_nothing_said_leaves_the_line_empty() -> None:
    line = StatusLine()
    async with on_screen(line, 80):
        line.say("", Tone.ERROR)
        assert line.render().plain == ""


async def test_what_is_said_is_one_safe_line_without_markup() -> None:
    line = StatusLine()
    async with on_screen(line, 200):
        line.say(f"one\ntwo {HOSTILE}")
        text = line.render().plain
        assert text.startswith("one two ") and text.isprintable()
        assert text.endswith("[/][@click=app.quit]x[/]") and not line.render().spans


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Refused: it is not allowed · r tries again", "✗ Refused: it … · r tries again"),
        ("Short · r tries again", "✗ Short · r tries again"),
        ("no hint, but a very long sentence all the same", "✗ no hint, but … · F8 reads all"),
        ("Deleted · and a long sentence of its own", "✗ Deleted · and… · F8 reads all"),
        ("Saved · asst_123456789012345678901234", "✗ Saved · asst_… · F8 reads all"),
    ],
)
async def test_the_key_that_helps_is_not_cut_off(sentence: str, text: str | None) -> None:
    line = StatusLine()
    async with on_screen(line, 31):
        line.say(sentence, Tone.ERROR)
        assert line.render().plain == (text or f"✗ {sentence}")


async def test_the_end_of_loading_takes_back_only_what_was_said_of_loading() -> None:
    line = StatusLine()
    async with on_screen(line, 80):
        line.say_passing("Loading…", Tone.WORKING)
        line.say_passing("")
        assert line.sentence == ""
        line.say_passing("Loading…", Tone.WORKING)
        line.say("Deleted One")
        line.say_passing("")
        assert line.sentence == "Deleted One"


async def test_news_of_loading_replaces_everything() -> None:
    line = StatusLine()
    async with on_screen(line, 80):
        line.say("Deleted One")
        line.say_passing("Offline", Tone.ERROR)
        assert line.render().plain == "✗ Offline"


async def test_the_keys_stand_before_their_labels() -> None:
    line = KeyLine({})
    async with on_screen(line, 80):
        line.commands = FOOTER
        text = line.render().plain
        assert text.split("  ")[:3] == ["Enter Edit", "n New", "t Talk"]
        assert text.count("  ") == len(FOOTER) == MAX_KEYS


async def test_only_whole_keys_are_shown() -> None:
    line = KeyLine({})
    async with on_screen(line, 21):
        line.commands = FOOTER
        assert line.render().plain.rstrip() == "Enter Edit  n New"


async def test_never_more_than_six_keys() -> None:
    line = KeyLine({})
    async with on_screen(line, 400):
        line.commands = tuple(command for command in COMMANDS if command.keys)
        assert line.render().plain.count("  ") == MAX_KEYS


async def test_the_users_own_keys_are_shown() -> None:
    line = KeyLine({"open": "f2,o"})
    async with on_screen(line, 80):
        line.commands = FOOTER
        assert line.render().plain.startswith("F2 Edit  ")
