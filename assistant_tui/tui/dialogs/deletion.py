"""The question before one assistant is deleted: it promises an undoing only once that is sure.

It is shown at once, since keys may follow at once, and finds out meanwhile whether a copy can be
kept. Where it cannot, another question takes the place of the first: whoever agreed to that one
already is asked again.
"""

from collections.abc import Awaitable, Callable, Sequence

from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.question import Answer, Question
from assistant_tui.tui.workers import start

Check = Callable[[], Awaitable[str]]
"""Finds out why no copy can be kept; empty if one can."""
YES, FOR_GOOD = "delete", "delete for good"
"""The answers to delete, with a copy that can be brought back, and without."""
LOOKING = "Looking whether a copy can be kept here…"
LABEL_FOR_GOOD = "Delete for good"


class DeleteQuestion(Question):
    """Whether to delete one assistant: "cancel", YES or FOR_GOOD."""

    def __init__(self, about: Sequence[str], check: Check) -> None:
        """`about` are lines about the assistant, safe to show."""
        answers = (Answer("cancel", "Cancel"), Answer(YES, "Delete", dangerous=True))
        super().__init__("Delete this assistant?", [*about, "", LOOKING], answers)
        self._check = check
        self._unkept: str | None = None
        """Why no copy can be kept; None while that is not known yet."""
        self._agreed = False

    def on_mount(self) -> None:
        """Find out meanwhile whether a copy can be kept."""
        super().on_mount()
        start(self, self._look, "check")

    async def _look(self) -> None:
        self._unkept = await self._check()
        if not self._unkept:
            self._remark("The server keeps no copy; u can create it anew, under a new id.")
            if self._agreed:
                self.close(YES)
            return
        self.query_one(".title", Static).update(Content("Delete this assistant for good?"))
        self._remark(f"No copy can be kept: {one_line(self._unkept)}.\nNothing brings it back.")
        self.query(Button).last().label = Content(LABEL_FOR_GOOD)

    def _remark(self, words: str) -> None:
        self.query(".lines Static").last(Static).update(Content(words))

    def choose(self, key: str) -> None:
        """Agree to what is asked; before that is known, to the undoing alone."""
        if key != YES:
            self.close(key)
        elif self._unkept is None:
            self._agreed = True
        else:
            self.close(FOR_GOOD if self._unkept else YES)
