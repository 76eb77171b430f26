"""The text of an answer is printed once and whole, in whatever order a server tells of it."""

from typing import Any

import pytest

from assistant_tui.cli.answer_output import AnswerText
from assistant_tui.cli.console import Console
from assistant_tui.core.threads.events import ThreadEvent
from assistant_tui.core.threads.objects import read_message, read_run
from assistant_tui.core.threads.transcript import Transcript


def message(identity: str, text: str, status: str = "completed", at: int = 2) -> dict[str, Any]:
    """A message of the assistant."""
    return {
        "id": identity,
        "object": "thread.message",
        "created_at": at,
        "role": "assistant",
        "status": status,
        "run_id": "run_1",
        "content": [{"type": "text", "text": {"value": text}}],
    }


RUN = {"id": "run_1", "object": "thread.run", "created_at": 1, "status": "in_progress"}


class Printed:
    """A transcript, and what is printed of it."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.transcript = Transcript("thread_1")
        self.output = AnswerText(Console())
        self.transcript.replace([*map(read_message, messages)], [read_run(RUN)], None)
        self.output.begin(self.transcript)

    def event(self, name: str, data: dict[str, Any]) -> None:
        """An event comes."""
        self.output.take_changes(self.transcript.apply(ThreadEvent(name, data)))

    def delta(self, identity: str, text: str) -> None:
        """A piece of a message comes."""
        content = [{"index": 0, "type": "text", "text": {"value": text}}]
        self.event("thread.message.delta", {"id": identity, "delta": {"content": content}})

    def ends(self, *messages: dict[str, Any]) -> None:
        """The server says what it holds."""
        held = [*map(read_message, messages)]
        run = read_run({**RUN, "status": "completed"})
        self.output.take_changes(self.transcript.replace(held, [run], None))
        self.output.end(self.transcript)


def test_of_what_is_there_only_what_is_being_written_is_printed(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    old = message("msg_1", "Old", at=1)
    printed = Printed(old, message("msg_2", "Ne", "in_progress"))
    printed.ends(old, message("msg_2", "New"))
    assert capsysbinary.readouterr() == (b"New\n", b"")


def test_what_streams_lack_is_printed_at_the_end(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    printed = Printed()
    printed.event("thread.message.created", {**message("msg_1", ""), "status": "in_progress"})
    printed.delta("msg_1", "Good")
    assert capsysbinary.readouterr().out == b"Good"
    printed.ends(message("msg_1", "Good day"), message("msg_2", "And more\n", at=3))
    assert capsysbinary.readouterr() == (b" day\n\nAnd more\n", b"")


def test_a_text_that_is_another_one_at_the_end_is_printed_anew(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    printed = Printed()
    printed.delta("msg_1", "Something rude")
    printed.ends(message("msg_1", "Something kind"))
    out, err = capsysbinary.readouterr()
    assert out == b"Something rude\n\nSomething kind\n"
    assert err == b"assistant-tui: the server holds another text than it streamed; it follows\n"


def test_two_messages_at_once_do_not_run_into_one_another(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    printed = Printed()
    for identity, text in (("msg_1", "a"), ("msg_2", "x"), ("msg_1", "b"), ("msg_2", "y")):
        if text in "ax":
            begun = {**message(identity, ""), "content": [], "status": "in_progress"}
            printed.event("thread.message.created", begun)
        printed.delta(identity, text)
    printed.ends(message("msg_1", "ab"), message("msg_2", "xy", at=3))
    out = capsysbinary.readouterr().out.decode()
    assert out.split("\n\n")[-1] in ("xy\n", "b\n") and sorted(out.replace("\n", "")) == list(
        "abxy"
    )


def test_a_message_that_was_streamed_without_its_id_is_printed_once(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    printed = Printed()
    for piece in ("Good", " day"):
        printed.delta("", piece)
    printed.ends(message("msg_1", "Good day to you"), message("msg_2", "Good", at=3))
    assert capsysbinary.readouterr() == (b"Good day to you\n\nGood\n", b"")
