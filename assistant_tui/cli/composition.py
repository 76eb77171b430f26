"""Composes the program: parses the arguments, loads the settings, opens the screen or a subcommand.

Each branch imports what it needs inside its function: the start of the screen must not wait for the
code of `serve`, and `list` not for Textual.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from assistant_tui import __version__
from assistant_tui.cli.arguments import create_parser
from assistant_tui.cli.standard_streams import (
    OutputError,
    is_terminal,
    run_and_flush,
)
from assistant_tui.config.folders import Folders, find_folders
from assistant_tui.config.loading import Flags, load_settings
from assistant_tui.config.settings import ConfigurationError, Settings, Source
from assistant_tui.core.safe_text import one_line
from assistant_tui.startup.shutdown import SHUTDOWN
from assistant_tui.startup.terminal_state import TERMINAL

if TYPE_CHECKING:
    from assistant_tui.startup.remembered_frame import RememberedFrame
    from assistant_tui.tui.app import AssistantApp

_SERVER_OPTIONS = ("profile", "base_url", "demo")
"""Options of which each names a server."""
_SCREEN_OPTIONS = ("no_mouse", "theme")
"""Options that a subcommand refuses, since they would have no effect there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code, or raises SystemExit with it."""
    return run_and_flush(lambda: _run(create_parser().parse_args(arguments)))


def _run(options: argparse.Namespace) -> int:
    try:
        folders = find_folders()
        return _dispatch(folders, options)
    except ConfigurationError as error:
        print(f"assistant-tui: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _dispatch(folders: Folders, options: argparse.Namespace) -> int:
    try:
        settings = _load_settings(options, folders)
        if options.command == "serve":
            return _serve(options, settings, folders)
        if options.command is not None:
            return _run_subcommand(options, settings, folders)
        return _open_screen(options, settings, folders)
    except (ConfigurationError, BrokenPipeError, OutputError):
        raise
    except Exception as fault:
        from assistant_tui.startup.diagnostics import write_crash_report

        _print_fault(write_crash_report(folders.state, fault), folders)
        return 1


def _load_settings(options: argparse.Namespace, folders: Folders) -> Settings:
    given = [name for name in _SERVER_OPTIONS if getattr(options, name) is not None]
    if len(given) > 1:
        one, other = (name.replace("_", "-") for name in given[:2])
        raise ConfigurationError(f"--{one}: not allowed with argument --{other}")
    flags = Flags(
        options.profile,
        options.base_url,
        options.demo,
        options.read_only,
        options.no_mouse,
        options.theme,
        getattr(options, "backend", None),
        getattr(options, "backend_key_env", None),
    )
    path = options.config or folders.config_file
    return load_settings(flags, path, required=options.config is not None)


def _serve(options: argparse.Namespace, settings: Settings, folders: Folders) -> int:
    _refuse_options(
        options,
        (*_SERVER_OPTIONS, "read_only", "log", *_SCREEN_OPTIONS),
        "which serves the local store",
    )
    from assistant_tui.transport.httpx_import import import_httpx

    import_httpx()
    from assistant_tui.cli import serve
    from assistant_tui.services.endpoints import addresses_of, backends_of

    named = options.api_key_env
    return serve.run(
        host=options.host,
        port=options.port,
        database=options.database or folders.store,
        api_key=None if named is None else serve.read_key(named),
        models=settings.server_models,
        make_chat_models=partial(backends_of, settings.backends),
        backends=addresses_of(settings.backends),
        allow_origins=options.allow_origin,
    )


def _refuse_options(options: argparse.Namespace, names: Sequence[str], reason: str) -> None:
    """Raise ConfigurationError for the first of these options that was given."""
    for name in names:
        if getattr(options, name) is not None and getattr(options, name) is not False:
            option = name.replace("_", "-")
            raise ConfigurationError(f"--{option}: not with {options.command}, {reason}")


def _run_subcommand(options: argparse.Namespace, settings: Settings, folders: Folders) -> int:
    _refuse_options(options, _SCREEN_OPTIONS, "which draws no screen")
    if options.log:
        _start_log(folders.log_file)
    gc.disable()  # What is imported is no garbage.
    from assistant_tui.transport.httpx_import import import_httpx

    import_httpx()
    from assistant_tui.cli.subcommands import run

    gc.freeze()
    gc.enable()
    return run(options, settings, folders)


def _open_screen(options: argparse.Namespace, settings: Settings, folders: Folders) -> int:
    _check_terminal()
    _prepare_environment()
    _watch_terminal()
    if isinstance(sys.stderr, TextIOWrapper):
        # Textual draws there; what the encoding lacks must stay as many columns, not become \xfc.
        sys.stderr.reconfigure(errors="replace")
    # Nothing allocated while starting is garbage; the app enables the collector again.
    gc.disable()
    from assistant_tui.startup.remembered_frame import show_frame

    paint = _remembered_frame(settings, folders)
    frame = "" if paint is None else paint.frame
    with show_frame(frame):
        app = _create_app(options, settings, folders)
        app.painted = bool(frame)
        _run_app(app, settings, folders)
    if paint is not None:
        paint.save(app.first_frame)
    # Without this, Python collects all objects before it exits, and the shell waits for that.
    gc.freeze()
    if app.fault is not None:
        _print_fault(app.crash_report, folders)
    return app.return_code or 0


def _check_terminal() -> None:
    """Raise ConfigurationError where no screen can be drawn."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise ConfigurationError(
            "there is no terminal to draw on; over SSH, ssh -t gives one; "
            "in a pipe, the commands of assistant-tui --help work"
        )
    if os.environ.get("TERM", "dumb") == "dumb":
        raise ConfigurationError("TERM=dumb: this terminal cannot show the program")


