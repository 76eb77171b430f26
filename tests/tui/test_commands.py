"""The registry of commands: whole, without clashes, and readable."""

import inspect
import re
from collections import Counter

import pytest
from textual.screen import Screen

from assistant_tui.tui.app import AssistantApp
from assistant_tui.tui.commands import COMMANDS, Command, Where, bindings, commands_in
from assistant_tui.tui.keymap import keys_of, shown_key
from assistant_tui.tui.main.screen import MainScreen
from assistant_tui.tui.playground.call_sheet import CallSheet
from assistant_tui.tui.playground.pair_screen import PairScreen
from assistant_tui.tui.playground.screen import PlaygroundScreen
from assistant_tui.tui.playground.thread_list import ThreadList
from assistant_tui.tui.playground.transcript_view import TranscriptView
from assistant_tui.tui.widgets.list_pane import ListPane
from assistant_tui.tui.widgets.status_line import MAX_KEYS
from assistant_tui.tui.widgets.text_view import TextView


def named(name: str) -> Command:
    """The command of that name."""
    return next(command for command in COMMANDS if command.name == name)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_a_handler(command: Command) -> None:
    if ":" in command.handler:
        handler = command.load_handler()
        assert [*inspect.signature(handler).parameters] == ["context"]
        assert inspect.iscoroutinefunction(handler) or not command.job
        return
    place, _, action = command.handler.rpartition(".")
    in_playground = command.where in (Where.PLAYGROUND, Where.COMPOSER, Where.CALLS)
    screen: type[Screen[None]] = PlaygroundScreen if in_playground else MainScreen
    screen = PairScreen if command.where is Where.PAIR else screen
    panes = (ListPane, TextView, ThreadList, TranscriptView, CallSheet)
    for doer in {"": panes, "screen": (screen,), "app": (AssistantApp,)}[place]:
        assert callable(getattr(doer, f"action_{action}", None))


def test_names_are_unique_since_they_are_the_ids_of_the_bindings() -> None:
    assert [name for name, times in Counter(c.name for c in COMMANDS).items() if times > 1] == []


@pytest.mark.parametrize(
    "places",
    [
        (Where.PANE, Where.BROWSER, Where.EVERYWHERE),
        (Where.FORM, Where.EVERYWHERE),
        (Where.FILTER, Where.EVERYWHERE),
        (Where.PANE, Where.PLAYGROUND, Where.EVERYWHERE),
        (Where.PANE, Where.CALLS, Where.EVERYWHERE),
        (Where.PANE, Where.PAIR, Where.EVERYWHERE),
        (Where.COMPOSER, Where.EVERYWHERE),
    ],
)
def test_no_key_means_two_things_at_one_place(places: tuple[Where, ...]) -> None:
    keys = Counter(
        key for command in commands_in(*places) for key in command.keys.split(",") if command.keys
    )
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("place", Where)
def test_the_footer_has_room_for_what_wants_to_stand_there(place: Where) -> None:
    assert sum(command.footer for command in commands_in(place)) <= MAX_KEYS


def test_keys_that_terminals_cannot_tell_apart_are_not_used() -> None:
    # Ctrl+J is the line feed, which no other key sends to a program that reads keys.
    used = {key for c in COMMANDS if c.name != "break_line" for key in c.keys.split(",")}
    assert used.isdisjoint({"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+left_square_bracket"})
    assert "tilde" not in used and "~" not in used


def test_escape_never_quits() -> None:
    quitting = [command for command in COMMANDS if "quit" in command.name]
    assert quitting and not any("escape" in command.keys for command in quitting)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_words_for_help_and_palette(command: Command) -> None:
    assert command.label and len(command.label) <= 13
    assert command.help and not command.help.endswith(".")


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("ctrl+s", "Ctrl+S"),
        ("shift+tab", "Shift+Tab"),
        ("f4", "F4"),
        ("question_mark", "?"),
        ("escape", "Esc"),
        ("pagedown", "PgDn"),
        ("Y", "Y"),
        ("y", "y"),
        ("+", "+"),
        ("down", "↓"),
    ],
)
def test_keys_are_shown_as_a_person_reads_them(key: str, shown: str) -> None:
    assert shown_key(key) == shown


def test_every_key_has_a_readable_name() -> None:
    for command in COMMANDS:
        for key in keys_of(command, {}):
            assert re.fullmatch(r"\S|[A-Z]\w*|F\d+|Ctrl\+\w|Shift\+Tab", key)


def test_a_keymap_takes_the_place_of_the_own_keys() -> None:
    assert keys_of(named("open"), {"open": "f2,o"}) == ["F2", "o"]
    assert keys_of(named("open"), {"delete": "f2"}) == ["Enter"]
    assert keys_of(named("copy_name"), {}) == []


def test_bindings_go_to_who_carries_them_out() -> None:
    made = {binding.id: binding for where in Where for binding in bindings(where)}
    assert set(made) == {command.name for command in COMMANDS if command.keys}
    assert made["move_down"].action == "move_down"
    assert made["delete"].action == "screen.run('delete')"
    assert made["help"].action == "screen.help"
    assert made["quit"].action == "app.quit"
