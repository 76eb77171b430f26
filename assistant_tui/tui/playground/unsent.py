"""Keeps the message that is being written on disk, so that whatever ends the program loses none."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.screen import Screen
from textual.timer import Timer

from assistant_tui.core.assistants.draft import Draft
from assistant_tui.core.json_text import read_json, write_json
from assistant_tui.journal.drafts import EditorState, KeptDraft, load_draft, load_editor_state
from assistant_tui.journal.errors import JournalError
from assistant_tui.services.account_journal import AccountDrafts
from assistant_tui.tui.terminal.external_editor import MAX_TEXT_SIZE, EditorError, EditorFile
from assistant_tui.tui.workers import start

KEEP_AFTER = 0.5
"""Seconds after a key until the text is on disk."""
_FIELD = "content"


class UnsentText:
    """The text of one composer, under the key of the thread that it is for."""

    def __init__(self, screen: Screen[None], text: Callable[[], str]) -> None:
        """`text` is asked for what is being written."""
        self._screen = screen
        self._text = text
        self._drafts: AccountDrafts | None = None
        self._key = ""
        self._sending = ""
        """What was sent, as long as it is not known that it arrived."""
        self._away: dict[str, tuple[AccountDrafts, str]] = {}
        """Texts that were being sent when their threads were put away, and where they are kept."""
        self._timer: Timer | None = None
        self._turns = asyncio.Lock()

    async def open(self, drafts: AccountDrafts, key: str) -> str:
        """Keep the text of another thread from now on.

        Returns:
            What was kept of it, and what was typed since the one before was put away: the text
            that the composer is to show.
        """
        async with self._turns:
            before = await self._put_away()
            kept = await _taken_up(drafts, key)
            self._drafts, self._key, self._sending = drafts, key, ""
            return _joined(kept, self._text().removeprefix(before))

    async def close(self) -> None:
        """Keep the text, to be taken up when its thread is opened again."""
        async with self._turns:
            await self._put_away()

    async def _put_away(self) -> str:
        """Keep the text of the thread that was open, if one was; returns what was being written."""
        drafts, key = self._drafts, self._key
        if drafts is None:
            return ""
        typed, text = self._text(), self._all
        if self._sending:
            self._away[self._sending] = (drafts, key)
        await asyncio.to_thread(self._keep, text)
        await asyncio.to_thread(drafts.leave_now, key)
        self._drafts = None
        return typed

    def sending(self, text: str) -> None:
        """A text has left the composer, and is not known to have arrived."""
        self._sending = text

    def is_sending(self, text: str) -> bool:
        """Whether that text has left the composer, and is not known to have arrived."""
        return bool(text) and self._sending == text

    def arrived(self, key: str) -> None:
        """What was sent has arrived in the thread of that key."""
        if self._drafts is not None and key != self._key:
            self._drafts.forget_now(self._key)
        self._sending, self._key = "", key
        self.soon()

    async def has_arrived(self, text: str, key: str) -> None:
        """A text has arrived in the thread of that key, perhaps not quite as it was sent."""
        if self.is_sending(text):
            self.arrived(key)
        elif text in self._away:
            drafts, kept_as = self._away.pop(text)
            async with self._turns:
                if self._drafts is None or kept_as != self._key:
                    await _forget(drafts, kept_as, text)

    def soon(self) -> None:
        """Keep the text within a second, however fast one types."""
        if self._timer is None:
            self._timer = self._screen.set_timer(KEEP_AFTER, self._start)

    def _start(self) -> None:
        self._timer = None
        start(self._screen, self.keep, "draft")

    async def keep(self) -> None:
        """Keep the text as it is now; returns once it is on disk."""
        async with self._turns:
            await asyncio.to_thread(self._keep, self._all)

    def keep_now(self) -> None:
        """Keep the text before the program is ended."""
        self._keep(self._all)

    @property
    def folder(self) -> Path | None:
        """Where texts that are open in an editor stand; None where nothing is kept."""
        return None if self._drafts is None else self._drafts.edits

    def in_editor(self, file: EditorFile) -> None:
        """The text is open in an editor now: whatever ends the program, its file is found."""
        if self._drafts is not None:
            draft = Draft(exact={_FIELD: write_json(self._all)})
            self._drafts.keep_now(self._key, draft, EditorState(file.path, file.before))

    @property
    def _all(self) -> str:
        return _joined(self._sending, self._text())

    def _keep(self, text: str) -> None:
        if self._drafts is None:
            return
        if text:
            self._drafts.keep_now(self._key, Draft(exact={_FIELD: write_json(text)}))
        else:
            self._drafts.forget_now(self._key)


async def _forget(drafts: AccountDrafts, key: str, text: str) -> None:
    """Keep what was written for a thread without the text that it begins with."""
    left = (await _taken_up(drafts, key)).removeprefix(text).removeprefix("\n")
    if left:
        await asyncio.to_thread(drafts.keep_now, key, Draft(exact={_FIELD: write_json(left)}))
        await asyncio.to_thread(drafts.leave_now, key)
    else:
        await asyncio.to_thread(drafts.forget_now, key)


def _joined(*texts: str) -> str:
    """Texts one below the other, those that are empty left out."""
    return "\n".join(filter(None, texts))


async def _taken_up(drafts: AccountDrafts, key: str) -> str:
    """What was written for a thread and not sent, here or in a program that runs no more."""
    for orphan in await drafts.orphans():
        if orphan.key == key and await drafts.adopt(orphan):
            try:
                return _text_of(orphan)
            except (JournalError, KeyError, ValueError):
                return ""
    return ""


def _text_of(draft: KeptDraft) -> str:
    """What was written, in the composer or in an editor that was open then."""
    state = load_editor_state(draft.text)
    if state is not None:
        file = EditorFile(state.file, state.before, MAX_TEXT_SIZE)
        try:
            return file.read()
        except EditorError:
            pass  # What the composer held is there.
    return str(read_json(load_draft(draft.text).exact[_FIELD]))
