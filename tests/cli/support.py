"""Answers of servers that deviate from the API, and programs of their own process."""

from pathlib import Path

import httpx

from tests.e2e.fork_server import Piped
from tests.e2e.terminal import environment
from tests.fakeserver.deviations import SyncHandler, answer, refusal
from tests.fakeserver.relay import RelayServer
from tests.limits import LIMIT


def listing(*texts: str, more: bool = False) -> httpx.Response:
    """The answer to a list request, with the exact texts of its assistants."""
    flag = "true" if more else "false"
    body = f'{{"object": "list", "data": [{",".join(texts)}], "has_more": {flag}}}'
    return answer(body.encode())


def paged(url: str, home: Path, size: int = 1) -> None:
    """Let the default profile be this server, in pages of so many."""
    home.mkdir(exist_ok=True)
    text = f'default = "p"\n[profiles.p]\nbase_url = "{url}"\npage_size = {size}\n'
    (home / "config.toml").write_text(text)


def behind(server: RelayServer, after: httpx.Response) -> SyncHandler:
    """A first page of one assistant, and this answer for what follows; it can only be read down."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("order") == "asc":
            return refusal(400)
        return after if "after" in request.url.params else one_a_page(server)(request)

    return handler


def one_a_page(server: RelayServer) -> SyncHandler:
    """A server that gives one assistant a page, whatever is asked for."""
    return lambda request: server.pass_on(
        httpx.Request("GET", request.url.copy_set_param("limit", "1"))
    )


def program(*arguments: str, home: Path, folder: Path | None = None) -> Piped:
    """The program in a process of its own, on pipes; a context manager that ends it."""
    return Piped(arguments, environment(home), folder)


def ended(process: Piped) -> tuple[int, bytes, str]:
    """Wait for its end: exit code, stdout and stderr."""
    out, err = process.communicate(LIMIT)
    return process.wait(), out, err.decode()
