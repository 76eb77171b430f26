"""The parser of the command line: options anywhere, and wrong usage in one line that names it."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

from assistant_tui.cli.standard_streams import writing_stdout
from assistant_tui.core.safe_text import one_line

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

AddSubcommand = Callable[[Any, str, str], argparse.ArgumentParser]
"""Adds a subcommand with a name and what it says of itself to what `add_subparsers` returned."""

_ALIKE = 0.75
"""How much of a mistyped word must be as in the one that may be meant; 1 is all of it."""


class Parser(argparse.ArgumentParser):
    """Reports wrong usage in one line on stderr; of a subcommand, options may stand anywhere."""

    _is_intermixing = False
    _given: Sequence[str] = ()
    """The arguments of this parse, where there are subcommands to choose from."""

    def parse_args(  # type: ignore[override]  # it has overloads for types of namespaces
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse arguments, of which none may be left over."""
        options, left_over = self.parse_known_args(args, namespace)
        if left_over:
            self._refuse(left_over)
        return options

    def parse_known_args(  # type: ignore[override]  # it has overloads for types of namespaces
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse arguments, the positional ones also where options stand between them.

        Python 3.11 takes an optional one for left out where an option comes before it.
        """
        args = self._with_constants(sys.argv[1:] if args is None else args)
        has_subcommands = any(isinstance(a, argparse._SubParsersAction) for a in self._actions)
        if has_subcommands:
            self._given = args
        if self._is_intermixing or has_subcommands:
            return super().parse_known_args(args, namespace)
        self._is_intermixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_intermixing = False

    def _with_constants(self, args: Sequence[str]) -> list[str]:
        """Give an option with an optional number its constant where a word follows: `--demo list`.

        argparse takes whatever follows for the number.
        """
        given = list(args)
        commands = [a.choices for a in self._actions if isinstance(a, argparse._SubParsersAction)]
        for at, (each, following) in enumerate(pairwise(given)):
            action = self._option_string_actions.get(each)
            is_word = following in commands[0] if commands else following[:1].isalpha()
            if action is not None and action.nargs == "?" and is_word:
                given[at] = f"{each}={action.const}"
            if each == "--":
                break
        return given

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Of a subcommand that is none, tell of an unknown option before it: it is its value."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            before = self._given[: self._given.index(value)]
            known = {name for each in self._actions for name in each.option_strings}
            unknown = [
                each
                for each in before
                if each.startswith("-") and not any(name.startswith(_name(each)) for name in known)
            ]
            if unknown:
                self._refuse(unknown[:1])
            if like := _most_like(str(value), action.choices):
                self.error(f"{action.metavar}: there is no {value}; did you mean {like}?")
        super()._check_value(action, value)

    def _refuse(self, unknown: Sequence[str]) -> NoReturn:
        """End for arguments that are not known; of an option, the one that may be meant is told."""
        known = {name for each in all_actions(self) for name in each.option_strings}
        option = next((_name(each) for each in unknown if each.startswith("--")), "")
        like = _most_like(option, known) if option else ""
        meant = f"; did you mean {like}?" if like else ""
        self.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        """Print help; argparse itself takes what stdout does not take for printed."""
        if file is None or file is not sys.stdout:
            super()._print_message(message, file)
            return
        with writing_stdout():
            file.write(message)

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"assistant-tui: {one_line(message)}; {self.prog} --help tells more\n")


def _name(argument: str) -> str:
    """An option without the value behind its `=`."""
    return argument.partition("=")[0]


def _most_like(word: str, known: Iterable[str]) -> str:
    """The known word that is spelt most like another; empty where none is."""
    import difflib  # only who has mistyped a word waits for it

    return next(iter(difflib.get_close_matches(word, sorted(known), 1, _ALIKE)), "")


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
