"""The formats that threads are exported in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant_tui.core.formats.threads import (
    conversations,
    lossless,
    markdown,
    promptfoo,
    tuning,
)
from assistant_tui.core.formats.threads.record import ThreadRecord


@dataclass(frozen=True)
class ThreadFormat:
    """One way to write a thread; each function raises ValueError where it cannot be written."""

    suffix: str
    """How the names of its files end."""
    write: Callable[[ThreadRecord], str]
    """The text of a file; on a stream, one may follow the other."""
    losses: Callable[[ThreadRecord], tuple[str, ...]]
    """What the format leaves out, each in a few words. Not made safe for display."""


THREAD_FORMATS: Mapping[str, ThreadFormat] = {
    "json": ThreadFormat(".thread.json", lossless.write, lossless.losses),
    "markdown": ThreadFormat(".md", markdown.write, markdown.losses),
    "tuning": ThreadFormat(".tuning.jsonl", tuning.write, tuning.losses),
    "conversation": ThreadFormat(".conversation.jsonl", conversations.write, conversations.losses),
    "promptfoo": ThreadFormat(".promptfoo.yaml", promptfoo.write, promptfoo.losses),
}
