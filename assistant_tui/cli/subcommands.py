"""Runs a subcommand that works on a server: checks it, opens the profile, returns the exit code.

Only the file of the subcommand that was asked for is imported, after its arguments were accepted.
"""

import argparse
import asyncio

from assistant_tui.cli.console import Console
from assistant_tui.cli.session import Session, Subcommand
from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import ConfigurationError, Settings
from assistant_tui.startup.diagnostics import silence_libraries

_WRITING = ("create", "update", "delete", "import", "undo", "ask", "eval")
_WRITING_THREADS = ("import", "delete")


def run(options: argparse.Namespace, settings: Settings, folders: Folders) -> int:
    """Run the subcommand in `options.command`; returns the exit code.

    Raises:
        ConfigurationError: its options, or a file that one of them names, cannot be used.
        BrokenPipeError: the reader of standard output is gone.
        OutputError: standard output takes no more.
    """
    silence_libraries()
    if _writes(options) and settings.profile.read_only and not getattr(options, "dry_run", False):
        raise ConfigurationError(
            f"{options.command}: profile {settings.profile.name} is read-only; list and get work"
        )
    console = Console()
    subcommand = _prepare(options, console)
    code = asyncio.run(Session(settings, folders, console).run(subcommand))
    return code or int(console.lost_output)


def _writes(options: argparse.Namespace) -> bool:
    """Whether the subcommand changes what the server of its profile has."""
    if options.command == "threads":
        return options.action in _WRITING_THREADS
    if options.command in ("history", "trash"):
        return options.restore is not None
    return options.command in _WRITING or (options.command == "clone" and options.to is None)


def _prepare(options: argparse.Namespace, console: Console) -> Subcommand:
    """Let a subcommand check its options and read its files. Raises ConfigurationError."""
    match options.command:
        case "list":
            from assistant_tui.cli.list import prepare_list as prepare
        case "get":
            from assistant_tui.cli.list import prepare_get as prepare
        case "create":
            from assistant_tui.cli.create_update import prepare_create as prepare
        case "update":
            from assistant_tui.cli.create_update import prepare_update as prepare
        case "clone":
            from assistant_tui.cli.create_update import prepare_clone as prepare
        case "delete":
            from assistant_tui.cli.delete import prepare_delete as prepare
        case "export":
            from assistant_tui.cli.export import prepare_export as prepare
        case "import":
            from assistant_tui.cli.import_files import prepare_import as prepare
        case _:
            return _prepare_other(options, console)
    return prepare(options, console)


def _prepare_other(options: argparse.Namespace, console: Console) -> Subcommand:
    """The same for the subcommands of what was done here, and those that talk to assistants."""
    match options.command:
        case "undo":
            from assistant_tui.cli.history import prepare_undo as prepare
        case "history":
            from assistant_tui.cli.history import prepare_history as prepare
        case "trash":
            from assistant_tui.cli.history import prepare_trash as prepare
        case _:
            return _prepare_talking(options, console)
    return prepare(options, console)


def _prepare_talking(options: argparse.Namespace, console: Console) -> Subcommand:
    """The same for the subcommands that talk to assistants."""
    match options.command:
        case "ask":
            from assistant_tui.cli.ask import prepare_ask as prepare
        case "threads":
            from assistant_tui.cli.threads import prepare_threads as prepare
        case "eval":
            from assistant_tui.cli.eval import prepare_eval as prepare
        case other:
            raise AssertionError(f"the parser let {other} pass")
    return prepare(options, console)
