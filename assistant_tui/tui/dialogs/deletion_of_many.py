"""The question before many assistants are deleted, as that before one: see deletion."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.count_question import CountQuestion
from assistant_tui.tui.dialogs.deletion import LABEL_FOR_GOOD, LOOKING, Check
from assistant_tui.tui.workers import start


class DeleteManyQuestion(CountQuestion):
    """Whether to delete many assistants, once their number was typed."""

    def __init__(self, items: Sequence[str], check: Check) -> None:
        """`items` are the assistants, a line each."""
        super().__init__(f"Delete these {len(items):,} assistants?", items, "Delete", LOOKING)
        self._check = check
        self._unkept: str | None = None
        self._early = False

    @property
    def for_good(self) -> bool:
        """Whether it was asked, and agreed, that nothing brings them back."""
        return bool(self._unkept)

    def on_mount(self) -> None:
        """Find out meanwhile whether copies can be kept."""
        super().on_mount()
        start(self, self._look, "check")

    async def _look(self) -> None:
        self._unkept = await self._check()
        remark = self.query_one(".remark", Static)
        if not self._unkept:
            words = "The server keeps no copies; u can create them anew, under new ids."
            remark.update(Content(words))
            if self._early:
                self.close(True)
            return
        title = f"Delete these {len(self._items):,} assistants for good?"
        self.query_one(".title", Static).update(Content(title))
        words = f"No copies can be kept: {one_line(self._unkept)}.\nNothing brings them back."
        remark.update(Content(words))
        self.query(Button).last().label = Content(LABEL_FOR_GOOD)

    def agree(self) -> None:
        """Agree to what is asked; before that is known, to the undoing alone."""
        if self._unkept is None:
            self._early = True
        else:
            self.close(True)
