"""Collects what a format cannot express, so that nothing is left out silently."""

from assistant_tui.core.formats.threads.arranging import ArrangedThread
from assistant_tui.core.threads.objects import SEND_KEY, Part


class Losses:
    """What was lost, in words: each thing once, with how often it happened."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, what: str) -> None:
        """Note one loss; `what` is not made safe for display."""
        self._counts[what] = self._counts.get(what, 0) + 1

    @property
    def told(self) -> tuple[str, ...]:
        """All of them, in the order in which they came up first."""
        return tuple(f"{what} ({n} times)" if n > 1 else what for what, n in self._counts.items())


def add_settings(losses: Losses, thread: ArrangedThread, *, kept: tuple[str, ...] = ()) -> None:
    """Note what formats for other programs leave out of objects.

    Args:
        losses: where it is noted.
        thread: the objects.
        kept: which of `metadata`, `settings` and `usage` the format does hold.
    """
    if thread.runs and "settings" not in kept:
        losses.add("the settings of runs")
    if any(run.usage for run in thread.runs) and "usage" not in kept:
        losses.add("usage: the tokens of runs")
    if thread.thread.metadata.keys() - {SEND_KEY} and "metadata" not in kept:
        losses.add("the metadata of the thread")
    if any(message.metadata.keys() - {SEND_KEY} for message in thread.messages):
        losses.add("the metadata of messages")
    if any(message.attachments for message in thread.messages):
        losses.add("attachments: their files are not uploaded anew")
    if any(_has_annotations(part) for message in thread.messages for part in message.parts):
        losses.add("annotations: citations stay as marks in the text")


def _has_annotations(part: Part) -> bool:
    text = part.raw.get("text")
    return part.kind == "text" and isinstance(text, dict) and bool(text.get("annotations"))
