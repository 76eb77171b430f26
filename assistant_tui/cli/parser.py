"""The parser of the command line: options anywhere, and wrong usage in one line that names it."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from assistant_tui.core.safe_text import one_line

AddSubcommand = Callable[[Any, str, str], argparse.ArgumentParser]
"""Adds a subcommand with a name and what it says of itself to what `add_subparsers` returned."""


class Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line on stderr; of a subcommand, options may stand anywhere."""

    _is_intermixing = False

    def parse_known_args(  # type: ignore[override]  # it has overloads for types of namespaces
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse arguments, the positional ones also where options stand between them.

        Python 3.11 takes an optional one for left out where an option comes before it.
        """
        has_subcommands = any(isinstance(a, argparse._SubParsersAction) for a in self._actions)
        if self._is_intermixing or has_subcommands:
            return super().parse_known_args(args, namespace)
        self._is_intermixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_intermixing = False

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"assistant-tui: {one_line(message)}; {self.prog} --help tells more\n")


def all_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options and arguments of a parser and of its subparsers."""
    for action in parser._actions:  # argparse has no public way to list them
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                yield from all_actions(subparser)


def is_count(text: str, most: int) -> bool:
    """The length is looked at first: Python reads no number of thousands of digits."""
    return text.isdecimal() and len(text) <= 20 and int(text) <= most