def _run_app(app: "AssistantApp", settings: Settings, folders: Folders) -> None:
    """Run the screen until it ends; a request to end that comes earlier is delivered to it then."""
    from assistant_tui.startup.diagnostics import report_thread_faults

    def end(fault: BaseException, report: Path | None) -> None:
        if app.fault is None:
            app.fault, app.crash_report = fault, report
            SHUTDOWN.request(1, _describe_fault(report, folders))

    with report_thread_faults(folders.state, end), SHUTDOWN.listening(lambda code: None):
        app.run(mouse=settings.mouse)


def _remembered_frame(settings: Settings, folders: Folders) -> "RememberedFrame | None":
    """The first frame of an earlier start on this profile; None where no rows are cached."""
    from assistant_tui.services.listing_cache import listing_cache_of
    from assistant_tui.startup.remembered_frame import RememberedFrame

    listing_cache = listing_cache_of(settings, settings.profile, folders)
    if listing_cache is None:
        return None
    return RememberedFrame(
        folders.cache, listing_cache.path, f"{__version__} {settings!r}", os.environ
    )


def _create_app(
    options: argparse.Namespace, settings: Settings, folders: Folders
) -> "AssistantApp":
    from assistant_tui.startup.diagnostics import silence_libraries
    from assistant_tui.startup.profile_opening import ProfileOpener
    from assistant_tui.tui.app import AssistantApp

    silence_libraries()
    if options.log:
        _start_log(folders.log_file)
    return AssistantApp(
        settings,
        ProfileOpener(settings, folders),
        crash_folder=folders.state,
        welcome=_welcome(settings),
    )


def _print_fault(report: Path | None, folders: Folders) -> None:
    """Print one line on stderr that names the crash report, unless the terminal is gone."""
    with suppress(OSError):
        print(_describe_fault(report, folders), end="", file=sys.stderr)


def _describe_fault(report: Path | None, folders: Folders) -> str:
    where = f"report: {report}" if report else f"no report can be written in {folders.state}"
    return one_line(f"assistant-tui: stopped by a fault; {where}") + "\n"


def _start_log(path: Path) -> None:
    from assistant_tui.startup.diagnostics import start_request_log

    try:
        start_request_log(path)
    except OSError as error:
        raise ConfigurationError(f"--log: {path} cannot be written: {error.strerror}") from None


def _watch_terminal() -> None:
    """Save the settings of the terminal, and end the program when it is closed."""
    if sys.__stdin__ is not None and sys.__stderr__ is not None:
        keyboard, screen = sys.__stdin__.fileno(), sys.__stderr__.fileno()
        TERMINAL.save_settings(keyboard, screen)
        SHUTDOWN.watch_terminal(keyboard, screen)


def _prepare_environment() -> None:
    """Set the environment variables that Textual reads when it is imported.

    COLUMNS and LINES, as some shells export them, are of the time when the shell was started.
    """
    with suppress(OSError):
        if all(os.get_terminal_size(sys.stdin.fileno())):
            os.environ.pop("COLUMNS", None)
            os.environ.pop("LINES", None)
    if any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")):
        # Over a slow connection the bytes of an arrow key may arrive apart.
        os.environ.setdefault("ESCDELAY", "250")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")


def _welcome(settings: Settings) -> str:
    if settings.configured or settings.profile.source is not Source.LOCAL:
        return ""
    return f"Local store. Add a server as [profiles.NAME] in {settings.path}"
