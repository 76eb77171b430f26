"""Runs a command that works on a server: its own file is imported when it is asked for."""

import argparse
import asyncio
from importlib import import_module

from assistant_tui.commands.console import Console
from assistant_tui.commands.session import Job, Session
from assistant_tui.config.folders import Folders
from assistant_tui.config.settings import ConfigurationError, Settings
from assistant_tui.log import keep_quiet

_WRITING = ("create", "update", "delete", "import")
_MODULES = {"import": "import_files"}
"""Where the file of a verb must be called otherwise."""


def run(options: argparse.Namespace, settings: Settings, folders: Folders) -> int:
    """Do what a verb asks for; returns the exit code.

    Raises:
        ConfigurationError: the options of the verb, or a file that one names, will not do.
        BrokenPipeError: nobody reads the answer any more.
    """
    keep_quiet()
    writes = options.command in _WRITING or (options.command == "clone" and options.to is None)
    if writes and settings.profile.read_only and not getattr(options, "dry_run", False):
        raise ConfigurationError(
            f"{options.command}: profile {settings.profile.name} is read-only; list and get work"
        )
    console = Console()
    module = import_module(f"{__package__}.{_MODULES.get(options.command, options.command)}")
    job: Job = module.prepare(options, console)
    return _told_on(console, asyncio.run(Session(settings, folders, console).run(job)))


def _told_on(console: Console, code: int) -> int:
    """The exit code, if what was written has arrived; a full disk is told."""
    try:
        console.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        console.note(f"standard output: {error.strerror}")
        console.write_nowhere()
        return 1
    return code
