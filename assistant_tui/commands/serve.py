"""``assistant-tui serve``: the embedded server on a socket, for other clients."""

import ipaddress
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant_tui.core.display import one_line
from assistant_tui.server.app import create_app
from assistant_tui.server.errors import StoreError
from assistant_tui.server.serving import listen, origin, serve
from assistant_tui.server.store import SQLiteStore

_PREFIX = "/v1"


def run(*, host: str, port: int, database: Path, api_key: str | None, models: Sequence[str]) -> int:
    """Serve the API at ``/v1``, print its URL, and return the exit code.

    128 + the signal that stopped it; 1 if the address cannot be had; 2 if the arguments or the
    database will not do. Each refusal is one line on stderr.
    """
    if not api_key and not _is_loopback(host):
        return _refuse(
            2,
            f"--host {host} needs --api-key-env NAME: without a key, everyone who reaches this"
            " machine could read and change the assistants",
        )
    try:
        store = SQLiteStore(database)
    except StoreError as error:
        return _refuse(2, f"--database: {error}")
    with store:
        try:
            listener = listen(host, port)
        except OSError as error:
            return _refuse(1, f"cannot listen on {host} port {port}: {error.strerror}")
        with listener:
            return _serve(store, listener, host, api_key, models)


def _serve(
    store: SQLiteStore,
    listener: socket.socket,
    host: str,
    api_key: str | None,
    models: Sequence[str],
) -> int:
    if store.journal_mode != "wal":
        print(
            f"assistant-tui: {store.path}: no write-ahead log on this file system; journal mode"
            f" {store.journal_mode} is in use",
            file=sys.stderr,
        )
    app = create_app(store, models=models, api_key=api_key or None, prefix=_PREFIX)
    url = origin(host, listener) + _PREFIX
    return serve(app, listener, lambda: print(url, flush=True))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse(code: int, sentence: str) -> int:
    print(one_line(f"assistant-tui: {sentence}"), file=sys.stderr)
    return code
