"""The official SDK runs threads against a real socket, in each way that it has."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai import AssistantEventHandler

# Every method of the SDK for threads is marked deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_SERVE = """
import sys
from pathlib import Path
from assistant_tui.server.app import create_app
from assistant_tui.server.http.serving import listen, origin, serve
from assistant_tui.server.runs.canned import CannedModels
from assistant_tui.server.store.sqlite_store import SQLiteStore

with SQLiteStore(Path(sys.argv[1])) as store, listen("127.0.0.1", 0) as listener:
    app = create_app(store, models=["m"], make_chat_models=lambda: CannedModels(pause=0.0))
    serve(app, listener, lambda: print(origin("127.0.0.1", listener), flush=True))
"""
FUNCTION: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """The SDK with a server of the canned model."""
    database = tmp_path_factory.mktemp("sdk") / "store.db"
    arguments = [sys.executable, "-c", _SERVE, str(database)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with openai.OpenAI(base_url=url, api_key="-", max_retries=0) as sdk:
            yield sdk
        process.terminate()
        assert process.wait() == 0


class Handler(AssistantEventHandler):
    """Writes down what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.calls: list[str] = []

    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        """More of a message."""
        self.text += delta.value
        assert snapshot.value == self.text

    def on_tool_call_done(self, tool_call: Any) -> None:
        """A whole call."""
        self.calls.append(f"{tool_call.function.name} {tool_call.function.arguments}")


def test_create_and_poll(sdk: openai.OpenAI) -> None:
    assistant = sdk.beta.assistants.create(model="m")
    thread = sdk.beta.threads.create(messages=[{"role": "user", "content": "hi"}])
    run = sdk.beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=50
    )
    assert run.status == "completed"
    messages = sdk.beta.threads.messages.list(thread.id, run_id=run.id, order="asc")
    (message,) = messages.data
    (part,) = message.content
    assert part.type == "text" and part.text.value.endswith("You said: hi")
    assert [
        step.type for step in sdk.beta.threads.runs.steps.list(run.id, thread_id=thread.id)
    ] == ["message_creation"]
    assert sdk.beta.threads.runs.list(thread.id).data == [run]
    assert sdk.beta.threads.runs.retrieve(run.id, thread_id=thread.id) == run
    changed = sdk.beta.threads.runs.update(run.id, thread_id=thread.id, metadata={"a": "b"})
    assert changed.metadata == {"a": "b"}


def test_streams_with_a_handler_through_a_call(sdk: openai.OpenAI) -> None:
    assistant = sdk.beta.assistants.create(model="m", tools=[FUNCTION])
    thread = sdk.beta.threads.create(messages=[{"role": "user", "content": "weather?"}])
    with sdk.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=assistant.id, event_handler=Handler()
    ) as asking:
        asking.until_done()
    assert asking.calls == ['weather {"city": "example"}']
    run = asking.get_final_run()
    assert run.status == "requires_action" and run.required_action
    outputs: Any = [
        {"tool_call_id": call.id, "output": "sunny"}
        for call in run.required_action.submit_tool_outputs.tool_calls
    ]
    with sdk.beta.threads.runs.submit_tool_outputs_stream(
        thread_id=thread.id, run_id=run.id, tool_outputs=outputs, event_handler=Handler()
    ) as answering:
        answering.until_done()
    (message,) = answering.get_final_messages()
    (part,) = message.content
    assert part.type == "text" and part.text.value == answering.text
    assert answering.text.endswith("The functions answered: sunny")
    assert answering.get_final_run().status == "completed"


def test_a_thread_is_made_and_run_in_one_stream(sdk: openai.OpenAI) -> None:
    assistant = sdk.beta.assistants.create(model="m")
    with sdk.beta.threads.create_and_run_stream(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "hi"}]},
        event_handler=Handler(),
    ) as stream:
        stream.until_done()
    assert stream.text.endswith("You said: hi")
    thread = sdk.beta.threads.retrieve(stream.get_final_run().thread_id)
    assert sdk.beta.threads.delete(thread.id).deleted
    with pytest.raises(openai.NotFoundError):
        sdk.beta.threads.retrieve(thread.id)


def test_outputs_are_submitted_and_polled_and_a_run_is_cancelled(sdk: openai.OpenAI) -> None:
    assistant = sdk.beta.assistants.create(model="m", tools=[FUNCTION])
    run = sdk.beta.threads.create_and_run_poll(
        assistant_id=assistant.id, thread={"messages": [{"role": "user", "content": "hi"}]}
    )
    assert run.required_action
    (call,) = run.required_action.submit_tool_outputs.tool_calls
    done = sdk.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=run.thread_id,
        tool_outputs=[{"tool_call_id": call.id, "output": "x"}],
        poll_interval_ms=50,
    )
    assert done.status == "completed"
    again = sdk.beta.threads.runs.create_and_poll(
        thread_id=run.thread_id, assistant_id=assistant.id, poll_interval_ms=50
    )
    sdk.beta.threads.runs.cancel(again.id, thread_id=run.thread_id)
    ended = sdk.beta.threads.runs.poll(again.id, thread_id=run.thread_id, poll_interval_ms=50)
    assert ended.status == "cancelled"


def test_messages_are_written_changed_and_deleted(sdk: openai.OpenAI) -> None:
    thread = sdk.beta.threads.create(metadata={"a": "b"})
    assert sdk.beta.threads.update(thread.id, metadata={"c": "d"}).metadata == {"c": "d"}
    made = sdk.beta.threads.messages.create(thread.id, role="user", content="hi")
    changed = sdk.beta.threads.messages.update(made.id, thread_id=thread.id, metadata={"a": "b"})
    assert changed.metadata == {"a": "b"} and changed.content == made.content
    assert sdk.beta.threads.messages.retrieve(made.id, thread_id=thread.id) == changed
    assert sdk.beta.threads.messages.delete(made.id, thread_id=thread.id).deleted
    assert sdk.beta.threads.messages.list(thread.id).data == []
