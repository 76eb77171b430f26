"""What `eval` leaves on the server when it is ended in the middle: nothing."""

import asyncio
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from assistant_tui.cli.console import Console
from assistant_tui.cli.eval import Candidate, Evaluation
from assistant_tui.cli.function_calls import CallAnswerer
from assistant_tui.cli.session import Session
from assistant_tui.core.evals.cases import read_cases
from tests.limits import LIMIT
from tests.server.runs.support import ScriptedModel, says
from tests.services.threads.support import world


async def test_a_thread_is_deleted_though_the_end_comes_while_that_is_asked_for(
    tmp_path: Path,
) -> None:
    model = ScriptedModel()
    model.turns = [says("One.")]
    async with world(tmp_path, model) as here:
        here.server.hold = lambda method, path: method == "DELETE"
        session = SimpleNamespace(service=here.service, console=Console(), write=nullcontext)
        evaluation = Evaluation(cast(Session, session), CallAnswerer({}), keep=False)
        cases = read_cases('{"prompt": "Hello"}', is_yaml=False)
        running = asyncio.ensure_future(
            evaluation.run(cases, [Candidate("Helper", here.assistant)])
        )
        async with asyncio.timeout(LIMIT):
            await here.server.arrived.wait()
            here.server.hold = lambda method, path: False
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert (await here.api.get("/threads"))["data"] == []
