"""`list` and `export` on servers whose lists go on after an id in one order alone."""

import httpx
import pytest

from tests.cli.conftest import Run
from tests.fakeserver.deviations import refusal
from tests.fakeserver.relay import RelayServer


@pytest.fixture(params=["asc", "desc"])
def dead_end(request: pytest.FixtureRequest, server: RelayServer) -> str:
    """The order in which `after` is refused; 250 assistants are there."""
    order = str(request.param)

    def one_way(asked: httpx.Request) -> httpx.Response | None:
        query = asked.url.params
        return refusal(400) if "after" in query and query["order"] == order else None

    for number in range(250):
        server.make(f"Bot {number:03}")
    server.deviations["list"] = one_way
    return order


@pytest.mark.usefixtures("dead_end")
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("how_many", [["--all"], ["--limit", "240"], ["--filter", "Bot"]])
def test_every_row_comes_in_the_order_that_is_asked_for(
    ask: Run, order: str, how_many: list[str]
) -> None:
    done = ask("list", "--json", "--order", order, *how_many)
    numbers = [int(line.partition('"Bot ')[2][:3]) for line in done.lines]
    expected = [*range(250)] if order == "asc" else [*range(249, -1, -1)]
    assert numbers == (expected[:240] if how_many[0] == "--limit" else expected)
    assert (done.code, done.err) == (0, "")


@pytest.mark.usefixtures("dead_end")
def test_the_oldest_is_found(ask: Run) -> None:
    assert len(ask("list", "--filter", "name:003", "--limit", "1").lines) == 2
