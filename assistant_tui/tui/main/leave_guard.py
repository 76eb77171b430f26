"""The ways out of a form, a profile and the program: nothing is lost on any of them by accident."""

from collections.abc import Callable
from functools import partial

from textual.screen import Screen

from assistant_tui.config.settings import Profile, Settings
from assistant_tui.tui.assistants import leaving, notices
from assistant_tui.tui.dialogs.prompts import ChoiceDialog
from assistant_tui.tui.main.screen_context import ScreenContext
from assistant_tui.tui.main.write_runner import WriteRunner
from assistant_tui.tui.workers import start


class LeaveGuard:
    """Asks, once, where something would be lost."""

    def __init__(
        self,
        context: ScreenContext,
        screen: Screen[None],
        runner: WriteRunner,
        leave_for: Callable[[Profile], object],
    ) -> None:
        """`leave_for` is told which profile is wanted, when nothing is lost by leaving this one."""
        self._context = context
        self._screen = screen
        self._runner = runner
        self._leave_for = leave_for

    async def of_the_form(self) -> None:
        """Leave the form; asks if something was changed."""
        draft = self._context.form.draft
        if draft is not None and draft.dirty:
            self._screen.app.push_screen(leaving.question(draft), self._leave_form)
        else:
            await self._context.form.close()

    async def _leave_form(self, answer: str | None) -> None:
        if answer == leaving.DISCARD:
            await self._context.form.close()

    def to_another_profile(self, settings: Settings) -> None:
        """Let the person choose a profile, and go there."""
        here, profiles = self._context.profile, settings.profiles
        lines = {name: notices.profile_line(each, here) for name, each in profiles.items()}

        def switch(name: str | None) -> None:
            if name is not None:
                start(self._screen, partial(self._switch, profiles[name]), "form")

        self._screen.app.push_screen(ChoiceDialog("Switch to", lines, here.name), switch)

    async def _switch(self, profile: Profile) -> None:
        if await self.is_free():
            self._leave_for(profile)

    async def is_free(self) -> bool:
        """Whether nothing is lost if this screen goes; asks where something would be."""
        if not await self._runner.rests_soon():
            self._context.give_up_waits()
            if not await self._runner.rests_soon():
                return await leaving.may_interrupt(self._context)
        return await self._context.form.leave()

    async def let_a_write_end(self) -> None:
        """Wait a moment for the answer to a write before the program is ended from outside."""
        await self._runner.rests_soon()

    def keep_draft(self) -> None:
        """Put what is being typed on disk before the program is ended from outside."""
        if self._context.loader.service is not None:
            self._context.form.keep_now()
