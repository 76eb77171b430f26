"""The subcommand `serve`: the embedded server on a socket, for other clients."""

import os
import socket
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette

from assistant_tui.cli.standard_streams import discard
from assistant_tui.config.settings import BACKEND, ConfigurationError
from assistant_tui.core.safe_text import one_line
from assistant_tui.server.app import create_app
from assistant_tui.server.errors import StoreError
from assistant_tui.server.http.access import AccessPolicy, is_loopback, read_origin
from assistant_tui.server.http.serving import listen, log_to_stderr, origin, serve
from assistant_tui.server.runs.models import ChatModels
from assistant_tui.server.store.sqlite_store import SQLiteStore

_PREFIX = "/v1"


def read_key(name: str) -> str:
    """The key in the environment variable `name`, without the white space around it.

    Raises ConfigurationError for one that clients could not send.
    """
    if not name:
        raise ConfigurationError("--api-key-env: give the name of an environment variable")
    value = os.environ.get(name)
    if value is None:
        raise ConfigurationError(f"--api-key-env: the environment variable {name} is not set")
    key = value.strip()
    if not key:
        raise ConfigurationError(f"--api-key-env: the environment variable {name} is empty")
    if any(unicodedata.category(character) == "Cc" for character in key):
        raise ConfigurationError(
            f"--api-key-env: the key in {name} has a line break or another control character"
            " inside, which no client can send"
        )
    return key


def run(
    *,
    host: str,
    port: int,
    database: Path,
    api_key: str | None,
    models: Sequence[str],
    make_chat_models: Callable[[], ChatModels] | None = None,
    backends: Sequence[tuple[str, str]] = (),
    allow_origins: Sequence[str] = (),
) -> int:
    """Serve the API at `/v1`, print its URL and what it uses, and return the exit code.

    `backends` are the names and addresses to print of what `make_chat_models` makes.

    128 + the signal that stopped it; 1 if the address is in use or not allowed; 2 if the arguments
    or the database cannot be used. Each refusal is one line on stderr.
    """
    try:
        access = _access(host, api_key, allow_origins)
        with _open_store(database) as store, _listen(host, port, api_key) as listener:
            app = create_app(
                store,
                models=models,
                api_key=api_key or None,
                prefix=_PREFIX,
                access=access,
                make_chat_models=make_chat_models,
            )
            return _serve(store, app, listener, host, _uses(store.path, backends))
    except _Refusal as refusal:
        return refusal.tell()


class _Refusal(Exception):
    """Why nothing is served, in a sentence, and the exit code."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self._code = code

    def tell(self) -> int:
        """Print the sentence, and return the exit code."""
        print(one_line(f"assistant-tui: {self}"), file=sys.stderr)
        return self._code


def _check_key(api_key: str | None, host: str, what: str) -> None:
    """Raises _Refusal where others than this machine could come without a key."""
    if not api_key and not is_loopback(host):
        raise _Refusal(
            2,
            f"{what} needs --api-key-env NAME: without a key, everyone who reaches this machine"
            " could read and change the assistants",
        )


def _access(host: str, api_key: str | None, allow_origins: Sequence[str]) -> AccessPolicy:
    """The policy of the server. Raises _Refusal for an unsafe host, an invalid or unsafe origin."""
    _check_key(api_key, host, f"--host {host}")
    origins = []
    for given in allow_origins:
        if given == "*" and not api_key:
            raise _Refusal(
                2,
                "--allow-origin * needs --api-key-env NAME: without a key, every web page that a"
                " browser on this machine shows could read and change the assistants",
            )
        try:
            origins.append("*" if given == "*" else read_origin(given))
        except ValueError as error:
            raise _Refusal(2, f"--allow-origin {given}: {error}") from None
    return AccessPolicy(keyed=bool(api_key), origins=origins)


def _open_store(database: Path) -> SQLiteStore:
    """Raises _Refusal where it cannot be used."""
    try:
        return SQLiteStore(database)
    except StoreError as error:
        raise _Refusal(2, f"--database: {error}") from error


@contextmanager
def _listen(host: str, port: int, api_key: str | None) -> Iterator[socket.socket]:
    """A listening socket, closed at the end.

    Raises _Refusal where the address is in use, not allowed, or reached by others without a key.
    """
    try:
        listener = listen(host, port)
    except OSError as error:
        raise _Refusal(1, f"cannot listen on {host} port {port}: {error.strerror}") from error
    with listener:
        address = listener.getsockname()[0]
        # A name can be made to mean anything.
        _check_key(api_key, address, f"--host {host} is {address}, which")
        yield listener


def _uses(database: Path, backends: Sequence[tuple[str, str]]) -> list[str]:
    """What the server works with, in lines for a person."""
    lines = [f"Database: {database}"]
    lines += [
        f"Backend: {address}" if name == BACKEND else f"Backend {name}: {address}"
        for name, address in backends
    ]
    if not backends:
        lines.append("Backend: none is configured; one on this machine is looked for in a run")
    return [one_line(line) for line in lines]


def _serve(
    store: SQLiteStore, app: Starlette, listener: socket.socket, host: str, uses: Sequence[str]
) -> int:
    if store.notice:
        print(f"assistant-tui: {store.path}: {store.notice}", file=sys.stderr)
    url = origin(host, listener) + _PREFIX
    with log_to_stderr():
        return serve(app, listener, lambda: _print_lines([url, *uses]))


def _print_lines(lines: Sequence[str]) -> None:
    """Print lines, the URL first; a closed stdout does not stop the server."""
    try:
        print(*lines, sep="\n", flush=True)
    except OSError:
        # The buffer would be written once more when the interpreter exits.
        discard(sys.stdout)
