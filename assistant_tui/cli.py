"""The composition root: arguments, settings, and then the screen or a command."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from assistant_tui import __version__
from assistant_tui.config.folders import Folders, folders
from assistant_tui.config.reading import Flags, read_settings
from assistant_tui.config.settings import ConfigurationError, Settings, Source
from assistant_tui.core.display import one_line

MOST_SAMPLES = 1_000_000
_OF_THE_SCREEN = ("profile", "base_url", "demo", "read_only", "no_mouse", "theme", "log")
"""Options that would do nothing for `serve`, and whose silence could be taken for consent."""


class _Parser(argparse.ArgumentParser):
    """Refuses in one line."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"assistant-tui: {one_line(message)}; assistant-tui --help tells more\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code, or raises SystemExit with it."""
    try:
        return _run(_parser().parse_args(arguments))
    except BrokenPipeError:
        return 0
    finally:
        _flush()


def _flush() -> None:
    """Write what is left now: on a closed pipe the interpreter would complain at its end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _run(options: argparse.Namespace) -> int:
    try:
        places = folders()
        settings = _settings(options, places)
        if options.command == "serve":
            return _serve(options, settings, places)
        return _open_screen(options, settings, places)
    except ConfigurationError as error:
        print(f"assistant-tui: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="assistant-tui",
        description="Browse, edit, create and delete assistants on any server that speaks the "
        "OpenAI Assistants API v2. Without options it opens the profile that config.toml names "
        "as default, else the local store.",
        epilog="In the program, ? shows all keys. Keys to servers come from the environment, "
        "never from an option: --base-url uses ASSISTANT_TUI_API_KEY, else OPENAI_API_KEY.",
    )
    parser.add_argument("--version", action="version", version=f"assistant-tui {__version__}")
    parser.add_argument("--config", metavar="FILE", type=Path, help="another config.toml")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--profile", metavar="NAME", help="a profile of config.toml, or local")
    where.add_argument("--base-url", metavar="URL", help="a server; /assistants is appended")
    where.add_argument(
        "--demo",
        metavar="N",
        nargs="?",
        type=_sample_count,
        const=250,
        help="a throw-away store with N sample assistants (250)",
    )
    parser.add_argument("--read-only", action="store_true", help="change nothing on the server")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument("--theme", metavar="NAME", help="e.g. textual-dark, textual-light")
    parser.add_argument("--log", action="store_true", help="log each request, without its content")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the local store to other clients")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8808, help="port to listen on (8808)")
    serve.add_argument("--database", metavar="FILE", type=Path, help="the local profile's store")
    serve.add_argument(
        "--api-key-env", metavar="NAME", help="insist on the key in this environment variable"
    )
    return parser


def _sample_count(text: str) -> int:
    if not _is_count(text, MOST_SAMPLES):
        raise argparse.ArgumentTypeError(f"a whole number up to {MOST_SAMPLES:,} is allowed")
    return int(text)


def _port(text: str) -> int:
    if not _is_count(text, 65535):
        raise argparse.ArgumentTypeError("a whole number from 0 to 65535 is allowed")
    return int(text)


def _is_count(text: str, most: int) -> bool:
    """The length is looked at first: Python reads no number of thousands of digits."""
    return text.isdecimal() and len(text) <= 20 and int(text) <= most


def _settings(options: argparse.Namespace, places: Folders) -> Settings:
    flags = Flags(
        options.profile,
        options.base_url,
        options.demo,
        options.read_only,
        options.no_mouse,
        options.theme,
    )
    path = options.config or places.config_file
    return read_settings(flags, path, required=options.config is not None)


def _serve(options: argparse.Namespace, settings: Settings, places: Folders) -> int:
    for name in _OF_THE_SCREEN:
        if getattr(options, name) is not None and getattr(options, name) is not False:
            option = name.replace("_", "-")
            raise ConfigurationError(f"--{option}: not with serve, which serves the local store")
    from assistant_tui.commands import serve

    key = None
    if options.api_key_env:
        key = os.environ.get(options.api_key_env)
        if not key:
            raise ConfigurationError(
                f"--api-key-env: the environment variable {options.api_key_env} is not set"
            )
    return serve.run(
        host=options.host,
        port=options.port,
        database=options.database or places.store,
        api_key=key,
        models=settings.server_models,
    )


def _open_screen(options: argparse.Namespace, settings: Settings, places: Folders) -> int:
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stderr)):
        raise ConfigurationError(
            "there is no terminal to draw on; over SSH, ssh -t gives one; "
            "in a pipe, only serve works"
        )
    if os.environ.get("TERM", "dumb") == "dumb":
        raise ConfigurationError("TERM=dumb: this terminal cannot show the program")
    _prepare_environment()
    # Nothing made while starting is garbage; the app takes the collector up again.
    gc.disable()
    from assistant_tui.first_look import Opener
    from assistant_tui.log import keep_quiet
    from assistant_tui.tui.app import AssistantApp

    keep_quiet()
    if options.log:
        _start_log(places.log_file)
    opener = Opener(settings, places)
    app = AssistantApp(
        settings,
        opener.first_look,
        opener.connect,
        crash_folder=places.state,
        welcome=_welcome(settings),
    )
    app.run(mouse=settings.mouse)
    if app.crash_report is not None:
        print(f"assistant-tui: stopped by a fault; report: {app.crash_report}", file=sys.stderr)
    return app.return_code or 0


def _start_log(path: Path) -> None:
    from assistant_tui.log import start_log

    try:
        start_log(path)
    except OSError as error:
        raise ConfigurationError(f"--log: {path} cannot be written: {error.strerror}") from None


def _is_terminal(stream: TextIO | None) -> bool:
    """A stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def _prepare_environment() -> None:
    """Set what Textual reads when it is imported."""
    if any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        # A slow line tears the bytes of an arrow key apart.
        os.environ.setdefault("ESCDELAY", "250")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")


def _welcome(settings: Settings) -> str:
    if settings.configured or settings.profile.source is not Source.LOCAL:
        return ""
    return f"Local store. Add a server as [profiles.NAME] in {settings.path}"
