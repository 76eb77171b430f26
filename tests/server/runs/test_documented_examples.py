"""The examples of the Assistants documentation, through the official SDK, against `serve`.

`serve` is the program itself, and LLMock the server of its models.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AssistantEventHandler

from tests.limits import LIMIT

# Every method of the SDK for assistants is marked deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

_LLMOCK = """
from llmock.testing import LLMockServer
with LLMockServer() as server:
    print(server.url, flush=True)
    input()
"""
HR_BOT = (
    "You are an HR bot, and you have access to files to answer employee questions about company"
    " policies."
)
TUTOR = "You are a personal math tutor. Write and run code to answer math questions."
QUESTION = "I need to solve the equation `3x + 11 = 14`. Can you help me?"
POLICY = "# Vacation\n\nEmployees have 28 days of vacation a year.\n"


@contextmanager
def started(*arguments: str) -> Iterator[str]:
    """A process that serves until its input ends or it is told to stop: the URL that it prints."""
    with subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.communicate(timeout=LIMIT)


@pytest.fixture(scope="module")
def llmock() -> Iterator[str]:
    """The URL of LLMock."""
    with started("-c", _LLMOCK) as url:
        yield url


@pytest.fixture(scope="module")
def sdk(llmock: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """The SDK before `serve --backend` with LLMock."""
    database = tmp_path_factory.mktemp("examples") / "store.db"
    serve = ("-m", "assistant_tui", "serve", "--port", "0", "--database", str(database))
    with (
        started(*serve, "--backend", f"{llmock}/v1") as url,
        openai.OpenAI(base_url=url, api_key="-", max_retries=0) as sdk,
    ):
        yield sdk


def script(llmock: str, *replies: dict[str, Any]) -> None:
    """Have the model give these replies, one a turn."""
    behaviors = [{"type": "reply", **reply} for reply in replies]
    answer = httpx.post(f"{llmock}/_llmock/scenario", json={"behaviors": behaviors})
    assert answer.status_code == 201, answer.text


def search(query: str) -> dict[str, Any]:
    """A reply that searches in files."""
    return {"tool_calls": [{"name": "file_search", "arguments": {"query": query}}]}


class EventHandler(AssistantEventHandler):
    """Collects what the handlers of the documentation print."""

    def __init__(self) -> None:
        super().__init__()
        self.printed = ""
        self.cited: list[str] = []

    def on_text_created(self, text: Any) -> None:
        """A message begins."""
        self.printed += "\nassistant > "

    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        """More of it."""
        self.printed += delta.value

    def on_tool_call_created(self, tool_call: Any) -> None:
        """A call begins."""
        self.printed += f"\nassistant > {tool_call.type}\n"

    def on_message_done(self, message: Any) -> None:
        """It is whole, with its citations."""
        content = message.content[0].text
        self.cited += [each.file_citation.file_id for each in content.annotations]


def texts_of(messages: Sequence[Any]) -> list[str]:
    """The text of each message."""
    return [part.text.value for message in messages for part in message.content]


def test_the_math_tutor_is_told_that_no_code_is_run(sdk: openai.OpenAI) -> None:
    assistant = sdk.beta.assistants.create(
        name="Math Tutor",
        instructions=TUTOR,
        tools=[{"type": "code_interpreter"}],
        model="gpt-4o",
    )
    thread = sdk.beta.threads.create()
    sdk.beta.threads.messages.create(thread_id=thread.id, role="user", content=QUESTION)
    with pytest.raises(openai.BadRequestError, match="does not run code") as refused:
        sdk.beta.threads.runs.create_and_poll(
            thread_id=thread.id,
            assistant_id=assistant.id,
            instructions="Please address the user as Jane Doe. The user has a premium account.",
        )
    assert (refused.value.param, refused.value.code) == ("tools", "unsupported_tool")
    with (
        pytest.raises(openai.BadRequestError, match="offer a function of yours"),
        sdk.beta.threads.runs.stream(
            thread_id=thread.id, assistant_id=assistant.id, event_handler=EventHandler()
        ) as stream,
    ):
        stream.until_done()
    assert not sdk.beta.threads.runs.list(thread.id).data


def test_the_math_tutor_answers_without_code(sdk: openai.OpenAI, llmock: str) -> None:
    assistant = sdk.beta.assistants.create(
        name="Math Tutor", instructions=TUTOR, tools=[{"type": "code_interpreter"}], model="gpt-4o"
    )
    thread = sdk.beta.threads.create()
    sdk.beta.threads.messages.create(thread_id=thread.id, role="user", content=QUESTION)
    script(llmock, {"text": "x is 1, Jane."})
    with sdk.beta.threads.runs.stream(
        thread_id=thread.id,
        assistant_id=assistant.id,
        instructions="Please address the user as Jane Doe. The user has a premium account.",
        tools=[],
        event_handler=EventHandler(),
    ) as stream:
        stream.until_done()
    assert stream.printed == "\nassistant > x is 1, Jane."
    assert texts_of(sdk.beta.threads.messages.list(thread_id=thread.id).data) == [
        "x is 1, Jane.",
        QUESTION,
    ]


def test_the_hr_helper_answers_from_its_files_and_cites_them(
    sdk: openai.OpenAI, llmock: str, tmp_path: Path
) -> None:
    (tmp_path / "policies.md").write_text(POLICY)
    assistant = sdk.beta.assistants.create(
        instructions=HR_BOT, name="HR Helper", tools=[{"type": "file_search"}], model="gpt-4o"
    )
    vector_store = sdk.vector_stores.create(name="Company policies")
    with (tmp_path / "policies.md").open("rb") as policies:
        file = sdk.vector_stores.files.upload_and_poll(
            vector_store_id=vector_store.id, file=policies
        )
    assert file.status == "completed"
    assistant = sdk.beta.assistants.update(
        assistant_id=assistant.id,
        tool_resources={"file_search": {"vector_store_ids": [vector_store.id]}},
    )
    asked = "How many days of vacation do I have?"
    thread = sdk.beta.threads.create(messages=[{"role": "user", "content": asked}])
    script(llmock, search("vacation days"), {"text": "You have 28 days 【1:0†policies.md】."})
    with sdk.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=assistant.id, event_handler=EventHandler()
    ) as stream:
        stream.until_done()
    assert stream.printed.startswith("\nassistant > file_search\n\nassistant > You have 28 days")
    (content,) = stream.get_final_messages()[0].content
    assert content.type == "text"
    (annotation,) = content.text.annotations
    assert annotation.type == "file_citation" and stream.cited == [file.id]
    start, end = annotation.start_index, annotation.end_index
    assert content.text.value[start:end] == annotation.text == "【1:0†policies.md】"
    assert sdk.files.retrieve(annotation.file_citation.file_id).filename == "policies.md"
    (page,) = sdk.vector_stores.files.content(file.id, vector_store_id=vector_store.id)
    assert page.text and "28 days of vacation" in page.text


def test_a_file_of_a_message_is_searched_in_its_thread(
    sdk: openai.OpenAI, llmock: str, tmp_path: Path
) -> None:
    assistant = sdk.beta.assistants.create(
        name="Financial Analyst Assistant", model="gpt-4o", tools=[{"type": "file_search"}]
    )
    (tmp_path / "aapl-10k.md").write_text("On October 18 there were 15,115,823,000 shares.")
    with (tmp_path / "aapl-10k.md").open("rb") as report:
        file = sdk.files.create(file=report, purpose="assistants")
    thread = sdk.beta.threads.create(
        messages=[
            {
                "role": "user",
                "content": "How many shares were outstanding at the end of October?",
                "attachments": [{"file_id": file.id, "tools": [{"type": "file_search"}]}],
            }
        ]
    )
    assert thread.tool_resources and thread.tool_resources.file_search
    script(llmock, search("shares October"), {"text": "15 billion 【1:0†aapl-10k.md】"})
    run = sdk.beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=50
    )
    assert run.status == "completed" and run.usage and run.usage.total_tokens
    (message,) = sdk.beta.threads.messages.list(thread_id=thread.id, run_id=run.id).data
    (part,) = message.content
    assert part.type == "text" and len(part.text.annotations) == 1
    (step,) = [
        each
        for each in sdk.beta.threads.runs.steps.list(run.id, thread_id=thread.id)
        if each.step_details.type == "tool_calls"
    ]
    assert "15,115,823,000" in str(
        sdk.beta.threads.runs.steps.retrieve(
            step.id,
            thread_id=thread.id,
            run_id=run.id,
            include=["step_details.tool_calls[*].file_search.results[*].content"],
        )
    )


def test_an_assistant_with_the_vector_store_of_the_example(sdk: openai.OpenAI) -> None:
    made = sdk.beta.assistants.create(
        instructions=HR_BOT,
        name="HR Helper",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": ["vs_123"]}},
        model="gpt-4o",
    )
    changed = sdk.beta.assistants.update(
        made.id,
        instructions=f"{HR_BOT} Always response with info from either of the files.",
        name="HR Helper",
        tools=[{"type": "file_search"}],
        model="gpt-4o",
    )
    assert changed.tool_resources == made.tool_resources
    assert sdk.beta.assistants.delete(made.id).deleted


def test_lists_take_their_limit_as_text(sdk: openai.OpenAI) -> None:
    made = [sdk.beta.assistants.create(model="gpt-4o").id for _ in range(21)]
    text: Any = "20"
    page = sdk.beta.assistants.list(order="desc", limit=text)
    assert [each.id for each in page.data] == made[:0:-1] and page.has_more
    thread = sdk.beta.threads.create()
    for lists in (
        sdk.beta.threads.messages.list(thread.id, limit=text),
        sdk.beta.threads.runs.list(thread.id, limit=text),
        sdk.vector_stores.list(limit=text),
        sdk.files.list(limit=text),
    ):
        assert len(lists.data) <= 20
