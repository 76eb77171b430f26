"""Asks before one or many assistants are deleted; says that it can be undone only where it can.

The dialog opens at once, since keys may follow at once, and checks meanwhile whether copies can be
kept. Where they cannot, the question changes: whoever agreed to the first one is asked again.
"""

from collections.abc import Awaitable, Callable, Sequence

from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.typed_confirm import TypedConfirm
from assistant_tui.tui.workers import start

CopyCheck = Callable[[], Awaitable[str]]
"""Finds out why no copy can be kept; empty if one can."""
YES, FOR_GOOD = "delete", "delete for good"
"""The answers to delete, with a copy that can be brought back, and without."""
CHECKING = "Looking whether a copy can be kept here…"
LABEL_FOR_GOOD = "Delete for good"


class DeleteDialog(QuestionDialog):
    """Whether to delete one assistant: "cancel", YES or FOR_GOOD."""

    def __init__(self, about: Sequence[str], check: CopyCheck) -> None:
        """`about` are lines about the assistant, safe to show."""
        buttons = (ButtonSpec("cancel", "Cancel"), ButtonSpec(YES, "Delete", dangerous=True))
        super().__init__("Delete this assistant?", [*about, "", CHECKING], buttons)
        self._check = check
        self._copy_problem: str | None = None
        """Why no copy can be kept; None while that is not known yet."""
        self._agreed = False

    def on_mount(self) -> None:
        """Find out meanwhile whether a copy can be kept."""
        super().on_mount()
        start(self, self._check_copy, "check")

    async def _check_copy(self) -> None:
        self._copy_problem = await self._check()
        if not self._copy_problem:
            self._note("The server keeps no copy; u can create it anew, under a new id.")
            if self._agreed:
                self.close(YES)
            return
        self.query_one(".title", Static).update(Content("Delete this assistant for good?"))
        self._note(f"No copy can be kept: {one_line(self._copy_problem)}.\nNothing brings it back.")
        self.query(Button).last().label = Content(LABEL_FOR_GOOD)

    def _note(self, words: str) -> None:
        self.query(".lines Static").last(Static).update(Content(words))

    def choose(self, key: str) -> None:
        """Agree to what is asked; before that is known, to the undoing alone."""
        if key != YES:
            self.close(key)
        elif self._copy_problem is None:
            self._agreed = True
        else:
            self.close(FOR_GOOD if self._copy_problem else YES)


class DeleteManyDialog(TypedConfirm):
    """Whether to delete many assistants, once their number was typed."""

    def __init__(self, items: Sequence[str], check: CopyCheck) -> None:
        """`items` are the assistants, a line each."""
        super().__init__(f"Delete these {len(items):,} assistants?", items, "Delete", CHECKING)
        self._check = check
        self._copy_problem: str | None = None
        self._agreed = False

    @property
    def for_good(self) -> bool:
        """Whether it was asked, and agreed, that nothing brings them back."""
        return bool(self._copy_problem)

    def on_mount(self) -> None:
        """Find out meanwhile whether copies can be kept."""
        super().on_mount()
        start(self, self._check_copy, "check")

    async def _check_copy(self) -> None:
        self._copy_problem = await self._check()
        note = self.query_one(".note", Static)
        if not self._copy_problem:
            words = "The server keeps no copies; u can create them anew, under new ids."
            note.update(Content(words))
            if self._agreed:
                self.close(True)
            return
        title = f"Delete these {len(self._items):,} assistants for good?"
        self.query_one(".title", Static).update(Content(title))
        words = f"No copies can be kept: {one_line(self._copy_problem)}.\nNothing brings them back."
        note.update(Content(words))
        self.query(Button).last().label = Content(LABEL_FOR_GOOD)

    def agree(self) -> None:
        """Agree to what is asked; before that is known, to the undoing alone."""
        if self._copy_problem is None:
            self._agreed = True
        else:
            self.close(True)
