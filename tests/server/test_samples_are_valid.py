"""What the samples are made of passes the server's own checks."""

from assistant_tui.core.assistants.samples import sample, three_samples
from assistant_tui.server.assistants import created
from assistant_tui.server.validation.assistants import CREATE_ASSISTANT


def test_every_sample_could_have_been_created() -> None:
    for index in range(2000):
        assistant = sample(index)
        head = {key: assistant.pop(key) for key in ("id", "object", "created_at")}
        CREATE_ASSISTANT("", assistant)
        assert created(assistant) == assistant
        assert list(created({"model": "m"})) == list(assistant)
        assert head["object"] == "assistant"


def test_the_first_three_can_be_created() -> None:
    for body in three_samples():
        CREATE_ASSISTANT("", body)
