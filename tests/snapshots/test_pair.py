"""Two assistants that are told the same: nothing said yet, both answers, and calls that wait."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.core.threads import phase
from assistant_tui.server.runs.chat import ChatEvent, ChatRequest
from assistant_tui.tui.playground import block
from tests.server.runs.support import ScriptedModel, Turn, calls, says
from tests.snapshots.conftest import Looks
from tests.tui.playground.conftest import FUNCTION, Talk
from tests.tui.playground.test_pair import drawn, with_two

_AT = 1_785_571_200.0
_LONG = """The order left the depot on Monday morning, and is with the courier.

- It was packed on Saturday.
- It ships to Kraków, 2 parcels."""
_SHORT = """The order left the depot on Tuesday morning.

- It was packed on Saturday."""


class TwoModels(ScriptedModel):
    """Answers whoever is told to be brief by the second of two turns."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The turn of the one who asks; each has one for all requests."""
        self.requests.append(request)
        turn: Any = self.turns["Be brief." in str(request.messages)]
        for event in turn:
            yield event


@pytest.fixture(params=[(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
async def pair(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Talk, TwoModels]]:
    """The screen of two assistants, at one of the sizes; it is always the same time."""

    def figures(*_: object) -> Iterator[str]:
        yield "10 tokens"
        yield "1.2 s"

    monkeypatch.setattr(block, "clock", lambda at, now: "09:41")
    monkeypatch.setattr(phase, "_figures", figures)
    model = TwoModels()
    at = lambda: _AT  # noqa: E731 a clock that stands still
    async with with_two(tmp_path, model, request.param, tools=[FUNCTION], clock=at) as talk:
        yield talk, model


async def ask(talk: Talk, model: TwoModels, turns: tuple[Turn, Turn], shows: str) -> None:
    """Say something to both, and wait until both have answered so far."""
    model.turns += turns
    await talk.type("Where is order 7?")
    await talk.program.press("enter")
    await talk.program.until(lambda: talk.text.count(shows) == 2)
    await drawn(talk)


async def test_nothing_said(pair: tuple[Talk, TwoModels], looks_as_before: Looks) -> None:
    looks_as_before(pair[0].program)


async def test_answers(pair: tuple[Talk, TwoModels], looks_as_before: Looks) -> None:
    talk, model = pair
    await ask(talk, model, (says(_LONG), says(_SHORT)), "done (")
    looks_as_before(talk.program)


async def test_calls_that_wait(pair: tuple[Talk, TwoModels], looks_as_before: Looks) -> None:
    talk, model = pair
    seven, eight = (calls("get_order", arguments=f'{{"id": "{each}"}}') for each in "78")
    await ask(talk, model, (seven, eight), "waiting for you (1 call)")
    await talk.program.press("tab")
    await drawn(talk)
    looks_as_before(talk.program)
