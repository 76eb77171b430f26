"""Keeps what is typed into one form on disk, from the first edit until it is saved or given up."""

import asyncio
from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.tui.assistants.connector import Connector
from assistant_tui.tui.assistants.reporter import Reporter
from assistant_tui.tui.widgets.status_line import Tone
from assistant_tui.tui.workers import start

KEEP_AFTER = 0.5
"""Seconds after an edit until the draft is on disk."""


class DraftKeeper:
    """The draft of one form, under one key; of no use once it has forgotten the draft."""

    def __init__(
        self,
        screen: Screen[None],
        connector: Connector,
        reporter: Reporter,
        draft: Callable[[], Draft],
        key: str,
        turns: asyncio.Lock,
        *,
        kept: bool,
    ) -> None:
        """`draft` is asked for what is being edited, `kept` says that it is on disk already.

        `turns` is shared by all forms of a screen: nothing is kept after it was forgotten, and
        nothing forgotten that a later form of the same assistant has kept.
        """
        self._screen = screen
        self._connector = connector
        self._reporter = reporter
        self._draft = draft
        self.key = key
        self._kept = kept
        self._given_up = False
        self._timer: Timer | None = None
        self._turns = turns

    def soon(self) -> None:
        """Keep the draft within a second, however fast one types."""
        if self._timer is None:
            self._timer = self._screen.set_timer(KEEP_AFTER, self._start)

    def _start(self) -> None:
        self._timer = None
        start(self._screen, self.keep, "draft")

    async def keep(self) -> None:
        """Keep the draft as it is now, connected or not; returns once it is on disk."""
        journal = self._connector.journal
        async with self._turns:
            if self._given_up:
                return
            draft = self._draft()
            self._kept = draft.dirty
            if draft.dirty:
                await journal.drafts.keep(self.key, draft)
            else:
                await journal.drafts.forget(self.key)
        if journal.trouble:
            self._reporter.say(f"The edit is kept in memory only: {journal.trouble}", Tone.WARNING)

    def now(self) -> None:
        """Keep the draft before the program is ended from outside."""
        if not self._given_up and (draft := self._draft()).dirty:
            self._connector.journal.drafts.keep_now(self.key, draft)
            self._kept = True

    def forget(self) -> Worker[None]:
        """Remove the draft, which was saved or given up, from the disk in the background.

        Otherwise the next key would be refused as if the save were still under way.
        """
        self._given_up = True
        if self._timer is not None:
            self._timer.stop()
        return start(self._screen, self._forget, "draft")

    async def _forget(self) -> None:
        async with self._turns:
            if self._kept:
                await self._connector.journal.drafts.forget(self.key)
