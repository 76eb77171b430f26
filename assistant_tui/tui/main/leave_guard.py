"""The ways out of a form, a profile and the program: nothing is lost on any of them by accident."""

from collections.abc import Callable
from functools import partial

from assistant_tui.config.settings import Profile
from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.assistants.fields import FIELDS
from assistant_tui.core.safe_text import one_line
from assistant_tui.tui.assistants import notices
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.assistants.form_controller import named_aside
from assistant_tui.tui.dialogs.dialog import ButtonSpec, QuestionDialog
from assistant_tui.tui.dialogs.prompts import ChoiceDialog
from assistant_tui.tui.main.write_runner import WriteRunner
from assistant_tui.tui.workers import start

DISCARD = "discard"
"""The answer by which a person gives up what was typed."""


class LeaveGuard:
    """Asks, once, where something would be lost."""

    def __init__(
        self, context: MainContext, runner: WriteRunner, leave_for: Callable[[Profile], object]
    ) -> None:
        """`leave_for` goes to another profile, once nothing is lost by leaving this one."""
        self._context = context
        self._runner = runner
        self._leave_for = leave_for

    async def of_the_form(self) -> None:
        """Leave the form; asks if something was changed."""
        draft = self._context.form.draft
        if draft is not None and draft.dirty:
            self._context.screen.app.push_screen(question(draft), self._leave_form)
        else:
            await self._context.form.close()

    async def _leave_form(self, answer: str | None) -> None:
        if answer == DISCARD:
            await self._context.form.close()

    def to_another_profile(self) -> None:
        """Let the person choose a profile, and go there."""
        here, profiles = self._context.profile, self._context.profiles
        lines = {name: notices.profile_line(each, here) for name, each in profiles.items()}

        def switch(name: str | None) -> None:
            if name is not None:
                start(self._context.screen, partial(self._switch, profiles[name]), "form")

        self._context.screen.app.push_screen(ChoiceDialog("Switch to", lines, here.name), switch)

    async def _switch(self, profile: Profile) -> None:
        if await self.is_free():
            self._leave_for(profile)

    async def is_free(self) -> bool:
        """Whether nothing is lost if this screen goes; asks where something would be."""
        for keep in self._context.keep_on_end:
            keep()
        if not await self._runner.becomes_idle():
            self._context.reporter.give_up_waits()
            if not await self._runner.becomes_idle():
                return await self._may_interrupt()
        return await self._may_close_form()

    async def _may_close_form(self) -> bool:
        """Close the form, if nothing is lost by it or the person says so."""
        form = self._context.form
        draft = form.draft
        if (
            draft is not None
            and draft.dirty
            and await self._context.ask(question(draft)) != DISCARD
        ):
            return False
        await form.close()
        await form.wait_until_forgotten()
        return True

    async def _may_interrupt(self) -> bool:
        """Whether to leave although a request is under way, whose end would not be seen."""
        answers = (ButtonSpec("stay", "Wait"), ButtonSpec("leave", "Leave anyway", dangerous=True))
        lines = (
            "The server may have carried it out already; that would not be shown.",
            "An edit that is not saved is kept, and offered at the next start.",
        )
        return (
            await self._context.ask(QuestionDialog("A request is under way", lines, answers))
            == "leave"
        )

    async def let_a_write_end(self) -> None:
        """Wait a moment for the answer to a write before the program is ended from outside."""
        await self._runner.becomes_idle()

    def keep_draft(self) -> None:
        """Put what is being typed on disk before the program is ended from outside."""
        for keep in self._context.keep_on_end:
            keep()
        self._context.form.keep_now()


def question(draft: Draft) -> QuestionDialog:
    """Ask whether the changes may be lost; keeping them has the focus."""
    names = [FIELDS[name].label if name in FIELDS else one_line(name) for name in draft.touched]
    said = [f"Typed, but not part of a save: {words}"] if (words := named_aside(draft)) else []
    answers = (
        ButtonSpec("stay", "Keep editing"),
        ButtonSpec(DISCARD, "Discard the changes", dangerous=True),
    )
    return QuestionDialog(
        "There are unsaved changes", (f"Changed: {', '.join(names)}", *said), answers
    )
