"""``assistant-tui --print-completion``: what a shell needs to complete the words of a command."""

import argparse
from collections.abc import Iterator

import shtab

_PATHS = {"FILE": shtab.FILE, "F": shtab.FILE, "PATH": shtab.FILE, "DIR": shtab.DIRECTORY}
"""What is completed behind an option, by how its value is called in the help."""


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for a shell; it knows the words of this version, and starts no program."""
    for action in _actions(parser):
        if isinstance(action.metavar, str) and action.metavar in _PATHS:
            action.complete = _PATHS[action.metavar]  # type: ignore[attr-defined]  # shtab's way
    return shtab.complete(parser, shell)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options and arguments of a parser and of the parsers below it."""
    for action in parser._actions:  # argparse has no other way to ask
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
