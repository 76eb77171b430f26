"""Asks before one or many assistants are deleted; says that it can be undone only where it can.

The dialog opens at once, since keys may follow at once, and checks meanwhile whether copies can be
kept. Where they cannot, the question changes: whoever agreed to the first one is asked again.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from textual.content import Content
from textual.widgets import Button, Static

from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.dialogs.dialog import ButtonSpec, Dialog, QuestionDialog
from assistant_tui.tui.dialogs.typed_confirm import TypedConfirm
from assistant_tui.tui.workers import start

CopyCheck = Callable[[], Awaitable[str]]
"""Finds out why no copy can be kept; empty if one can."""
YES, FOR_GOOD = "delete", "delete for good"
"""The answers to delete, with a copy that can be brought back, and without."""
CHECKING = "Looking whether a copy can be kept here…"
LABEL_FOR_GOOD = "Delete for good"


class _Wording(NamedTuple):
    """What a dialog says once it is known whether copies can be kept."""

    kept: str
    """The note where they can."""
    title: str
    """The question where they cannot."""
    no_copy: str
    """The note then: before the reason, and after it."""
    lost: str


class _CopyCheck:
    """Finds out, while a dialog asks, whether copies can be kept; where not, it asks once more."""

    def __init__(self, check: CopyCheck, wording: _Wording, answer: Callable[[bool], None]) -> None:
        """`answer` closes the dialog; its argument says whether the deletion is for good."""
        self._check = check
        self._wording = wording
        self._answer = answer
        self._agreed = False
        self.problem: str | None = None
        """Why no copy can be kept; None while that is not known yet."""

    def agree(self) -> None:
        """Agree to what is asked; before the check has ended, only to a deletion with a copy."""
        if self.problem is None:
            self._agreed = True
        else:
            self._answer(bool(self.problem))

    async def run(self, dialog: Dialog[Any], note: str) -> None:
        """Run the check, and show what it found in the widget that `note` selects."""
        self.problem = await self._check()
        shown = dialog.query(note).last(Static)
        if not self.problem:
            shown.update(Content(self._wording.kept))
            if self._agreed:
                self._answer(False)
            return
        dialog.query_one(".title", Static).update(Content(self._wording.title))
        reason = f"{self._wording.no_copy}: {one_line(self.problem)}.\n{self._wording.lost}"
        shown.update(Content(reason))
        dialog.query(Button).last().label = Content(LABEL_FOR_GOOD)


_ONE = _Wording(
    kept="The server keeps no copy; u can create it anew, under a new id.",
    title="Delete this assistant for good?",
    no_copy="No copy can be kept",
    lost="Nothing brings it back.",
)


class DeleteDialog(QuestionDialog):
    """Whether to delete one assistant: "cancel", YES or FOR_GOOD."""

    def __init__(self, about: Sequence[str], check: CopyCheck) -> None:
        """`about` are lines about the assistant, safe to show."""
        buttons = (ButtonSpec("cancel", "Cancel"), ButtonSpec(YES, "Delete", dangerous=True))
        super().__init__("Delete this assistant?", [*about, "", CHECKING], buttons)
        self._copies = _CopyCheck(
            check, _ONE, lambda for_good: self.close(FOR_GOOD if for_good else YES)
        )

    def on_mount(self) -> None:
        """Find out meanwhile whether a copy can be kept."""
        super().on_mount()
        start(self, partial(self._copies.run, self, ".lines Static"), "check")

    def choose(self, key: str) -> None:
        """Cancel, or agree to what is asked."""
        if key == YES:
            self._copies.agree()
        else:
            self.close(key)


class DeleteManyDialog(TypedConfirm):
    """Whether to delete many assistants, once their number was typed."""

    def __init__(self, items: Sequence[str], check: CopyCheck) -> None:
        """`items` are the assistants, a line each."""
        super().__init__(f"Delete these {len(items):,} assistants?", items, "Delete", CHECKING)
        wording = _Wording(
            kept="The server keeps no copies; u can create them anew, under new ids.",
            title=f"Delete these {len(items):,} assistants for good?",
            no_copy="No copies can be kept",
            lost="Nothing brings them back.",
        )
        self._copies = _CopyCheck(check, wording, lambda for_good: self.close(True))

    @property
    def for_good(self) -> bool:
        """Whether it was asked, and agreed, that nothing brings them back."""
        return bool(self._copies.problem)

    def on_mount(self) -> None:
        """Find out meanwhile whether copies can be kept."""
        super().on_mount()
        start(self, partial(self._copies.run, self, ".note"), "check")

    def agree(self) -> None:
        """Agree to what is asked."""
        self._copies.agree()
