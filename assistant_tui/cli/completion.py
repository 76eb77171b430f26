"""Prints what makes a shell complete the words of the command line."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from assistant_tui.cli.parser import all_actions


class PrintCompletion(argparse.Action):
    """The action of --print-completion: prints a script for a shell, and ends."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> NoReturn:
        """Print the script and end with exit code 0."""
        print(_completion_script(parser, str(values)))
        parser.exit()


def _completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for a shell; it knows the words of this version, and starts no program."""
    import shtab  # only a person who asks for the script waits for it

    paths = {"FILE": shtab.FILE, "F": shtab.FILE, "PATH": shtab.FILE, "DIR": shtab.DIRECTORY}
    for action in all_actions(parser):
        if isinstance(action.metavar, str) and action.metavar in paths:
            action.complete = paths[action.metavar]  # type: ignore[attr-defined]  # shtab's way
    return shtab.complete(parser, shell)
