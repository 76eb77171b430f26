"""The arguments of the subcommands that talk to assistants: `ask`, `threads` and `eval`."""

import argparse
from typing import Any

from assistant_tui.cli.parser import AddSubcommand

FORMATS = ("json", "markdown", "tuning", "conversation", "promptfoo")
_FUNCTION_HELP = (
    "answer calls of this function by a command: arguments as JSON on its stdin, the output from "
    "its stdout; no shell; may be repeated"
)


def add_thread_subcommands(subcommands: Any, add: AddSubcommand) -> None:
    """Add the subcommands."""
    _add_ask(add(subcommands, "ask", "send a message to an assistant, and print its answer"))
    says = "list, show, export, import and delete threads"
    threads = subcommands.add_parser("threads", help=says, description=says)
    actions = threads.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_list(
        add(actions, "list", "list the threads that are known here, or that the server lists")
    )
    _add_get(add(actions, "get", "show one thread"))
    _add_export(add(actions, "export", "write threads into files"))
    _add_import(add(actions, "import", "make threads anew from files of the format json"))
    _add_delete(add(actions, "delete", "delete threads; nothing brings them back; asks first"))
    _add_eval(add(subcommands, "eval", "try an assistant on cases, and check its answers"))


def _add_ask(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", help="the assistant")
    command.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        help="the message; - is stdin, which is read also without it, unless it is a terminal",
    )
    command.add_argument("--thread", metavar="ID", help="go on in this thread, not in a new one")
    command.add_argument(
        "--json", action="store_true", help="the events, one a line, not the text alone"
    )
    command.add_argument(
        "--attach", metavar="FILE", action="append", default=[], help="a file; may be repeated"
    )
    _add_function(command)
    command.add_argument("--model", metavar="M", help="another model for this run")
    command.add_argument(
        "--instructions-file", metavar="F", help="other instructions for this run; a text file"
    )


def _add_function(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--function", metavar="NAME=COMMAND", action="append", default=[], help=_FUNCTION_HELP
    )


def _add_list(command: argparse.ArgumentParser) -> None:
    command.add_argument("--assistant", metavar="ID", help="those of this assistant")
    command.add_argument("--filter", metavar="WORDS", help="those with these words in the title")
    command.add_argument("--json", action="store_true", help="what is known of each, in a line")


def _add_get(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")
    command.add_argument(
        "--json", action="store_true", help="thread, messages, runs and steps as sent, in one line"
    )


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("ids", metavar="ID", nargs="+")
    command.add_argument(
        "--format",
        choices=FORMATS,
        required=True,
        help="json can be imported; tuning is JSONL of chats, conversation are items of OpenAI's "
        "Conversations API, promptfoo is a test file",
    )
    command.add_argument("--output", metavar="DIR", required=True, help="a folder; - is stdout")
    command.add_argument("--yes", action="store_true", help="replace files that are there")


def _add_import(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "paths", metavar="PATH", nargs="+", help="files of the format json; - is stdin"
    )
    command.add_argument(
        "--keep-files",
        action="store_true",
        help="name the same files and vector stores again; they have to be on this server",
    )


def _add_delete(command: argparse.ArgumentParser) -> None:
    command.add_argument("ids", metavar="ID", nargs="+")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument(
        "--keep-copy", action="store_true", help="keep a copy on this machine, for get and export"
    )


def _add_eval(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", help="the assistant")
    command.add_argument(
        "--cases",
        metavar="FILE",
        required=True,
        help="JSON lines, or a test file of Promptfoo (.yaml); - is JSON lines on stdin",
    )
    other = command.add_mutually_exclusive_group()
    other.add_argument("--against", metavar="ID", help="try another assistant, too, and compare")
    other.add_argument("--model", metavar="M", help="try it with another model, too, and compare")
    _add_function(command)
    command.add_argument("--json", action="store_true", help="the result of each case, in a line")
    command.add_argument("--keep", action="store_true", help="keep the threads that were made")
