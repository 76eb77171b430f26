"""The README says what is true: its keys, its options, its configuration."""

import re
import tomllib
from pathlib import Path

import pytest

from assistant_tui.arguments import parser
from assistant_tui.config import schema
from assistant_tui.tui.commands import COMMANDS, Command, keys_of

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.keys], ids=lambda c: c.name)
def test_every_key_is_in_a_table_with_what_it_does(command: Command) -> None:
    keys = " ".join(f"`{key}`" for key in keys_of(command, {}))
    assert f"| {keys} | {command.help} |" in README


def test_the_commands_of_the_keymap_are_listed() -> None:
    line = re.search(r"Commands for `\[keymap\]`: (.*)\.", README)
    assert line is not None
    assert re.findall(r"`(\w+)`", line[1]) == [c.name for c in COMMANDS if c.keys]


def test_every_option_is_told() -> None:
    for option in re.findall(r"--[a-z-]+", parser().format_help()):
        assert f"`{option}" in README


def test_the_configuration_that_is_shown_is_allowed_and_whole() -> None:
    block = README.split("```toml\n")[1].split("```")[0]
    data = tomllib.loads(block)
    schema.check("README.md", data)
    commented = set(re.findall(r"^# (\w+) = ", block, re.MULTILINE))
    assert set(data["profiles"]["work"]) | commented == set(schema.PROFILE)
    for section, rules in schema.SECTIONS.items():
        assert set(data[section]) == set(rules)


@pytest.mark.parametrize("picture", re.findall(r"\]\((screenshots/[^)]+)\)", README))
def test_every_picture_is_there(picture: str) -> None:
    assert (Path(__file__).parents[2] / picture).is_file()
