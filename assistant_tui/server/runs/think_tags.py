"""Splits the reasoning that stands at the head of a text between `<think>` and `</think>`."""

from collections.abc import Iterator

from assistant_tui.server.runs.chat import ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkTagSplitter:
    """Takes the text of an answer in parts, cut anywhere, also within a tag.

    A tag counts at the head of the text alone, white space before it left out: further on, text
    may be about tags.
    """

    def __init__(self) -> None:
        self._held = ""
        """What may still become a tag, or white space around one."""
        self._state = self._head

    def feed(self, text: str) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what of the text is certain."""
        if self._state == self._text:
            yield TextDelta(text)
            return
        self._held += text
        state = None
        while state != self._state:
            state = self._state
            yield from state()

    def close(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what is held at the end of the text."""
        held, self._held = self._held, ""
        if held and self._state == self._thinking:
            yield ReasoningDelta(held)
        elif held and self._state == self._head:
            yield TextDelta(held)

    def _head(self) -> Iterator[TextDelta | ReasoningDelta]:
        """At the beginning: there may be a tag."""
        begun = self._held.lstrip()
        if begun.startswith(_OPEN):
            self._held, self._state = begun[len(_OPEN) :], self._thinking
        elif not _OPEN.startswith(begun):
            self._state = self._text
        return iter(())

    def _thinking(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Behind the opening tag, up to the closing one."""
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._held, self._state = rest, self._after
        else:
            kept = _length_of_beginning(thought, _CLOSE)
            self._held = thought[len(thought) - kept :]
            thought = thought[: len(thought) - kept]
        if thought:
            yield ReasoningDelta(thought)

    def _after(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Behind the closing tag: the lines that set it off are no text."""
        self._held = self._held.lstrip()
        if self._held:
            self._state = self._text
        return iter(())

    def _text(self) -> Iterator[TextDelta | ReasoningDelta]:
        """In the text itself."""
        held, self._held = self._held, ""
        if held:
            yield TextDelta(held)


def _length_of_beginning(text: str, tag: str) -> int:
    """How many characters at the end of a text may begin a tag."""
    lengths = range(min(len(tag) - 1, len(text)), 0, -1)
    return next((length for length in lengths if text.endswith(tag[:length])), 0)
