"""The documentation says what is true: keys, options, configuration, links, names of tests."""

import re
import tomllib
from pathlib import Path

import pytest

from assistant_tui.cli.arguments import create_parser
from assistant_tui.config import rules
from assistant_tui.tui.commands import COMMANDS, Command, Where, commands_in
from assistant_tui.tui.keymap import keys_of

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted(ROOT.glob("docs/*.md"))]


def page(name: str) -> str:
    """A page of docs/."""
    return (ROOT / "docs" / name).read_text("utf-8")


def links() -> list[tuple[Path, str]]:
    """Each page with what it links to or shows, if that is a file."""
    return [
        (each, target)
        for each in PAGES
        for target in re.findall(r"\]\(([^)#]+)\)", each.read_text("utf-8"))
        if "://" not in target
    ]


def key_row(command: Command) -> str:
    """The row of a command in a table of keys."""
    return f"| {' '.join(f'`{key}`' for key in keys_of(command, {}))} | {command.help} |"


@pytest.mark.parametrize(
    ("title", "places", "others"),
    [
        ("In the list and the detail:", (Where.PANE, Where.BROWSER, Where.EVERYWHERE), 0),
        ("In the filter:", (Where.FILTER,), 0),
        # Behind the commands: how to move in the form, which is no command.
        ("In the form:", (Where.FORM, Where.EVERYWHERE), 7),
        ("In the threads and the conversation of the playground:", (Where.PLAYGROUND,), 0),
        ("In its message:", (Where.COMPOSER,), 0),
        ("In its calls that wait for an answer:", (Where.CALLS,), 0),
        ("In two conversations side by side:", (Where.PAIR,), 0),
    ],
)
def test_the_tables_of_keys_are_those_of_the_registry(
    title: str, places: tuple[Where, ...], others: int
) -> None:
    table = page("keys.md").split(f"{title}\n\n")[1].split("\n\n")[0].split("\n")[2:]
    commands = [key_row(command) for command in commands_in(*places) if command.keys]
    assert table[: len(table) - others] == commands


def test_the_commands_of_the_keymap_are_listed() -> None:
    line = re.search(r"Commands for `\[keymap\]`: (.*)\.", page("configuration.md"))
    assert line is not None
    assert re.findall(r"`(\w+)`", line[1]) == [c.name for c in COMMANDS if c.keys]


def test_every_option_is_told() -> None:
    for option in re.findall(r"--[a-z-]+", create_parser().format_help()):
        assert f"`{option}" in page("command-line.md")


def test_the_help_names_the_variables_that_are_read_for_a_server() -> None:
    sources = (ROOT / "assistant_tui" / "config").glob("*.py")
    named = re.compile(r"\b(?:OPENAI|ASSISTANT_TUI)_[A-Z_]+")
    variables = {name for each in sources for name in named.findall(each.read_text("utf-8"))}
    assert "OPENAI_BASE_URL" in variables
    assert variables <= set(named.findall(create_parser().format_help()))


def test_the_configuration_that_is_shown_is_allowed_and_whole() -> None:
    block = page("configuration.md").split("```toml\n")[1].split("```")[0]
    data = tomllib.loads(block)
    rules.check_config("configuration.md", data)
    commented = set(re.findall(r"^# (\w+) = ", block, re.MULTILINE))
    assert set(data["profiles"]["work"]) | commented == set(rules.PROFILE_RULES)
    backend = data["server"]["backends"]["local"]
    shared = ("headers", "api_key_command", "api_key_file")
    assert {*backend, *shared} <= set(rules.BACKEND_RULES)
    assert set(rules.BACKEND_RULES) <= {*backend, *rules.CONNECTION_KEYS}
    for section, keys in rules.SECTION_RULES.items():
        assert set(data[section]) == set(keys)


@pytest.mark.parametrize(
    ("where", "target"), links(), ids=lambda each: each.name if isinstance(each, Path) else each
)
def test_what_is_linked_or_shown_is_there(where: Path, target: str) -> None:
    assert (where.parent / target).exists()


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = {(where.parent / target).resolve() for where, target in links()}
    assert set(PAGES[1:]) <= linked


def test_the_tests_behind_each_promise_are_there() -> None:
    names = re.findall(r"`([a-z_/]+/(?:test_\w+\.py)?)`", page("guarantees.md"))
    names.remove("tests/")
    assert len(names) > 20
    assert [name for name in names if not (ROOT / "tests" / name).exists()] == []
