"""Prints what makes a shell complete the words of the command line."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from assistant_tui.cli.parser import all_actions
from assistant_tui.cli.standard_streams import writing_stdout
from assistant_tui.config.folders import find_folders
from assistant_tui.config.settings import ConfigurationError

_PROFILE_OPTIONS = ("profile", "to")
"""Options that take the name of a profile."""
_ZSH_PROFILES = "_assistant_tui_profiles"
"""The function of zsh that completes them; it runs at each completion, a mere list only once."""
_PROFILE_NAMES = r"'s/^ *\[ *profiles *[.] *([A-Za-z0-9_-]+) *[].].*/\1/p'"
"""What sed does to print the names in the heads of TOML tables."""


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
        try:
            with writing_stdout():
                print(_completion_script(parser, str(values)))
        except ConfigurationError as error:
            parser.error(str(error))
        parser.exit()


def _completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for a shell; it knows the words of this version, and starts no program but sed."""
    import shtab  # only a person who asks for the script waits for it

    paths = {"FILE": shtab.FILE, "F": shtab.FILE, "PATH": shtab.FILE, "DIR": shtab.DIRECTORY}
    listing = _list_profiles(find_folders().config_file)
    profiles = {**shtab.cmd(listing), "zsh": _ZSH_PROFILES}
    for action in all_actions(parser):
        if action.dest in _PROFILE_OPTIONS:
            action.complete = profiles  # type: ignore[attr-defined]  # shtab's way
        elif isinstance(action.metavar, str) and action.metavar in paths:
            action.complete = paths[action.metavar]  # type: ignore[attr-defined]  # shtab's way
    if shell != "zsh":
        return shtab.complete(parser, shell)
    helper = f"{_ZSH_PROFILES}() {{ compadd -- $({listing}) }}"
    return _sourceable(shtab.complete(parser, shell, preamble=helper))


def _list_profiles(config_file: Path) -> str:
    """A command for any shell that prints the names of the profiles as the file is then."""
    file = shlex.quote(str(config_file))
    return f"echo local; test -r {file} && sed -n -E {_PROFILE_NAMES} {file} | sort -u"


def _sourceable(script: str) -> str:
    """The script for zsh, which also registers itself where it is sourced, not only autoloaded."""
    autoloaded = "if [[ $zsh_eval_context[-1] == eval ]]; then\n"
    assert autoloaded in script, "shtab tells otherwise how it was loaded"
    sourced = "if [[ $zsh_eval_context[-1] != loadautofunc ]]; then\n"
    start = "  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"
    return script.replace(autoloaded, sourced + start)
