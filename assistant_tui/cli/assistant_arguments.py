"""The arguments of the subcommands that list, show, write and change assistants."""

import argparse
from typing import Any

from assistant_tui.cli.parser import AddSubcommand, is_count

_FILE_HELP = "its fields in JSON, YAML or Markdown, by the name; - is stdin, JSON without --format"
_FORMATS = ("json", "yaml", "markdown", "responses", "agents-sdk")


def add_reading_subcommands(subcommands: Any, add: AddSubcommand) -> None:
    """The subcommands that change nothing."""
    command = add(subcommands, "list", "list assistants, newest first")
    extent = command.add_mutually_exclusive_group()
    extent.add_argument("--all", action="store_true", help="all, not the first page alone")
    extent.add_argument("--limit", metavar="N", type=_limit, help="at most N")
    command.add_argument("--order", choices=("asc", "desc"), default="desc", help="by age (desc)")
    command.add_argument(
        "--filter", metavar="EXPR", help="what / takes on the screen; searches all"
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="each as the server sent it, in a line")
    what.add_argument("--ids", action="store_true", help="the ids alone, one a line")
    command = add(subcommands, "get", "show assistants")
    command.add_argument("ids", metavar="ID", nargs="+")
    command.add_argument(
        "--json", action="store_true", help="each as the server sent it, in a line"
    )
    _add_export(add(subcommands, "export", "write assistants into files"))


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("ids", metavar="ID", nargs="*")
    command.add_argument("--all", action="store_true", help="all that the server has")
    command.add_argument("--filter", metavar="EXPR", help="what / takes on the screen")
    command.add_argument(
        "--format",
        choices=_FORMATS,
        required=True,
        help="json, yaml and markdown can be imported; the others are for those who move on",
    )
    command.add_argument("--output", metavar="DIR", required=True, help="a folder; - is stdout")
    command.add_argument("--yes", action="store_true", help="replace files that are there")


def add_writing_subcommands(subcommands: Any, add: AddSubcommand) -> None:
    """The subcommands that change what a server has."""
    command = add(subcommands, "create", "create an assistant, and print its id")
    _add_file(command)
    command = add(subcommands, "update", "change some fields of an assistant")
    command.add_argument("id", metavar="ID")
    _add_file(command)
    command = add(subcommands, "clone", "create an assistant like another, and print its id")
    command.add_argument("id", metavar="ID")
    command.add_argument("--to", metavar="PROFILE", help="create it there")
    command = add(subcommands, "import", "create and change assistants as files say; asks first")
    command.add_argument(
        "paths", metavar="PATH", nargs="+", help="files, and folders of files; - is stdin"
    )
    _add_input_format(command)
    command.add_argument("--dry-run", action="store_true", help="print what would be done, no more")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument(
        "--again",
        action="store_true",
        help="create also what an earlier import of the same file created and what is still there",
    )
    command = add(subcommands, "delete", "delete assistants; asks first on a terminal")
    command.add_argument("ids", metavar="ID", nargs="+")
    command.add_argument("--yes", action="store_true", help="do not ask")


def _limit(text: str) -> int:
    if not is_count(text, 10**9) or int(text) == 0:
        raise argparse.ArgumentTypeError("a whole number from 1 up is allowed")
    return int(text)


def _add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--file", metavar="F", help=_FILE_HELP)
    _add_input_format(command)
    command.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a field, over the file: a text as it is, all else JSON, null clears; "
        "metadata.KEY=VALUE is one pair; may be repeated",
    )
    command.add_argument(
        "--json", action="store_true", help="print all of it, as the server sent it, not the id"
    )


def _add_input_format(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--format",
        choices=("json", "yaml", "markdown"),
        default="",
        help="of stdin (json), and of files whatever their names; those in folders go by name",
    )


def add_history_subcommands(subcommands: Any, add: AddSubcommand) -> None:
    """Add the subcommands that take back what was done on this machine."""
    command = add(subcommands, "undo", "take back what was done here last; asks first")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command = add(subcommands, "history", "list what was done to an assistant on this machine")
    command.add_argument("id", metavar="ID")
    command.add_argument("--json", action="store_true", help="each with the object, in a line")
    command.add_argument(
        "--restore", metavar="NUMBER", type=_number, help="give it back what it had after this"
    )
    command = add(subcommands, "trash", "list what was deleted on this machine")
    command.add_argument("--json", action="store_true", help="each with the object, in a line")
    command.add_argument(
        "--restore", metavar="ID", action="append", help="create it anew; may be repeated"
    )


def _number(text: str) -> int:
    if not is_count(text, 2**63 - 1):
        raise argparse.ArgumentTypeError("a number of the history is allowed")
    return int(text)
