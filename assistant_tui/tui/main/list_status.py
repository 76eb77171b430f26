"""Keeps header, footer, notice and status line of the main screen as the state of the list says."""

from assistant_tui.core.list_state import ListState
from assistant_tui.tui.assistants import notices
from assistant_tui.tui.assistants.browser import Browser
from assistant_tui.tui.assistants.context import MainContext
from assistant_tui.tui.list_model import Display
from assistant_tui.tui.main.command_state import CommandState
from assistant_tui.tui.widgets.status_line import HeaderLine, KeyLine, Tone
from assistant_tui.tui.workers import start


class ListStatus:
    """Says how loading goes, what is in sight, and which commands can be given now."""

    def __init__(self, context: MainContext, command_state: CommandState) -> None:
        self._context = context
        self._command_state = command_state
        self._left_edits_offered = False
        """Whether edits that were left behind have been offered."""
        self._reported: ListState | None = None
        """The state of the list that was last reported."""
        self._shown: Display | None = None
        """What the header and the footer were last made for."""
        self._progress = ("", Tone.PLAIN)
        """What was last said of how loading goes."""
        context.list_model.listen(self._follow)

    def _follow(self) -> None:
        """Report how loading goes, and bring header and footer up to date, if that has changed."""
        if not self._context.screen.query(Browser):
            return  # The program is being ended while an answer arrives.
        model, before = self._context.list_model, self._reported
        if before is None or model.state.loads_otherwise(before):
            self._reported = model.state
            self._report_loading(model.state)
        elif model.display is not self._shown:
            self.show()

    def _report_loading(self, state: ListState) -> None:
        profile, service = self._context.profile, self._context.connector.service
        self._context.browser.notice = notices.instead_of_rows(state, profile)
        said = notices.progress(state, profile, "" if service is None else service.notice)
        if said != self._progress:
            self._progress = said
            self._context.reporter.say_passing(*said)
        self.show()
        if not self._left_edits_offered and service is not None:
            self._left_edits_offered = True
            start(self._context.screen, self._offer_left_edits, "draft")

    async def _offer_left_edits(self) -> None:
        from assistant_tui.tui.assistants.recovering import offer

        await offer(self._context)

    def show(self) -> None:
        """Bring header and footer up to date."""
        screen = self._context.screen
        if not screen.query(Browser):
            return  # The program is being ended from outside while a dialog waits for an answer.
        model, header = self._context.list_model, screen.query_one(HeaderLine)
        state, self._shown = model.state, model.display
        view, marks, cursor = model.display
        header.wanted, header.ordering = view.query.text, view.ordering
        page_size = self._context.profile.page_size
        searching, loading = state.view.scan_pending, state.loading_all
        count = view.count(cursor, page_size, loading=loading, searching=searching)
        marked = f"{len(marks):,} marked" * bool(marks)
        facts = [count, "remembered" * model.listing.remembered, marked]
        header.count = " · ".join(fact for fact in facts if fact)
        screen.query_one(KeyLine).commands = self._command_state.footer()
