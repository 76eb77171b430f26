"""Answers of servers that deviate from the API, and programs of their own process."""

import json
import re
from dataclasses import replace
from pathlib import Path

from tests.e2e.fork_server import Piped
from tests.e2e.terminal import environment
from tests.fakeserver.relay import Asked, Handler, RelayServer
from tests.fakeserver.sockets import Answer
from tests.limits import LIMIT


def listing(*texts: str, more: bool = False) -> Answer:
    """The answer to a list request, with the exact texts of its assistants."""
    flag = "true" if more else "false"
    body = f'{{"object": "list", "data": [{",".join(texts)}], "has_more": {flag}}}'
    return Answer(200, body.encode())


def refused(status: int, message: str = "no") -> Answer:
    """What a server says that will not."""
    return Answer(status, json.dumps({"error": {"message": message}}).encode())


def paged(url: str, home: Path, size: int = 1) -> None:
    """Let the default profile be this server, in pages of so many."""
    home.mkdir(exist_ok=True)
    text = f'default = "p"\n[profiles.p]\nbase_url = "{url}"\npage_size = {size}\n'
    (home / "config.toml").write_text(text)


def behind(server: RelayServer, answer: Answer) -> Handler:
    """A first page of one assistant, and this answer for what follows; it can only be read down."""

    def handler(asked: Asked) -> Answer | None:
        if "order=asc" in asked.path:
            return refused(400)
        if "after=" in asked.path:
            return answer
        return one_a_page(server)(asked)

    return handler


def one_a_page(server: RelayServer) -> Handler:
    """A server that gives one assistant a page, whatever is asked for."""

    def handler(asked: Asked) -> Answer:
        return server.pass_on(replace(asked, path=re.sub(r"limit=\d+", "limit=1", asked.path)))

    return handler


def program(*arguments: str, home: Path, folder: Path | None = None) -> Piped:
    """The program in a process of its own, on pipes; a context manager that ends it."""
    return Piped(arguments, environment(home), folder)


def ended(process: Piped) -> tuple[int, bytes, str]:
    """Wait for its end: exit code, stdout and stderr."""
    out, err = process.communicate(LIMIT)
    return process.wait(), out, err.decode()
