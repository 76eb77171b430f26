"""The arguments of `assistant-tui`: its options, its subcommands, and the options of each."""

import argparse
from pathlib import Path
from typing import Any

from assistant_tui import __version__
from assistant_tui.cli.assistant_arguments import (
    add_history_subcommands,
    add_reading_subcommands,
    add_writing_subcommands,
)
from assistant_tui.cli.completion import PrintCompletion
from assistant_tui.cli.parser import Parser, is_count
from assistant_tui.cli.thread_arguments import add_thread_subcommands

MAX_SAMPLES = 1_000_000


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
    add_reading_subcommands(subcommands, _add_subcommand)
    add_writing_subcommands(subcommands, _add_subcommand)
    add_history_subcommands(subcommands, _add_subcommand)
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
        action=PrintCompletion,
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
    if not is_count(text, MAX_SAMPLES):
        raise argparse.ArgumentTypeError(f"a whole number up to {MAX_SAMPLES:,} is allowed")
    return int(text)


def _port(text: str) -> int:
    if not is_count(text, 65535):
        raise argparse.ArgumentTypeError("a whole number from 0 to 65535 is allowed")
    return int(text)
