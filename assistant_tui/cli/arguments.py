"""The arguments of `assistant-tui`: its options, its subcommands, and the options of each."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from assistant_tui import __version__
from assistant_tui.cli.thread_arguments import add_thread_subcommands
from assistant_tui.core.safe_text import one_line

_FILE_HELP = "its fields in JSON, YAML or Markdown, by the name; - is JSON on stdin"
MAX_SAMPLES = 1_000_000
_FORMATS = ("json", "yaml", "markdown", "responses", "agents-sdk")


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


class _PrintCompletion(argparse.Action):
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
    for action in _all_actions(parser):
        if isinstance(action.metavar, str) and action.metavar in paths:
            action.complete = paths[action.metavar]  # type: ignore[attr-defined]  # shtab's way
    return shtab.complete(parser, shell)


def _all_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options and arguments of a parser and of its subparsers."""
    for action in parser._actions:  # argparse has no public way to list them
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                yield from _all_actions(subparser)


def create_parser() -> Parser:
    """The parser of the whole command line."""
    parser = Parser(
        prog="assistant-tui",
        description="Browse, edit, create and delete assistants on any server that speaks the "
        "OpenAI Assistants API v2. Without a command it opens a screen on the profile that "
        "config.toml names as default, else on the server in OPENAI_BASE_URL (with "
        "OPENAI_ORG_ID and OPENAI_PROJECT_ID), else on the local store.",
        epilog="In the program, ? shows all keys. Keys to servers come from the environment, "
        "never from an option: for --base-url and OPENAI_BASE_URL from ASSISTANT_TUI_API_KEY, "
        "else OPENAI_API_KEY. ASSISTANT_TUI_BACKEND_URL is the server of chat completions whose "
        "models answer in runs of the local store. ASSISTANT_TUI_HOME is one folder for all files "
        "of the program.",
    )
    _add_program(parser)
    subcommands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_reading(subcommands)
    _add_writing(subcommands)
    add_thread_subcommands(subcommands, _add_subcommand)
    _add_serve(subcommands)
    return parser


def _add_program(parser: argparse.ArgumentParser) -> None:
    """The options that are allowed before a subcommand only, or without one."""
    parser.add_argument("--version", action="version", version=f"assistant-tui {__version__}")
    _add_server(parser)
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument("--theme", metavar="NAME", help="e.g. textual-dark, textual-light")
    parser.add_argument(
        "--print-completion",
        action=_PrintCompletion,
        choices=("bash", "zsh", "fish"),
        help="print what makes a shell complete these words",
    )


def _add_server(parser: argparse.ArgumentParser, **default: Any) -> None:
    """The options that select a server; they are allowed before and after a subcommand."""
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="another config.toml", **default
    )
    _add_where(parser, **default)
    parser.add_argument(
        "--read-only", action="store_true", help="change nothing on the server", **default
    )
    parser.add_argument(
        "--log", action="store_true", help="log each request, without its content", **default
    )


def _add_where(parser: argparse.ArgumentParser, **default: Any) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--profile", metavar="NAME", help="a profile of config.toml, or local", **default
    )
    where.add_argument(
        "--base-url", metavar="URL", help="a server; /assistants is appended", **default
    )
    where.add_argument(
        "--demo",
        metavar="N",
        nargs="?",
        type=_sample_count,
        const=250,
        help="a throw-away store with N sample assistants (250)",
        **default,
    )


def _add_subcommand(subcommands: Any, name: str, says: str) -> argparse.ArgumentParser:
    """A subcommand that works on a server; an option left out here keeps its value from before."""
    command: argparse.ArgumentParser = subcommands.add_parser(name, help=says, description=says)
    _add_server(command, default=argparse.SUPPRESS)
    return command


