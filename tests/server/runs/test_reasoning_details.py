"""Reasoning as OpenRouter sends it: in pieces, signed or encrypted, and back with the outputs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant_tui.server.runs import reasoning_details
from assistant_tui.server.runs.backend import BackendOptions
from assistant_tui.server.runs.backends import Backends
from assistant_tui.server.runs.chat import ChatError
from assistant_tui.server.store.sqlite_store import SQLiteStore
from tests.fakeserver.streaming_app import in_this_process
from tests.server.runs.fake_backend import FakeBackend, Handler, refusing, streaming
from tests.server.runs.recorded import DONE, call, chunk, result_of, say
from tests.server.runs.support import FUNCTION, Api, Json, application

FORMAT = {"format": "anthropic-claude-v1"}
ENCRYPTED = {"type": "reasoning.encrypted", "data": "c2VjcmV0", "index": 1, "id": "e1"}
END = chunk({}, "stop") + DONE


def detailed(*details: Any, **delta: Any) -> bytes:
    """A chunk with details of reasoning."""
    return chunk({"reasoning_details": [*details], **delta})


def text(text: str | None, **members: Any) -> Json:
    """A detail with a text, as it comes in a stream."""
    return {"type": "reasoning.text", "text": text, "index": 0, **FORMAT, **members}


PIECES = (
    detailed(text("Let me "), reasoning="Let me ")
    + detailed(text("think.", signature=None), reasoning="think.")
    + detailed(text(None, signature="sig"))
    + detailed(ENCRYPTED)
)
WHOLE = [text("Let me think.", signature="sig"), ENCRYPTED]
LOOKED_UP = call(index=0, id="call_1", name="look_up", arguments="{}") + END


@pytest.mark.parametrize(
    ("stream", "details"),
    [
        (PIECES, WHOLE),
        (detailed(text("a"), text("b", index=1)), [text("a"), text("b", index=1)]),
        (detailed(text("a", id="1")) + detailed(text("b", id="2")), None),
        (detailed(ENCRYPTED) + detailed({**ENCRYPTED, "data": "b3RoZXI="}), None),
        (
            detailed({"type": "reasoning.summary", "summary": "In "})
            + detailed({"type": "reasoning.summary", "summary": "short."}),
            [{"type": "reasoning.summary", "summary": "In short."}],
        ),
        (chunk({"reasoning_details": None}) + chunk({"reasoning_details": {"a": 1}}), []),
        (detailed(5, None, "x"), []),
    ],
)
def test_pieces_of_one_detail_are_joined(stream: bytes, details: list[Json] | None) -> None:
    result = result_of(stream, say("Hi."), END)
    if details is None:
        assert len(result.reasoning_details) == 2
    else:
        assert [*result.reasoning_details] == details
    assert result.text == "Hi."


def test_an_answer_that_is_one_object_has_them_whole() -> None:
    message = {"role": "assistant", "content": "Hi.", "reasoning_details": WHOLE}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    assert [*result_of(chunk(choices=[choice])).reasoning_details] == WHOLE


def test_there_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasoning_details, "LARGEST_DETAILS", 200)
    with pytest.raises(ChatError, match="more than 200 characters"):
        result_of(*(detailed(text("a")) for _ in range(4)), END)


async def asked_with_outputs(path: Path, *handlers: Handler) -> tuple[Json, FakeBackend]:
    """A run in a file, through a call of a function and its output; and its backend."""
    app = FakeBackend(*handlers)
    async with in_this_process(app) as endpoint:
        options = BackendOptions("local", replace(endpoint, openai_beta=""))
        async with Backends([options]) as backends:
            with SQLiteStore(path) as store:
                async with application(store, backends) as api:
                    run = await run_with_outputs(api)
    return run, app


async def run_with_outputs(api: Api) -> Json:
    """A run that waits for an output, gets it, and ends."""
    thread = await api.thread("What is it?")
    run = await api.run(thread, await api.assistant(tools=[FUNCTION]))
    run = await api.wait(run, "requires_action", "failed")
    path = f"/threads/{thread}/runs/{run['id']}/submit_tool_outputs"
    await api.post(path, {"tool_outputs": [{"tool_call_id": "call_1", "output": "2"}]})
    return await api.wait(run, "completed", "failed")


async def test_they_go_back_with_the_outputs_of_the_same_run(tmp_path: Path) -> None:
    run, app = await asked_with_outputs(
        tmp_path / "store.db", streaming(PIECES + LOOKED_UP), streaming(say("It is 2.") + END)
    )
    assert run["status"] == "completed"
    answered = app.asked[1]["messages"][1]
    assert answered["reasoning_details"] == WHOLE and "reasoning" not in answered


async def test_a_backend_that_does_not_take_them_gets_the_text(tmp_path: Path) -> None:
    refusal = refusing(400, "messages.1.reasoning_details: Extra inputs are not permitted")
    run, app = await asked_with_outputs(
        tmp_path / "store.db", streaming(PIECES + LOOKED_UP), refusal, streaming(say("2") + END)
    )
    assert run["status"] == "completed"
    answered = app.asked[2]["messages"][1]
    assert "reasoning_details" not in answered and answered["reasoning"] == "Let me think."
    assert run["notes"] == [
        "The backend does not take reasoning_details, so it was left out.",
    ]