def _add_reading(subcommands: Any) -> None:
    """The subcommands that change nothing."""
    command = _add_subcommand(subcommands, "list", "list assistants, newest first")
    extent = command.add_mutually_exclusive_group()
    extent.add_argument("--all", action="store_true", help="all, not the first page alone")
    extent.add_argument("--limit", metavar="N", type=_limit, help="at most N")
    command.add_argument("--order", choices=("asc", "desc"), default="desc", help="by age (desc)")
    command.add_argument(
        "--filter", metavar="EXPR", help="what / takes on the screen; searches all"
    )
    command.add_argument(
        "--json", action="store_true", help="each as the server sent it, in a line"
    )
    command = _add_subcommand(subcommands, "get", "show one assistant")
    command.add_argument("id", metavar="ID")
    command.add_argument("--json", action="store_true", help="as the server sent it, in one line")
    _add_export(_add_subcommand(subcommands, "export", "write assistants into files"))


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


def _add_writing(subcommands: Any) -> None:
    """The subcommands that change what a server has."""
    command = _add_subcommand(subcommands, "create", "create an assistant, and print its id")
    command.add_argument("--file", metavar="F", required=True, help=_FILE_HELP)
    command = _add_subcommand(subcommands, "update", "change some fields of an assistant")
    command.add_argument("id", metavar="ID")
    command.add_argument("--file", metavar="F", required=True, help=_FILE_HELP)
    command = _add_subcommand(
        subcommands, "clone", "create an assistant like another, and print its id"
    )
    command.add_argument("id", metavar="ID")
    command.add_argument("--to", metavar="PROFILE", help="create it there")
    command = _add_subcommand(
        subcommands, "import", "create and change assistants as files say; asks first"
    )
    command.add_argument("paths", metavar="PATH", nargs="+", help="files, and folders of files")
    command.add_argument("--dry-run", action="store_true", help="print what would be done, no more")
    command.add_argument("--yes", action="store_true", help="do not ask")
    command.add_argument(
        "--again",
        action="store_true",
        help="create also what an earlier import of the same file created and what is still there",
    )
    command = _add_subcommand(subcommands, "delete", "delete assistants; asks first on a terminal")
    command.add_argument("ids", metavar="ID", nargs="+")
    command.add_argument("--yes", action="store_true", help="do not ask")


def _add_serve(subcommands: Any) -> None:
    serve = subcommands.add_parser(
        "serve",
        help="serve the local store to other clients",
        description="Serve the local store to other clients on this machine. Without a key it "
        "answers only requests to a loopback address that no web page has sent.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8808, help="port to listen on (8808)")
    serve.add_argument("--database", metavar="FILE", type=Path, help="the local profile's store")
    _add_callers(serve)
    serve.add_argument(
        "--backend", metavar="URL", help="let this server of chat completions answer in runs"
    )
    serve.add_argument(
        "--backend-key-env", metavar="NAME", help="the environment variable with its key"
    )


def _add_callers(serve: argparse.ArgumentParser) -> None:
    """The options that say who may call the server."""
    serve.add_argument(
        "--api-key-env", metavar="NAME", help="insist on the key in this environment variable"
    )
    serve.add_argument(
        "--allow-origin",
        metavar="URL",
        action="append",
        default=[],
        help="let web pages of this origin in, e.g. http://localhost:3000; may be repeated; "
        "* is all, and needs a key",
    )


def _sample_count(text: str) -> int:
    if not _is_count(text, MAX_SAMPLES):
        raise argparse.ArgumentTypeError(f"a whole number up to {MAX_SAMPLES:,} is allowed")
    return int(text)


def _limit(text: str) -> int:
    if not _is_count(text, 10**9) or int(text) == 0:
        raise argparse.ArgumentTypeError("a whole number from 1 up is allowed")
    return int(text)


def _port(text: str) -> int:
    if not _is_count(text, 65535):
        raise argparse.ArgumentTypeError("a whole number from 0 to 65535 is allowed")
    return int(text)


def _is_count(text: str, most: int) -> bool:
    """The length is looked at first: Python reads no number of thousands of digits."""
    return text.isdecimal() and len(text) <= 20 and int(text) <= most
